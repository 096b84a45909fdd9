#[path = "../gallery/fixtures.rs"]
mod fixtures;
use leptos::prelude::*;
use teal_app::{components::{*, overview::Glow}, render::{self, Assets, View}};
fn time(name: &str, mut f: impl FnMut()) {
    for _ in 0..200 { f(); }
    let n = 5000;
    let t = std::time::Instant::now();
    for _ in 0..n { f(); }
    println!("{name} {:?}", t.elapsed() / n);
}
fn main() {
    let assets = Assets { name: "teal".into(), css: "/x.css".into() };
    let who = fixtures::ana();
    let snapshot = fixtures::snapshot(fixtures::green_is_live());
    let view = || View { assets: &assets, who: &who, snapshot: snapshot.clone(), pair: fixtures::dev(), now: fixtures::NOW, path: "/p/dev", query: "" };
    time("page", || { std::hint::black_box(render::overview(&view())); });
    let pair = &*snapshot.pairs[0];
    let now = fixtures::NOW;
    let problem = render::Problem { status: 404, title: "a", what: "b", mend: "c", request_id: None };
    time("problem page", || { std::hint::black_box(render::problem(&assets, None, &problem)); });
    let owner = Owner::new();
    owner.with(|| {
    time("overview build", || { std::hint::black_box(overview::overview(pair, now, Glow::default())); });
    time("overview html", || { std::hint::black_box(overview::overview(pair, now, Glow::default()).to_html()); });
    time("headline", || { std::hint::black_box(headline::headline(pair, now, false).to_html()); });
    time("side card", || { std::hint::black_box(side_card::side_card(pair, teal_domain::Color::Blue, now, false).to_html()); });
    time("recent", || { std::hint::black_box(recent::recent(pair, now, None).to_html()); });
    time("facts", || { std::hint::black_box(facts::flag_facts(pair, now).to_html()); });
    time("when build", || { std::hint::black_box(when::When(when::WhenProps { at: now, now })); });
    time("when", || { std::hint::black_box(when::When(when::WhenProps { at: now, now }).to_html()); });
    time("icon", || { std::hint::black_box(icon::Icon(icon::IconProps { glyph: icon::Glyph::Check }).to_html()); });
    });
    time("iso", || { std::hint::black_box(teal_app::words::iso(now)); });
    time("stamp", || { std::hint::black_box(teal_app::words::stamp(now)); });
}
