//! What a script sends: one JSON object, of which every field is known.

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts as _, Request},
    http::{StatusCode, header},
    response::Response,
};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::Problem;
use crate::http::{BODY_LIMIT, asked::Asked};

/// The object.
#[derive(Clone, Copy, Debug)]
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(asked) = Asked::from_request_parts(&mut parts, state).await;
        let refused = |problem: Problem| problem.answer_to(&asked);
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(refused(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media_type",
                "Teal takes JSON only.",
                "Send the header `Content-Type: application/json`.",
            )));
        }
        let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
            return Err(refused(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "The body is longer than 64 KB.",
                "Send less.",
            )));
        };
        parsed(&body).map(Self).map_err(|problem| refused(*problem))
    }
}

/// Reads the object. What is no JSON is one mistake; what is JSON but not what is wanted names its field.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Problem>> {
    let wanted = "Send one JSON object with the fields of docs/api.md, and no others.";
    // A list of the right length would pass for an object, and its fields would have no names to be wrong.
    let object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let mut text = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut text)
        .map_err(|error| (error.path().to_string(), error.into_inner()))
        .and_then(|value| text.end().map(|()| value).map_err(|error| (String::new(), error)));
    let problem = match read {
        Ok(value) if object => return Ok(value),
        Ok(_) => Problem::of_field(None, "The body is no JSON object.", wanted),
        Err((_, error)) if error.classify() != Category::Data => {
            Problem::new(StatusCode::BAD_REQUEST, "not_json", format!("The body is no JSON: {error}."), wanted)
        }
        Err((path, error)) => {
            let says: String = error.to_string().chars().take(300).collect();
            let detail = format!("The body cannot be taken, so nothing was done: {says}.");
            Problem::of_field(field(&path, &says), detail, wanted)
        }
    };
    Err(Box::new(problem))
}

/// Which field it is about. One that is missing or not known has no place of its own: the message names it.
fn field(path: &str, says: &str) -> Option<String> {
    let named = ["missing field `", "unknown field `", "duplicate field `"];
    let named = named.iter().find_map(|beginning| says.strip_prefix(beginning)).and_then(|rest| rest.split('`').next());
    let field = named.unwrap_or(path.trim_matches('.'));
    (!field.is_empty()).then(|| field.chars().take(80).collect())
}
