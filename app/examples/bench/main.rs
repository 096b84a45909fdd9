#[path = "../gallery/fixtures.rs"]
mod fixtures;
use leptos::prelude::*;
use teal_app::components::*;
fn main() {
    let snapshot = fixtures::snapshot(fixtures::green_is_live());
    let pair = &*snapshot.pairs[0];
    let now = fixtures::NOW;
    let owner = Owner::new();
    owner.with(|| for _ in 0..60000 { std::hint::black_box(recent::recent(pair, now, None).to_html()); });
}
