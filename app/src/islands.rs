//! What is alive in the browser. Islands of one page share one live store ([`live`]): one `EventSource`, one
//! clock. Each draws on the server what it draws first in the browser, so that nothing jumps.

pub mod badge;
pub mod bar;
pub mod live;
pub mod overview;
pub mod record;
pub mod switch_form;
pub mod theme;

use leptos::{html::Div, prelude::*};

/// Takes away what the server drew once the first event has drawn it anew.
fn clear_when_live(live: &live::Live, still: NodeRef<Div>) {
    let pair = live.pair.clone();
    Effect::new(move |_| {
        if pair.with(Option::is_some)
            && let Some(still) = still.get()
        {
            still.set_inner_html("");
        }
    });
}
