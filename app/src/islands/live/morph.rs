//! Makes one piece of a page like another, changing only what differs: focus, selection and running
//! transitions stay, and what changed can glow.

use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

/// How long a changed value glows.
const GLOW: Duration = Duration::from_millis(1_100);

/// Makes `old` like `new`. Says whether anything that a reader would notice changed: ages do not count.
pub fn morph(old: &Element, new: &Element) -> bool {
    let mut changed = attributes(old, new);
    changed |= if keyed(new) { list(old, new) } else { children(old, new) };
    if changed && old.has_attribute("data-glow") {
        glow(old);
    }
    changed && old.local_name() != "time"
}

fn attributes(old: &Element, new: &Element) -> bool {
    let mut changed = false;
    for name in new.get_attribute_names() {
        let Some(name) = name.as_string() else { continue };
        let value = new.get_attribute(&name);
        // A glow that is still fading is no difference.
        let before = old.get_attribute(&name).map(|before| before.trim_end_matches(" glow").to_owned());
        if before != value {
            changed |= name == "class";
            // A name that the parser took is good.
            let _ = old.set_attribute(&name, &value.unwrap_or_default());
        }
    }
    for name in old.get_attribute_names() {
        let Some(name) = name.as_string() else { continue };
        // What the reader unfolded stays unfolded.
        if !new.has_attribute(&name) && name != "open" {
            let _ = old.remove_attribute(&name);
        }
    }
    changed
}

fn children(old: &Element, new: &Element) -> bool {
    let (before, after) = (nodes(old), nodes(new));
    let mut changed = before.len() != after.len();
    for (index, next) in after.iter().enumerate() {
        let Some(here) = before.get(index) else {
            let _ = old.append_child(next);
            continue;
        };
        match (here.dyn_ref::<Element>(), next.dyn_ref::<Element>()) {
            (Some(a), Some(b)) if a.local_name() == b.local_name() => changed |= morph(a, b),
            (None, None) if here.node_type() == next.node_type() => {
                if here.text_content() != next.text_content() {
                    here.set_text_content(next.text_content().as_deref());
                    changed = true;
                }
            }
            _ => {
                let _ = old.replace_child(next, here);
                changed = true;
            }
        }
    }
    for gone in before.iter().skip(after.len()) {
        let _ = old.remove_child(gone);
    }
    changed
}

/// Whether the children carry keys: then a new one is put in, not written over its neighbour.
fn keyed(list: &Element) -> bool {
    list.first_element_child().is_some_and(|first| first.has_attribute("data-key"))
}

fn list(old: &Element, new: &Element) -> bool {
    let key = |node: &Element| node.get_attribute("data-key");
    let before: Vec<Element> = elements(old);
    let mut changed = false;
    let mut place = old.first_child();
    for next in elements(new) {
        let Some(here) = before.iter().find(|here| key(here) == key(&next)) else {
            let _ = old.insert_before(&next, place.as_ref());
            glow(&next);
            changed = true;
            continue;
        };
        changed |= morph(here, &next);
        if place.as_ref().is_some_and(|place| place.is_same_node(Some(here))) {
            place = here.next_sibling();
        } else {
            let _ = old.insert_before(here, place.as_ref());
        }
    }
    while let Some(gone) = place {
        place = gone.next_sibling();
        let _ = old.remove_child(&gone);
        changed = true;
    }
    changed
}

fn nodes(parent: &Element) -> Vec<Node> {
    let list = parent.child_nodes();
    (0..list.length()).filter_map(|index| list.item(index)).collect()
}

fn elements(parent: &Element) -> Vec<Element> {
    nodes(parent).into_iter().filter_map(|node| node.dyn_into().ok()).collect()
}

fn glow(element: &Element) {
    let class = element.class_list();
    let _ = class.add_1("glow");
    set_timeout(
        move || {
            let _ = class.remove_1("glow");
        },
        GLOW,
    );
}
