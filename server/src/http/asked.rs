//! What a page needs of its request.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};

use super::logged;

/// The address that was asked for, and the id under which the log knows the request.
#[derive(Clone, Debug)]
pub struct Asked {
    uri: Uri,
    id: Option<String>,
}

impl Asked {
    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query, without the question mark; may be empty.
    pub fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The id of the request.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self { uri: parts.uri.clone(), id: logged::id(&parts.headers).map(str::to_owned) })
    }
}
