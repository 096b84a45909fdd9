//! What somebody may not do: there to be seen, but off, with what is missing.

use leptos::prelude::*;
use teal_domain::Denied;

/// A button that cannot be pressed.
pub fn off(label: impl IntoView) -> impl IntoView {
    view! { <button type="button" class="button" disabled>{label}</button> }
}

/// Why not.
pub fn why_not(denied: &Denied) -> impl IntoView + use<> {
    view! { <p class="hint denied">{denied.to_string()}</p> }
}
