//! Buttons that copy a text of the page. Where no script runs the text is selected by a click into it.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Element, Event};

/// How long a button says that it has copied.
const SAYS: Duration = Duration::from_secs(2);

/// Listens to clicks on them, wherever and whenever the server draws one.
pub fn listen() {
    let closure = Closure::<dyn FnMut(Event)>::new(|event: Event| {
        // What fails leaves the text, which can be selected.
        let _ = clicked(&event);
    });
    // A name and a function: there is nothing that could be refused.
    let _ = document().add_event_listener_with_callback("click", closure.as_ref().unchecked_ref());
    closure.forget();
}

fn clicked(event: &Event) -> Result<(), JsValue> {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(button) = target.and_then(|target| target.closest("[data-copy]").ok().flatten()) else { return Ok(()) };
    let of = button.get_attribute("data-copy").unwrap_or_default();
    let Some(text) = document().get_element_by_id(&of).and_then(|text| text.text_content()) else { return Ok(()) };
    let clipboard = Reflect::get(&Reflect::get(&window(), &"navigator".into())?, &"clipboard".into())?;
    // There is none where the page came by plain HTTP from elsewhere.
    let write: Function = Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
    write.call1(&clipboard, &text.into())?;
    let before = button.text_content();
    button.set_text_content(Some("Copied"));
    set_timeout(move || button.set_text_content(before.as_deref()), SAYS);
    Ok(())
}
