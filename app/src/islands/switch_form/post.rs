//! Sends the form as the browser would, and stays on the page for the answer. Leptos's `ActionForm` does the
//! same; written out it is a third of the WASM.

use super::parts::Answer;
use leptos::{ev::SubmitEvent, prelude::*};

/// Sends it, unless one is on its way already.
#[cfg(feature = "hydrate")]
pub fn send(event: &SubmitEvent, busy: RwSignal<bool>, answer: RwSignal<Option<Answer>>) {
    use wasm_bindgen::JsCast;
    event.prevent_default();
    let Some(form) = event.target().and_then(|target| target.dyn_into().ok()) else { return };
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    leptos::task::spawn_local(async move {
        match browser::post(form).await {
            // The browser is on its way: the button stays as it is.
            Ok(None) => {}
            Ok(said) => {
                answer.set(said);
                busy.set(false);
            }
            Err(_) => {
                answer.set(Some(Answer::None));
                busy.set(false);
            }
        }
    });
}

/// The server hears no events.
#[cfg(not(feature = "hydrate"))]
pub fn send(_: &SubmitEvent, _: RwSignal<bool>, _: RwSignal<Option<Answer>>) {}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Answer;
    use crate::functions::Reply;
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{FormData, Headers, HtmlFormElement, RequestInit, Response, UrlSearchParams};

    /// Posts the form. `None`: the answer led somewhere, and the browser goes there.
    pub async fn post(form: HtmlFormElement) -> Result<Option<Answer>, JsValue> {
        let data = FormData::new_with_form(&form)?;
        let (headers, request) = (Headers::new()?, RequestInit::new());
        // Not `text/html`: so the server knows that a script reads the answer.
        headers.set("accept", "application/json")?;
        request.set_method("POST");
        request.set_headers(&headers);
        request.set_body(UrlSearchParams::new_with_str_sequence_sequence(&data)?.as_ref());
        let response: Response =
            JsFuture::from(window().fetch_with_str_and_init(&form.action(), &request)).await?.dyn_into()?;
        if let Some(address) = response.headers().get("location")? {
            window().location().set_href(&address)?;
            return Ok(None);
        }
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok(Some(match serde_json::from_str(&text) {
            Ok(Reply::Refused(error)) => Answer::Refused(error),
            Ok(Reply::Taken) | Err(_) => Answer::None,
        }))
    }
}
