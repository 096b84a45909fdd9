#[path = "../gallery/fixtures.rs"]
mod fixtures;
use leptos::prelude::*;
use teal_app::components::*;
fn time(name: &str, mut f: impl FnMut()) {
    for _ in 0..200 {
        f();
    }
    let n = 5000;
    let t = std::time::Instant::now();
    for _ in 0..n {
        f();
    }
    println!("{name} {:?}", t.elapsed() / n);
}
fn main() {
    let snapshot = fixtures::snapshot(fixtures::green_is_live());
    let pair = &*snapshot.pairs[0];
    let now = fixtures::NOW;
    let owner = Owner::new();
    owner.with(|| {
        time("recent", || {
            std::hint::black_box(recent::recent(pair, now, None).to_html());
        });
        time("recent build", || {
            std::hint::black_box(recent::recent(pair, now, None));
        });
        let r = &pair.recent[0];
        time("movement", || {
            std::hint::black_box(recent::movement(r).to_html());
        });
        time("movement build", || {
            std::hint::black_box(recent::movement(r));
        });
        time("tags", || {
            std::hint::black_box(recent::tags(&pair.recent[1]).to_html());
        });
        time("outcome", || {
            std::hint::black_box(teal_app::words::record::outcome(r));
        });
        time("mark", || {
            std::hint::black_box(mark::Mark(mark::MarkProps { tone: mark::Tone::Good, text: "x".into() }).to_html());
        });
        time("side", || {
            std::hint::black_box(side::Side(side::SideProps { color: teal_domain::Color::Blue }).to_html());
        });
        println!("{}", std::mem::size_of_val(&recent::movement(r)));
        println!("{}", std::mem::size_of_val(&when::When(when::WhenProps { at: now, now })));
    });
}
