//! The icons: our own strokes, 16 by 16, in the colour of the text around them. They never stand alone, so
//! they are hidden from screen readers.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// In order.
    Check,
    /// Asks for attention.
    Triangle,
    /// Down, refused.
    Cross,
    /// Not known.
    Question,
    /// Nothing to judge.
    Dot,
    /// Under way.
    Turning,
    /// The flag.
    Flag,
    /// From here to there.
    Arrow,
    /// Leaves Teal.
    Out,
    /// Unfolds.
    Down,
}

impl Glyph {
    /// The strokes, as an SVG path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Triangle => "M8 2.5 14.5 13.5H1.5ZM8 6.8v3M8 11.6v.3",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Question => "M4.4 5.4a3.6 3.6 0 1 1 5.3 3.2C8.500 9.200 8 9.800 8 10.900M8 14v.2",
            Self::Dot => "M8 7.4v1.2M7.4 8h1.2",
            Self::Turning => "M13.5 8A5.5 5.5 0 1 1 8 2.5M8 2.5h3M8 2.5v3",
            Self::Flag => "M3.5 14.5v-13M3.5 2.5h9l-2.2 3 2.2 3h-9",
            Self::Arrow => "M1.5 8h12M9.5 4l4 4-4 4",
            Self::Out => "M6 3.5H3v9.5h9.5V10M9 2.5h4.5V7M13.5 2.5 7.5 8.5",
            Self::Down => "M4 6.5l4 4 4-4",
        }
    }
}

/// An icon.
#[component]
pub fn Icon(
    /// Which.
    glyph: Glyph,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=glyph.path()></path>
        </svg>
    }
}
