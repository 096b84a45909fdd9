//! A declared maintenance in a line: which side, what, until when and by whom, with the way to it.

use super::mark::{Mark, Tone};
use crate::{paths, render::View};
use leptos::prelude::*;
use teal_domain::{Color, PairSnapshot};

/// The line, while one stands.
pub fn line(view: &View<'_>, pair: &PairSnapshot) -> Option<AnyView> {
    let declared = Color::BOTH.into_iter().find_map(|side| pair.maintained(side, view.now))?;
    Some(
        view! {
            <p class="freeze-line dotted">
                <Mark tone=Tone::Plain text=format!("Maintenance · {}", declared.told()) />
                <a href=paths::maintenance(&pair.id)>"Maintenance"</a>
                <a href=paths::upgrade(&pair.id)>"Guided upgrade"</a>
            </p>
        }
        .into_any(),
    )
}
