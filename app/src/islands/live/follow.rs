//! Keeps the page as the server would draw it now: fetches it anew and puts what differs in place.

use super::{Live, is_newer, morph, resting, stream};
use crate::paths::{DENIED, ENDED, FOLLOW};
use leptos::{prelude::*, task::spawn_local};
use std::cell::Cell;
use teal_domain::{SnapshotId, Timestamp};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Element, Headers, RequestInit, Response, SupportedType};

/// Whose wish it is to have the page fetched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The page's own: that is no use of the session, or an open page would keep it for ever.
    Page,
    /// The reader's, who stays signed in.
    Reader,
}

/// What a page rests on beside the snapshot.
const STANDING: &str = "data-standing";

thread_local! {
    static FETCHING: Cell<bool> = const { Cell::new(false) };
}

/// Fetches the page unless it shows `newest` already, and rests on `standing` where that was told. Called again
/// every second, so a request that failed is made good by the next.
pub fn catch_up(newest: (SnapshotId, Timestamp), standing: Option<&str>, from: String) {
    let here = document();
    let behind = drawn(&here).is_none_or(|drawn| drawn.0 != newest.0 && is_newer(drawn, newest));
    let other = standing.is_some() && standing != here.body().and_then(|body| body.get_attribute(STANDING)).as_deref();
    if behind || other {
        fetch_for(Wish::Page, from);
    }
}

/// Fetches the page. One request at a time, unless the reader wants it.
pub fn fetch_for(wish: Wish, from: String) {
    if FETCHING.replace(true) && wish == Wish::Page {
        return;
    }
    spawn_local(async move {
        // Whatever went wrong is told by the badge as soon as it lasts.
        let _ = fetch(wish, &from).await;
        FETCHING.set(false);
    });
}

async fn fetch(wish: Wish, from: &str) -> Result<(), JsValue> {
    let (headers, request) = (Headers::new()?, RequestInit::new());
    if wish == Wish::Page {
        headers.set(FOLLOW, "1")?;
    }
    request.set_headers(&headers);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(from, &request)).await?.dyn_into()?;
    match response.status() {
        401 => stream::stop(ENDED),
        403 => stream::stop(DENIED),
        _ => {}
    }
    if !response.ok() {
        return Ok(());
    }
    let html = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    // The reader may have asked for something else meanwhile.
    if !stream::follows(from) {
        return Ok(());
    }
    let next = DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml)?;
    let here = document();
    // Another instance may have answered, with less than is shown.
    if let (Some(shown), Some(fetched)) = (drawn(&here), drawn(&next))
        && !is_newer(shown, fetched)
    {
        return Ok(());
    }
    let regions = here.query_selector_all("[data-region]")?;
    for index in 0..regions.length() {
        let Some(old) = regions.item(index).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
        let name = old.get_attribute("data-region").unwrap_or_default();
        if let Some(new) = next.query_selector(&format!("[data-region={name}]"))? {
            morph::morph(&old, &new);
        }
    }
    if let (Some(old), Some(new)) = (here.body(), next.body()) {
        for name in ["data-snapshot", "data-made", STANDING] {
            old.set_attribute(name, &new.get_attribute(name).unwrap_or_default())?;
        }
        here.set_title(&next.title());
    }
    resting::tell(Live::here().now.get_untracked());
    Ok(())
}

/// Which snapshot a document was drawn from.
fn drawn(document: &Document) -> Option<(SnapshotId, Timestamp)> {
    let body = document.body()?;
    let id = body.get_attribute("data-snapshot")?.parse().ok()?;
    let at = body.get_attribute("data-made")?.parse().ok()?;
    Some((id, Timestamp(at)))
}
