//! Light, dark, or as the system has it. The choice stays in this browser.

use leptos::prelude::*;

/// The themes, in the order in which the button goes through them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    const fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Auto => "M2 3h12v8H2ZM5.5 13.5h5M8 11v2.5",
            Self::Light => {
                "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM8 .8v1.6M8 13.6v1.6M.8 8h1.6M13.6 8h1.6M2.9 2.9l1.1 1.1M12 12l1.1 \
                 1.1M2.9 13.1 4 12M12 4l1.1-1.1"
            }
            Self::Dark => "M13.5 9.8A6 6 0 1 1 6.2 2.5a4.8 4.8 0 0 0 7.3 7.3Z",
        }
    }
}

#[cfg(feature = "hydrate")]
const KEY: &str = "teal-theme";

/// The button. It shows only where a script can act on it.
#[island]
pub fn ThemeToggle() -> impl IntoView {
    let theme = RwSignal::new(Theme::default());
    let awake = RwSignal::new(false);
    Effect::new(move |_| {
        theme.set(chosen());
        awake.set(true);
    });
    let label = move || format!("Theme: {}. Change to {}", theme.get().word(), theme.get().next().word());
    view! {
        <button
            type="button"
            class="theme"
            class:asleep=move || !awake.get()
            data-theme-is=move || theme.get().word()
            title=label
            aria-label=label
            on:click=move |_| {
                theme.update(|theme| *theme = theme.next());
                apply(theme.get_untracked());
            }
        >
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                <path d=move || theme.get().path()></path>
            </svg>
        </button>
    }
}

#[cfg(feature = "hydrate")]
fn chosen() -> Theme {
    match document().document_element().and_then(|root| root.get_attribute("data-theme")).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::Auto,
    }
}

#[cfg(feature = "hydrate")]
fn apply(theme: Theme) {
    let storage = window().local_storage().ok().flatten();
    // A browser that keeps nothing still shows the theme until the next page: not worth a word.
    if let Some(root) = document().document_element() {
        let _ = match theme {
            Theme::Auto => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.word()),
        };
    }
    if let Some(storage) = storage {
        let _ = match theme {
            Theme::Auto => storage.remove_item(KEY),
            Theme::Light | Theme::Dark => storage.set_item(KEY, theme.word()),
        };
    }
}

#[cfg(not(feature = "hydrate"))]
fn chosen() -> Theme {
    Theme::Auto
}

#[cfg(not(feature = "hydrate"))]
fn apply(_: Theme) {}
