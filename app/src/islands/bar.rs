//! The bar on top, kept current on every page.

use super::live::Live;
use crate::components::bar::bar;
use leptos::{html::Div, prelude::*};

/// What the server drew, until the first event; then what the newest snapshot says.
#[island]
pub fn LiveBar(
    /// The bar as the server drew it.
    children: Children,
) -> impl IntoView {
    let live = Live::here();
    let still = NodeRef::<Div>::new();
    super::clear_when_live(&live, still);
    view! {
        <div class="still" node_ref=still>{children()}</div>
        {move || live.pair.get().map(|shown| bar(&shown.pair, live.now.get()))}
    }
}
