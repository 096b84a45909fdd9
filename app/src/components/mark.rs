//! A judgement: an icon, a tone and words. Never a colour alone, and never green for "good".

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// In order: ink with a check.
    Good,
    /// Worth a look: amber with a triangle.
    Attention,
    /// Down or refused: red with a cross.
    Down,
    /// Not known: dashed grey with a question mark.
    Unknown,
    /// Under way.
    Busy,
    /// Nothing to judge.
    Plain,
}

impl Tone {
    /// The class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "mark mark-good",
            Self::Attention => "mark mark-attention",
            Self::Down => "mark mark-down",
            Self::Unknown => "mark mark-unknown",
            Self::Busy => "mark mark-busy",
            Self::Plain => "mark mark-plain",
        }
    }

    /// The icon.
    pub const fn glyph(self) -> Glyph {
        match self {
            Self::Good => Glyph::Check,
            Self::Attention => Glyph::Triangle,
            Self::Down => Glyph::Cross,
            Self::Unknown => Glyph::Question,
            Self::Busy => Glyph::Turning,
            Self::Plain => Glyph::Dot,
        }
    }
}

/// A judgement in a line.
#[component]
pub fn Mark(
    /// How it stands.
    tone: Tone,
    /// What is said.
    #[prop(into)]
    text: Oco<'static, str>,
) -> impl IntoView {
    view! { <span class=tone.class()><Icon glyph=tone.glyph() /><span>{text}</span></span> }
}

/// A small label that stays with something for ever: `emergency`, `unexplained`.
#[component]
pub fn Tag(
    /// How it stands.
    tone: Tone,
    /// The word.
    #[prop(into)]
    text: Oco<'static, str>,
) -> impl IntoView {
    let class = match tone {
        Tone::Attention => "tag tag-attention",
        Tone::Down => "tag tag-down",
        Tone::Unknown => "tag tag-unknown",
        Tone::Good | Tone::Busy | Tone::Plain => "tag",
    };
    view! { <span class=class>{text}</span> }
}
