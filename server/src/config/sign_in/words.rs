//! What names and addresses of a provider must look like.

use axum::http::Uri;

use super::{
    super::mistake::{Wrong, quoted},
    Logout,
};

pub(super) fn word(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Wrong::new(format!("{} is no name", quoted(text)), "write it in one word, as the provider does"));
    }
    Ok(text.to_owned())
}

pub(super) fn address(text: &str) -> Result<String, Wrong> {
    parsed(text).map(|_| text.trim_end_matches('/').to_owned())
}

/// Where the provider ends its own session.
pub(super) fn logout(text: &str) -> Result<Logout, Wrong> {
    if text == "here" { Ok(Logout::Here) } else { address(text).map(Logout::At) }
}

pub(super) fn public_url(text: &str) -> Result<String, Wrong> {
    let uri = parsed(text)?;
    if uri.path() != "/" || uri.query().is_some() {
        let mend = "write scheme, host and port only, such as https://teal.example.com";
        return Err(Wrong::new(format!("{} goes on after its host", quoted(text)), mend));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// `https`, or `http` on this machine: everything else could be read on the way.
pub(super) fn parsed(text: &str) -> Result<Uri, Wrong> {
    let mend = "write an address with https, or with http and localhost";
    let uri: Uri = text.parse().map_err(|_| Wrong::new(format!("{} is no address", quoted(text)), mend))?;
    let local = uri.host().is_some_and(|host| {
        host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]"
    });
    match uri.scheme_str() {
        Some("https") if uri.host().is_some() => Ok(uri),
        Some("http") if local => Ok(uri),
        Some("http") => Err(Wrong::new(format!("{} could be read on the way", quoted(text)), mend)),
        _ => Err(Wrong::new(format!("{} is no address", quoted(text)), mend)),
    }
}
