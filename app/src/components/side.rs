//! A side of the pair: always a hue, a shape and a word together, so that it reads without the colour.

use leptos::prelude::*;
use teal_domain::Color;

/// The class that lends a side's hue to what is inside.
pub const fn class(color: Color) -> &'static str {
    match color {
        Color::Blue => "side side-blue",
        Color::Green => "side side-green",
    }
}

/// The shape alone: ● for Blue, ◆ for Green. Only beside the word.
#[component]
pub fn Shape(
    /// Which side.
    color: Color,
) -> impl IntoView {
    let path = match color {
        Color::Blue => "M8 2a6 6 0 1 1 0 12 6 6 0 0 1 0-12Z",
        Color::Green => "M8 .8 15.2 8 8 15.2 .8 8Z",
    };
    view! {
        <svg class="shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
}

/// Shape and word.
#[component]
pub fn Side(
    /// Which side.
    color: Color,
) -> impl IntoView {
    view! { <span class=class(color)><Shape color />{color.title()}</span> }
}
