//! The idempotency key: a request sent again gets the answer that it got, and nothing is done twice
//! (draft-ietf-httpapi-idempotency-key-header).

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};
use teal_app::desk::Identity;
use teal_domain::Timestamp;

use super::problem::{self, Problem};
use crate::{
    hex,
    http::asked::Asked,
    store::{
        Store, StoreError,
        idempotency::{Claim, Kept},
    },
};

const HEADER: &str = "idempotency-key";
const REPLAYED: &str = "idempotent-replayed";
const LONGEST: usize = 64;
/// A flip takes well under a second.
const LOOK_AGAIN: &str = "2";

/// The key that a request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Ok(asked) = Asked::from_request_parts(parts, state).await;
        let wrong = |code, detail: &str| {
            let mend = "Send one header `Idempotency-Key` of 1 to 64 visible ASCII characters: a new UUID for each switch, the same one when you repeat it.";
            Problem::new(StatusCode::BAD_REQUEST, code, detail, mend).answer_to(&asked)
        };
        let mut given = parts.headers.get_all(HEADER).iter();
        match (given.next(), given.next()) {
            (None, _) => Err(wrong("key_missing", "The request has no idempotency key, so nothing was done.")),
            (Some(_), Some(_)) => Err(wrong("key_malformed", "The request has more than one idempotency key.")),
            (Some(key), None) => match key.to_str() {
                Ok(key) if (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
                    Ok(Self(key.to_owned()))
                }
                _ => Err(wrong("key_malformed", "The idempotency key cannot be taken.")),
            },
        }
    }
}

/// A request that is to be done once: whose it is, and what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    id: String,
    asked: String,
}

impl Once {
    /// The key counts for one person: nobody reads with it what somebody else was answered.
    pub fn new(key: &Key, who: &Identity, address: &str, wanted: &str) -> Self {
        let actor = &who.actor;
        // A name passes to somebody else, and two may have the same.
        let (by, whose) =
            actor.subject.as_ref().map_or(("name", &*actor.name), |subject| ("subject", subject.as_str()));
        Self { id: hash(&[actor.via.as_str(), by, whose, &key.0]), asked: hash(&[address, wanted]) }
    }

    /// Whose it is to do.
    pub async fn claim(&self, store: &Store, now: Timestamp) -> Result<Claim, StoreError> {
        store.claim_key(&self.id, &self.asked, now).await
    }

    /// Keeps the answer. One that cannot be kept is given all the same: what was done is on record.
    pub async fn keep(&self, store: &Store, answer: &Kept) {
        if let Err(error) = store.keep_answer(&self.id, answer).await {
            tracing::warn!(%error, "an answer was not kept: a repeat is answered from the record");
        }
    }

    /// What came of it is not known yet: the next repeat finds out.
    pub async fn leave(&self, store: &Store) {
        if let Err(error) = store.leave_key(&self.id).await {
            tracing::warn!(%error, "a key was not laid down: a repeat waits for a minute");
        }
    }

    /// Nothing was done, so the request may be mended and sent again under the same key.
    pub async fn let_go(&self, store: &Store) {
        if let Err(error) = store.let_go_of_key(&self.id).await {
            tracing::warn!(%error, "a key was not let go of: it is free again in a minute");
        }
    }
}

/// What somebody is told who asks while another one is at it.
pub fn under_way(asked: &Asked) -> Response {
    let detail = "A request with this idempotency key is still being worked on.";
    let told =
        Problem::new(StatusCode::CONFLICT, "key_in_use", detail, "Send it again in a moment: it gets the same answer.");
    let mut response = told.answer_to(asked);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(LOOK_AGAIN));
    response
}

/// What somebody is told who uses a key again for something else.
pub fn other(asked: &Asked) -> Response {
    let detail = "This idempotency key was used for another request, so nothing was done.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", detail, "Use a new key for each switch.")
        .answer_to(asked)
}

/// The answer as it was given.
pub fn given(kept: Kept) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = if status.is_success() { "application/json" } else { problem::TYPE };
    let mut response = (status, kept.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(location) = kept.location.and_then(|location| location.parse().ok()) {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// The same once more.
pub fn again(kept: Kept) -> Response {
    let mut response = given(kept);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// SHA-256 over texts, each with its length before it.
fn hash(texts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for text in texts {
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    }
    hex::encode(&sha.finalize())
}
