//! The moments on the page that stand still: their ages are counted on, and the reader's own time is put
//! beside them.

use crate::{components::when, words};
use leptos::prelude::*;
use teal_domain::Timestamp;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Brings every moment on the page up to date.
pub fn tell(now: Timestamp) {
    each("[data-at]", |moment| {
        if let Some(at) = moment.get_attribute("data-at").and_then(|text| text.parse().ok()).map(Timestamp) {
            write(moment, ".ago", Some(words::ago(at, now)));
            write(moment, ".for", Some(words::age(now.since(at))));
            write(moment, ".local", when::local(at, now));
        }
    });
}

/// Something was read again and was the same.
pub fn read_again(what: &str, at: Timestamp) {
    each(&format!("[data-read={what}]"), |moment| set(moment, "data-at", &at.0.to_string()));
}

/// What the style sheet is told of the page as a whole: `data-lost` while what it shows is old, which fades, and
/// `data-stopped` once it follows no more, with why.
pub fn told(name: &str, what: Option<&str>) {
    if let Some(root) = document().document_element() {
        if let Some(what) = what {
            set(&root, name, what);
        } else {
            let _ = root.remove_attribute(name);
        }
    }
}

fn set(element: &Element, name: &str, value: &str) {
    // The names are ours, and good.
    let _ = element.set_attribute(name, value);
}

fn each(selector: &str, mut what: impl FnMut(&Element)) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for index in 0..found.length() {
        if let Some(element) = found.item(index).and_then(|node| node.dyn_into::<Element>().ok()) {
            what(&element);
        }
    }
}

fn write(moment: &Element, part: &str, text: Option<String>) {
    if let (Ok(Some(part)), Some(text)) = (moment.query_selector(part), text)
        && part.text_content().as_deref() != Some(text.as_str())
    {
        part.set_text_content(Some(&text));
    }
}
