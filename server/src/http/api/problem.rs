//! What a script is told when something was not done: problem details, as RFC 9457 has them.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use teal_app::desk::DeskError;

use super::shapes::Record;
use crate::http::{
    asked::{Asked, Reader},
    errors, plain,
};

/// What problem details are sent as.
pub const TYPE: &str = "application/problem+json";

/// Why something was not done. `code` says which problem it is, for good; `detail` is for people.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: String,
    mend: String,
    /// The request, as the log knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What works without the store.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commands: Vec<String>,
    /// What is on record of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Box<Record>>,
}

impl Problem {
    /// A problem by its name, what happened, and what to do about it.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            mend: mend.into(),
            instance: None,
            field: None,
            commands: Vec::new(),
            record: None,
        }
    }

    /// A field of the request that cannot be taken.
    pub fn of_field(field: Option<String>, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { field, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_input", detail, mend) }
    }

    /// What the desk did not do.
    pub fn of_desk(error: &DeskError) -> Self {
        let (status, _, on_a_page) = errors::told(error);
        let (code, mend) = match error {
            DeskError::NotFound { .. } => {
                ("not_found", "Look at the address: GET /api/v1/pairs lists the pairs that you may see.")
            }
            DeskError::BadInput { .. } => ("bad_input", "Mend the field, then send the request again."),
            DeskError::Confirmation { .. } => ("confirmation", "Make a new plan, look at it, and confirm that one."),
            DeskError::Forbidden { .. } => ("forbidden", on_a_page),
            DeskError::Override { .. } => ("override", on_a_page),
            DeskError::NotAPerson { .. } => ("person", on_a_page),
            DeskError::Refused { .. } => ("refused", "Look at the pair again, then decide."),
            DeskError::Prove { .. } => ("prove", "Fetch a new access token, or sign in again; then make a new plan."),
            DeskError::StoreAway { .. } => ("store_away", "`teal doctor` says what is wrong with the store."),
        };
        let problem = Self::new(status, code, error.to_string(), mend);
        match error {
            DeskError::BadInput { field, .. } => Self { field: Some(field.clone()), ..problem },
            DeskError::Confirmation { .. } => Self { field: Some("confirmation".into()), ..problem },
            DeskError::StoreAway { commands, .. } => Self { commands: commands.clone(), ..problem },
            _ => problem,
        }
    }

    /// Nobody is known behind the request.
    pub fn sign_in() -> Self {
        Self::of_status(StatusCode::UNAUTHORIZED, None)
    }

    /// With what is on record of it.
    pub fn with(self, record: Record) -> Self {
        Self { record: Some(Box::new(record)), ..self }
    }

    /// The answer, which names the request.
    pub fn answer_to(self, asked: &Asked) -> Response {
        self.about(asked).into_response()
    }

    /// Names the request.
    pub fn about(self, asked: &Asked) -> Self {
        Self { instance: asked.id().map(str::to_owned), ..self }
    }

    /// What a layer refused, in its own words where it has some.
    fn of_status(status: StatusCode, said: Option<&str>) -> Self {
        let (code, detail, mend) = match status {
            StatusCode::UNAUTHORIZED => (
                "sign_in",
                "Nobody is known behind this request.",
                "Send an access token of the identity provider along: `Authorization: Bearer …`.",
            ),
            StatusCode::FORBIDDEN => (
                "origin",
                "This request comes from a page of another site.",
                "Send it from a page of Teal, or come with an access token, or with `Origin` set to the address of Teal.",
            ),
            StatusCode::BAD_REQUEST => {
                ("malformed", "The request cannot be read.", "Look at its address and its header.")
            }
            StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address.", "Look at the address."),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method", "This address does not take this method.", "Use one that the header Allow names.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The body is longer than 64 KB.", "Send less."),
            StatusCode::MISDIRECTED_REQUEST => ("name", "Teal does not answer to this name.", "Use its own."),
            StatusCode::TOO_MANY_REQUESTS => (
                "too_often",
                "Too often: nothing was done.",
                "Wait for as many seconds as the header Retry-After says.",
            ),
            StatusCode::GATEWAY_TIMEOUT => (
                "too_slow",
                "It took longer than 30 s. Whether anything was switched stands in the history.",
                "Send it again with the same Idempotency-Key: nothing is done twice.",
            ),
            status if status.is_server_error() => (
                "internal",
                "Teal failed to answer this request. Nothing was switched that the history does not show.",
                "Look into the log, under the id of the request.",
            ),
            _ => ("refused", "The request was not taken.", "Look at it."),
        };
        Self::new(status, code, said.unwrap_or(detail), mend)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, serde_json::to_string(&self).unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"teal\""));
        }
        response
    }
}

/// On the way out: what was refused in plain words or none, scripts are told as a problem.
pub async fn told_to_scripts(asked: &Asked, response: Response) -> Response {
    let status = response.status();
    let is_problem =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == TYPE.as_bytes());
    if asked.reader() != Reader::Script || is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, said) = plain::words(response).await;
    let mut told = Problem::of_status(status, said.as_deref()).answer_to(asked);
    // How long to wait, what else may be asked: that stays as the layer said it.
    for name in [header::ALLOW, header::CONNECTION, header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = parts.headers.get(&name) {
            told.headers_mut().insert(name, value.clone());
        }
    }
    told
}
