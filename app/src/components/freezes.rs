//! The calendar in a line: closed now and until when, or what is next.

use super::{
    mark::{Mark, Tone},
    when::When,
};
use crate::paths;
use leptos::{either::EitherOf3, prelude::*};
use teal_domain::{PairSnapshot, Timestamp, freeze};

/// The line, with the way to the calendar.
pub fn line(pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let next = pair.freezes.iter().find(|window| window.from > now);
    let said = match (freeze::closed(&pair.freezes, now), next) {
        (Some((window, opens)), _) => EitherOf3::A(view! {
            <Mark tone=Tone::Attention text=format!("Closed because: {}", window.because) />
            <span>"opens " <When at=opens now /></span>
        }),
        (None, Some(window)) => EitherOf3::B(view! {
            <span>"Next freeze: "{window.because.clone()}</span>
            <span>"closes " <When at=window.from now /></span>
        }),
        (None, None) => EitherOf3::C(view! { <span>"Nothing is frozen in the next two months"</span> }),
    };
    view! { <p class="freeze-line dotted">{said}<a href=paths::freezes(&pair.id)>"Freezes"</a></p> }.into_any()
}
