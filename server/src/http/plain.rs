//! What is refused in plain words: whoever reads it is told under which id the log knows it.

use axum::{
    body::{Body, to_bytes},
    http::{header, response::Parts},
    response::Response,
};
use teal_app::render::Problem;

use super::{
    App,
    asked::{Asked, Reader},
    errors,
};

/// The words of a layer are a line or two.
const SAID: usize = 4096;

/// On the way out: the id stands in the text, and what a frame is told it can also show.
pub async fn named(app: &App, asked: &Asked, response: Response) -> Response {
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if !refused || !is_plain(&response) || asked.reader() == Reader::Script {
        return response;
    }
    let (mut parts, said) = words(response).await;
    let said = said.unwrap_or_default();
    if asked.reader() == Reader::Frame {
        let problem = Problem {
            status: Some(parts.status.as_u16()),
            title: parts.status.canonical_reason().unwrap_or("Not shown"),
            what: &said,
            mend: "",
            then: None,
            request_id: asked.id(),
        };
        let mut page = errors::shown(app, None, asked, parts.status, &problem);
        for name in [header::ALLOW, header::RETRY_AFTER, header::CONNECTION] {
            if let Some(value) = parts.headers.remove(&name) {
                page.headers_mut().insert(name, value);
            }
        }
        return page;
    }
    let id = asked.id().map(|id| format!("The log knows this request as {id}.\n")).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(format!("{said}\n{id}")))
}

/// The words of an answer in plain text, if it has any, and the rest of it.
pub async fn words(response: Response) -> (Parts, Option<String>) {
    let plain = is_plain(&response);
    let (parts, body) = response.into_parts();
    let said = if plain { to_bytes(body, SAID).await.ok() } else { None };
    let said = said.and_then(|said| String::from_utf8(said.to_vec()).ok()).map(|said| said.trim().to_owned());
    (parts, said.filter(|said| !said.is_empty()))
}

fn is_plain(response: &Response) -> bool {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/plain")) && !headers.contains_key(header::CONTENT_ENCODING)
}
