//! What the pictures are put together from: pieces of bars, told apart by lightness and pattern, since colours mean something
//! else here; and the frame with the scale beside it.

use super::{
    scale::{Scale, Tenths},
    stack::OWN,
};
use crate::words::money::Currency;
use leptos::prelude::*;

/// How a piece is drawn, from below; the last is the rest.
pub(super) const FILLS: [&str; OWN + 1] = ["piece one", "piece two", "piece three", "piece four", "piece rest"];

/// A picture with the scale beside it, whose words keep their size whatever room there is.
pub(super) fn framed(
    (id, title, says): (&'static str, String, String),
    height: i64,
    scale: &Scale,
    currency: &Currency,
    inside: AnyView,
) -> impl IntoView + use<> {
    let (ticks, lines): (Vec<_>, Vec<_>) = scale
        .ticks()
        .map(|tick| {
            let (y, class) = (scale.y(tick), if tick.0 == 0 { "grid nought" } else { "grid" });
            let at = y.to_string();
            (
                view! { <text class="tick across" x="44" y=y.plus(4).to_string()>{currency.whole(tick)}</text> },
                view! { <line class=class x1="0" x2="100%" y1=at.clone() y2=at></line> },
            )
        })
        .unzip();
    let (title_id, says_id) = (format!("{id}-title"), format!("{id}-says"));
    let labelled = format!("{title_id} {says_id}");
    view! {
        <div class="bars">
            <svg class="scale" width="48" height=height aria-hidden="true" focusable="false">{ticks}</svg>
            <svg class="picture" width="100%" height=height role="img" aria-labelledby=labelled focusable="false">
                <title id=title_id>{title}</title>
                <desc id=says_id>{says}</desc>
                {lines}
                {inside}
            </svg>
        </div>
    }
}

/// A piece of a bar.
pub(super) fn piece(
    class: &'static str,
    [left, _, width]: &[String; 3],
    (y, height): (Tenths, Tenths),
) -> impl IntoView + use<> {
    view! {
        <rect class=class fill=fill(class) x=left.clone() width=width.clone() y=y.to_string() height=height.to_string()></rect>
    }
}

/// What a piece is filled with besides its colour: a pattern is found by where it stands in the document.
pub(in super::super) fn fill(class: &str) -> Option<&'static str> {
    match class {
        "piece two" => Some("url(#costs-slanted)"),
        "piece four" => Some("url(#costs-dotted)"),
        "piece below" => Some("url(#costs-lying)"),
        "piece ahead" => Some("url(#costs-ahead)"),
        _ => None,
    }
}

/// The patterns that tell pieces apart besides their lightness. Once in the document.
pub(in super::super) fn patterns() -> impl IntoView {
    let pattern = |id: &'static str, size: &'static str, path: &'static str| {
        view! {
            <pattern id=id width=size height=size patternUnits="userSpaceOnUse">
                <rect class="under" width=size height=size></rect>
                <path class="over" d=path></path>
            </pattern>
        }
    };
    view! {
        <svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false">
            <defs>
                {pattern("costs-slanted", "6", "M-1 7 7 -1M-1 1 1 -1M5 7 7 5")}
                {pattern("costs-dotted", "5", "M1 1h1.6v1.6H1Z")}
                {pattern("costs-lying", "4", "M0 1.5h4")}
                {pattern("costs-ahead", "8", "M-1 -1 9 9M-1 7 1 9M7 -1 9 1")}
            </defs>
        </svg>
    }
}
