//! What a page needs of its request.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, Uri, request::Parts},
};

use super::logged;

/// The address that was asked for, and the id under which the log knows the request.
#[derive(Clone, Debug)]
pub struct Asked {
    uri: Uri,
    id: Option<String>,
}

/// Who reads the answer, by the address that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody at a page of ours.
    Person,
    /// Somebody at a page of somebody else's, in a frame.
    Frame,
    /// A script, which takes JSON.
    Script,
}

/// What a frame shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed {
    /// A pair at a glance.
    Glance,
    /// Its platform.
    Topology,
    /// Its lineage.
    Lineage,
}

impl Asked {
    /// By the request itself, once it has its id.
    pub fn of(request: &Request) -> Self {
        Self::by(request.uri(), request.headers())
    }

    fn by(uri: &Uri, headers: &HeaderMap) -> Self {
        Self { uri: uri.clone(), id: logged::id(headers).map(str::to_owned) }
    }

    /// Who reads the answer.
    pub fn reader(&self) -> Reader {
        match self.path() {
            "/api/v1" => Reader::Script,
            path if path.starts_with("/api/v1/") => Reader::Script,
            _ if self.framed().is_some() => Reader::Frame,
            _ => Reader::Person,
        }
    }

    /// The pair whose frame was asked for, as it stands in the address, and what is to be seen in it.
    pub fn framed(&self) -> Option<(&str, Framed)> {
        let rest = self.path().strip_prefix("/embed/")?;
        let (pair, framed) = match rest.split_once('/') {
            None => (rest, Framed::Glance),
            Some((pair, "topology")) => (pair, Framed::Topology),
            Some((pair, "lineage")) => (pair, Framed::Lineage),
            Some(_) => return None,
        };
        (!pair.is_empty()).then_some((pair, framed))
    }

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
        Ok(Self::by(&parts.uri, &parts.headers))
    }
}
