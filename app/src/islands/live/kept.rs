//! The ways in the bars about the session: to sign in again without losing what was typed, and to stay.

use super::stream;
use crate::paths;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Element, Event, FormData, HtmlFormElement, UrlSearchParams};

/// Listens to clicks on them, wherever and whenever the server draws one.
pub fn listen() {
    let closure = Closure::<dyn FnMut(Event)>::new(|event: Event| {
        // What fails leaves the link as the server drew it.
        let _ = clicked(&event);
    });
    // A name and a function: there is nothing that could be refused.
    let _ = document().add_event_listener_with_callback("click", closure.as_ref().unchecked_ref());
    closure.forget();
}

fn clicked(event: &Event) -> Result<(), JsValue> {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(link) = target.and_then(|target| target.closest("[data-way]").ok().flatten()) else { return Ok(()) };
    if link.get_attribute("data-way").as_deref() == Some("stay") {
        // To load the page would lose what was typed.
        event.prevent_default();
        stream::stay();
        return Ok(());
    }
    link.set_attribute("href", &paths::sign_in(&here()?))
}

/// This very page, with what stands in its forms now.
fn here() -> Result<String, JsValue> {
    let location = window().location();
    let query = UrlSearchParams::new_with_str(&location.search()?)?;
    // What was wrong with a form that was sent before says nothing about this one.
    query.delete("problem");
    let forms = document().query_selector_all("form[data-kept]")?;
    let forms = || (0..forms.length()).filter_map(|index| forms.item(index)?.dyn_into::<HtmlFormElement>().ok());
    let names = |form: &HtmlFormElement| form.get_attribute("data-kept").unwrap_or_default();
    for form in forms() {
        names(&form).split(' ').for_each(|name| query.delete(name));
    }
    // Two forms may ask for the same: what is empty in one does not take away what stands in the other.
    for form in forms() {
        let filled = FormData::new_with_form(&form)?;
        for name in names(&form).split(' ') {
            if let Some(text) = filled.get(name).as_string().filter(|text| !text.is_empty()) {
                query.set(name, &paths::kept(&text));
            }
        }
    }
    Ok(format!("{}?{}", location.pathname()?, query.to_string()))
}
