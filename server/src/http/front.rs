//! Who may knock at all: requests that can be read in one way only and are for this machine's own name, and forms that
//! say which page they come from, or that come with a token instead.

use std::ops::ControlFlow;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, uri::Authority},
    response::{IntoResponse, Response},
};
use tower_http::csrf::ProtectionError;

use super::{
    App, api,
    asked::{Asked, Reader},
    known,
};
use crate::auth::SignIn;

/// While nobody signs in, everybody who reaches Teal is the local user. A page of somewhere else reaches it too
/// once its own name resolves to loopback (DNS rebinding), and the browser then calls that the same origin: so
/// Teal answers only to names that are always this machine.
pub fn own_name(app: &App, request: &Request) -> ControlFlow<Response> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let named = named.and_then(|host| host.parse().ok()).or_else(|| request.uri().authority().cloned());
    let (ours, open) = match app.sign_in.public_url() {
        None => (
            named.is_some_and(|name| is_this_machine(&name)),
            "at http://localhost or http://127.0.0.1 with its port".to_owned(),
        ),
        Some(public) => {
            let name = public.split_once("://").map(|(_, name)| name);
            (
                named.is_some_and(|named| name.is_some_and(|name| named.as_str().eq_ignore_ascii_case(name))),
                format!("at {public}"),
            )
        }
    };
    // A load balancer asks for the process's health by its address.
    if ours || request.uri().path() == "/health" {
        return ControlFlow::Continue(());
    }
    let text = format!("Teal does not answer to this name: open it {open}.\n");
    ControlFlow::Break((StatusCode::MISDIRECTED_REQUEST, text).into_response())
}

/// What is answered here. Nothing needs another method, and `TRACE` would send back what only the server should see.
const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];

/// Refuses what another server on the way may read otherwise: where a body ends, or whom the request is for. What one
/// takes for a body would be a request to the other.
pub fn one_meaning(asked: &Asked, request: &Request) -> ControlFlow<Response> {
    let headers = request.headers();
    let (status, code, what, mend) = if !METHODS.contains(request.method()) {
        (StatusCode::METHOD_NOT_ALLOWED, "method", "Teal does not take this method.", "Send GET, HEAD or POST.")
    } else if headers.contains_key(header::TRANSFER_ENCODING) {
        let mend = "Send Content-Length instead of Transfer-Encoding.";
        (StatusCode::LENGTH_REQUIRED, "length", "The request does not say how long its body is.", mend)
    } else if !is_for_one_host(request) {
        (StatusCode::BAD_REQUEST, "host", "The request names more than one host.", "Send one, in the header `Host`.")
    } else {
        return ControlFlow::Continue(());
    };
    // Whatever follows on the connection is not looked at.
    let mut headers = HeaderMap::from_iter([(header::CONNECTION, HeaderValue::from_static("close"))]);
    let told = match asked.reader() {
        Reader::Script => api::Problem::new(status, code, what, mend).answer_to(asked),
        Reader::Person | Reader::Frame => (status, format!("{what} {mend}\n")).into_response(),
    };
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    ControlFlow::Break((headers, told).into_response())
}

fn is_for_one_host(request: &Request) -> bool {
    let mut named = request.headers().get_all(header::HOST).iter();
    let (host, further) = (named.next(), named.next());
    let elsewhere = match (request.uri().authority(), host) {
        (Some(authority), Some(host)) => !host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()),
        _ => false,
    };
    further.is_none() && !elsewhere
}

/// The request came with `Authorization`, which alone says who asks.
#[derive(Clone, Copy, Debug)]
pub struct ByToken;

/// A request that brings a token is whoever that stands for, or nobody: what else it brings of that sort, a cookie
/// above all, is not looked at by anybody.
pub fn token_alone(app: &App, request: &mut Request) {
    // While nobody signs in there are no tokens, and no cookies either.
    if !matches!(app.sign_in, SignIn::Local(_)) && request.headers().contains_key(header::AUTHORIZATION) {
        let headers = request.headers_mut();
        for name in [header::COOKIE.as_str(), known::DATA, known::ACCESS_TOKEN] {
            headers.remove(name);
        }
        request.extensions_mut().insert(ByToken);
    }
}

/// A form says where it was sent from: every browser does, by `Origin` or `Sec-Fetch-Site`. Whether that is here
/// is for the layer below; what says nothing is not from a page of ours.
pub fn known_origin(request: &Request) -> ControlFlow<Response> {
    let harmless = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let headers = request.headers();
    // No page makes a browser send a token of somebody's that the page does not have itself.
    let by_token = request.extensions().get::<ByToken>().is_some();
    if harmless || by_token || headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site") {
        return ControlFlow::Continue(());
    }
    let text = "This request does not say which page it comes from: send the header `Origin` with the address of Teal, come with an access token, or use the command `teal`.\n";
    ControlFlow::Break((StatusCode::FORBIDDEN, text).into_response())
}

/// What is told of a form that another site's page sent.
pub fn of_another_site(_: ProtectionError) -> Response {
    let text = "This request comes from a page of another site, so nothing was done. Send it from a page of Teal.\n";
    (StatusCode::FORBIDDEN, text).into_response()
}

/// Whether a name is always this machine.
pub fn is_this_machine(name: &Authority) -> bool {
    let host = name.host().trim_end_matches('.').to_ascii_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.is_ok_and(|address| address.is_loopback()) || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_always_this_machine_are_answered() {
        for name in
            ["127.0.0.1:3000", "127.9.9.9", "localhost", "LOCALHOST:1", "teal.localhost:80", "[::1]:3000", "localhost."]
        {
            assert!(is_this_machine(&name.parse().expect(name)), "{name}");
        }
        for name in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "10.0.0.1",
            "[::2]",
            "0.0.0.0",
        ] {
            assert!(!is_this_machine(&name.parse().expect(name)), "{name}");
        }
    }
}
