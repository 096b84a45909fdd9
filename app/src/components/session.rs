//! What a page says of its reader's session: that it is about to end, that it has ended, and that they may no
//! longer look. Ways to sign in again carry `data-way`: the script puts what was typed into them first.

use super::icon::{Glyph, Icon};
use crate::{
    desk::Ending,
    paths,
    render::View,
    words::{self, time},
};
use leptos::{either::Either, prelude::*};
use teal_domain::Timestamp;

/// The bar while the session is about to end.
pub fn ending(view: &View<'_>) -> Option<impl IntoView + use<>> {
    let ending = view.who.ending?;
    let here = view.address();
    let what_keeps_it = match ending {
        Ending::Unused(_) => Either::Left(view! {
            ", unless Teal is used. "
            <a href=here data-way="stay">"Stay signed in"</a>
        }),
        Ending::InAnyCase(_) => Either::Right(view! {
            ", however much it is used. "
            <a href=paths::sign_in(&here) data-way="again">"Sign in again"</a>
            "; you come back here, and what you typed is kept."
        }),
    };
    Some(view! {
        <aside class="bar bar-attention about-to-end" aria-label="Your session">
            <Icon glyph=Glyph::Triangle />
            <p>
                // Read out once, not at each second of the countdown.
                <span class="hush" role="status">"Your session is about to end."</span>
                {counted_down(ending.at(), view.now)}
                {what_keeps_it}
            </p>
        </aside>
    })
}

/// The live store counts the age on and puts the reader's own time beside it.
fn counted_down(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! {
        <time datetime=words::iso(at) title=words::stamp(at) data-at=at.0>
            <strong>"Your session ends " <span class="ago">{words::ago(at, now)}</span></strong>
            ", at " {time::clock(at)} " UTC "
            <span class="local"></span>
        </time>
    }
}

/// The bars for when it is over, ready in each page of somebody who signed in: then the server draws nothing for
/// it any more. They show once the script knows (`data-stopped`), and cover nothing.
pub fn over(view: &View<'_>) -> impl IntoView + use<> {
    let here = view.address();
    view! {
        <div class="bars over">
            <div class="bar bar-attention over-ended" role="alert">
                <Icon glyph=Glyph::Triangle />
                <p>
                    <strong>"Your session has ended."</strong>
                    " What you typed is still here. "
                    <a href=paths::sign_in(&here) data-way="again">"Sign in again"</a>
                    "; you come back here, and it is kept."
                </p>
            </div>
            <div class="bar bar-attention over-denied" role="alert">
                <Icon glyph=Glyph::Triangle />
                <p>
                    <strong>"You may no longer look at this pair."</strong>
                    " What you see is as it was. Ask whoever runs Teal for a role, then "
                    <a href=paths::sign_in(&here) data-way="again">"sign in again"</a>"."
                </p>
            </div>
        </div>
    }
}
