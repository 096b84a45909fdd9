//! The overview, kept current.

use super::live::Live;
use crate::components::overview::overview;
use leptos::{html::Div, prelude::*};

/// What the server drew, until the first event; then what the newest snapshot says. So nothing has to be
/// sent twice, and the first paint never waits.
#[island]
pub fn LiveOverview(
    /// The body as the server drew it.
    children: Children,
) -> impl IntoView {
    let live = Live::here();
    let still = NodeRef::<Div>::new();
    super::clear_when_live(&live, still);
    view! {
        <div class="still" node_ref=still>{children()}</div>
        {move || live.pair.get().map(|shown| overview(&shown.pair, live.now.get(), live.glow.get()))}
    }
}
