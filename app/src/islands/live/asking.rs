//! Forms that only ask: their answer comes while they are filled in, and the address of the page leads to it. Where no script
//! runs they are sent by their button.

use super::stream;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Element, Event, FormData, HtmlFormElement, UrlSearchParams};

/// Listens to what is filled in.
pub fn listen() {
    let closure = Closure::<dyn FnMut(Event)>::new(|event: Event| {
        // What fails leaves the form, which can be sent.
        let _ = filled(&event);
    });
    // A name and a function: there is nothing that could be refused.
    let _ = document().add_event_listener_with_callback("input", closure.as_ref().unchecked_ref());
    closure.forget();
}

fn filled(event: &Event) -> Result<(), JsValue> {
    let field = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(form) = field.and_then(|field| field.closest("form[data-asks]").ok().flatten()) else { return Ok(()) };
    let form: HtmlFormElement = form.dyn_into()?;
    let (fields, query) = (FormData::new_with_form(&form)?, UrlSearchParams::new()?);
    for name in form.get_attribute("data-asks").unwrap_or_default().split(' ') {
        if let Some(text) = fields.get(name).as_string().filter(|text| !text.is_empty()) {
            query.append(name, &text);
        }
    }
    let address = format!("{}?{}", window().location().pathname()?, query.to_string());
    window().history()?.replace_state_with_url(&JsValue::NULL, "", Some(&address))?;
    stream::ask(address);
    Ok(())
}
