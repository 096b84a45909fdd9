//! What people see: pages and components, rendered on the server; islands that are alive in the browser.
//!
//! Nothing here knows of AWS, SQL or routes. Pages take domain types; what is written goes through server
//! functions over one trait, [`desk::Desk`].

// Pages are deep types.
#![recursion_limit = "256"]

pub mod components;
#[cfg(feature = "ssr")]
pub mod context;
pub mod desk;
pub mod functions;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod paths;
#[cfg(feature = "ssr")]
pub mod render;
pub mod words;

/// Called by the browser once the WASM has loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
