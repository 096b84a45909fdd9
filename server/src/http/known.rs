//! Finds out who asks: the person at this machine, whoever a session or a load balancer stands for, or a script.

use std::sync::Arc;

use axum::{
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use teal_app::{
    desk::{DeskError, Identity},
    paths::FOLLOW,
    render::Problem,
};

use super::{
    App,
    address::ComesFrom,
    api,
    asked::{Asked, Reader},
    errors,
    front::ByToken,
    sign_in,
};
use crate::auth::{
    SignIn,
    alb::Alb,
    bearer::Bearer,
    provider::Failed,
    sessions::{Doing, Sessions},
};

/// What a load balancer signed of the person.
pub const DATA: &str = "x-amzn-oidc-data";
/// The provider's access token, which it sends along.
pub const ACCESS_TOKEN: &str = "x-amzn-oidc-accesstoken";

/// Before anything else that needs to know. What cannot be believed or looked up is answered at once.
pub async fn known(
    app: &App,
    asked: &Asked,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Option<Identity>, Response> {
    let by_token = extensions.get::<ByToken>().is_some();
    let from = extensions.get::<ComesFrom>().copied();
    match (&app.sign_in, app.sign_in.bearer()) {
        (_, Some(bearer)) if by_token => script(bearer, asked, from, headers).await,
        (SignIn::Local(who), _) => Ok(Some(who.clone())),
        (SignIn::Oidc(sessions), _) => {
            let jar = CookieJar::from_headers(headers);
            by_session(app, sessions, &jar, asked, doing(asked, headers)).await
        }
        (SignIn::Alb(alb), _) => by_load_balancer(app, alb, asked, headers).await,
    }
}

async fn by_session(
    app: &App,
    sessions: &Arc<Sessions>,
    jar: &CookieJar,
    asked: &Asked,
    doing: Doing,
) -> Result<Option<Identity>, Response> {
    let Some(secret) = sign_in::session(jar) else { return Ok(None) };
    match sessions.known(&secret, doing).await {
        Ok(known) => Ok(known.map(|known| known.who)),
        Err(error) => {
            tracing::error!(%error, "a session cannot be looked up");
            let message = format!("The store does not answer, so nobody can be recognised. {}", error.outside());
            Err(errors::page(app, None, asked, &DeskError::StoreAway { message, commands: Vec::new() }))
        }
    }
}

/// A page that follows says so, and a browser asks for streams by itself.
fn doing(asked: &Asked, headers: &HeaderMap) -> Doing {
    let streams = headers.get(header::ACCEPT).is_some_and(|accepts| accepts == "text/event-stream");
    match () {
        () if streams || headers.contains_key(FOLLOW) => Doing::Page,
        () if ["/switch", "/switches"].iter().any(|end| asked.path().ends_with(end)) => Doing::Switch,
        () => Doing::Person,
    }
}

async fn by_load_balancer(
    app: &App,
    alb: &Alb,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Option<Identity>, Response> {
    let twice = || Failed::Untrue("a header came twice".into());
    let (data, access) = match (only(headers, DATA), only(headers, ACCESS_TOKEN)) {
        (Ok(None), _) => return Ok(None),
        (Ok(Some(data)), Ok(access)) => (data, access),
        _ => return Err(not_believed(app, asked, &twice())),
    };
    alb.known(data, access).await.map(Some).map_err(|error| not_believed(app, asked, &error))
}

/// A header that stands there once at most, and is text.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// What the load balancer sent is not believed, or cannot be looked into.
fn not_believed(app: &App, asked: &Asked, error: &Failed) -> Response {
    tracing::warn!(target: "teal::signed_in", id = asked.id(), %error, "what the load balancer says is not taken");
    let script = asked.reader() == Reader::Script;
    if matches!(error, Failed::Unreachable(_)) {
        let (status, title) = (StatusCode::SERVICE_UNAVAILABLE, "Keys cannot be fetched");
        let mend =
            "Try again in a moment. The command line works without signing in here: `teal status`, `teal switch`.";
        if script {
            return provider_away("Keys cannot be fetched, so nobody can be recognised. Nothing was done.", asked);
        }
        return problem(app, asked, status, title, "So nobody can be recognised just now.", mend);
    }
    let (status, title) = (StatusCode::FORBIDDEN, "Not signed in");
    let what = "What the load balancer says about you does not hold.";
    if script {
        let mend = "Come with an access token, by a rule of the load balancer that does not ask people to sign in. Whoever runs Teal finds in its log what does not hold.";
        return api::Problem::new(status, "load_balancer", what, mend).answer_to(asked);
    }
    let mend = "Sign out and in again. If that does not help, whoever runs Teal finds the reason in its log.";
    problem(app, asked, status, title, what, mend)
}

/// No load balancer says who asks.
pub fn nobody(app: &App, alb: &Alb, asked: &Asked) -> Response {
    let mend = format!("Open {}, where it asks you to sign in.", alb.config().public_url);
    let what = "People sign in at a load balancer here, and this request did not come through it, or by a rule that does not ask.";
    problem(app, asked, StatusCode::UNAUTHORIZED, "Not signed in", what, &mend)
}

fn problem(app: &App, asked: &Asked, status: StatusCode, title: &str, what: &str, mend: &str) -> Response {
    let then = app.sign_in.public_url().map(|address| (address, "Open Teal"));
    let problem = Problem { status: Some(status.as_u16()), title, what, mend, then, request_id: asked.id() };
    errors::shown(app, None, asked, status, &problem)
}

/// What a script is told while it cannot be found out who asks.
fn provider_away(what: &str, asked: &Asked) -> Response {
    let mend = "Send it again in a moment.";
    let told = api::Problem::new(StatusCode::SERVICE_UNAVAILABLE, "provider_away", what, mend).answer_to(asked);
    ([LOOK_AGAIN], told).into_response()
}

/// How soon a provider that is away is worth another try.
const LOOK_AGAIN: (HeaderName, &str) = (header::RETRY_AFTER, "5");

async fn script(
    bearer: &Bearer,
    asked: &Asked,
    from: Option<ComesFrom>,
    headers: &HeaderMap,
) -> Result<Option<Identity>, Response> {
    let token = only(headers, header::AUTHORIZATION.as_str()).ok().flatten().and_then(token);
    let found = match token {
        Some(token) => bearer.known(token).await,
        None => Err(Failed::Untrue("it is no single bearer token".into())),
    };
    found.map(Some).map_err(|error| {
        let from = from.map(|from| from.0);
        tracing::warn!(target: "teal::signed_in", id = asked.id(), path = asked.path(), ?from, %error, "a token is not taken");
        not_taken(asked, &error)
    })
}

fn token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

/// What exactly does not hold is for the log.
fn not_taken(asked: &Asked, error: &Failed) -> Response {
    const PLAIN: (HeaderName, &str) = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    const NOT_KEPT: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");
    let script = asked.reader() == Reader::Script;
    if matches!(error, Failed::Unreachable(_)) {
        let what = "The access token cannot be checked, since the identity provider does not answer. Nothing was done.";
        if script {
            return provider_away(what, asked);
        }
        let text = format!("{what} Try again in a moment.\n");
        return (StatusCode::SERVICE_UNAVAILABLE, [PLAIN, NOT_KEPT, LOOK_AGAIN], text).into_response();
    }
    let what = "The access token is not taken: it has run out, or it was not made for a script that may come in here. Nothing was done.";
    let mend =
        "Fetch a new one from the identity provider (client credentials) and send it as `Authorization: Bearer …`.";
    let challenge = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
    if script {
        let told = api::Problem::new(StatusCode::UNAUTHORIZED, "token", what, mend).answer_to(asked);
        return ([challenge], told).into_response();
    }
    (StatusCode::UNAUTHORIZED, [PLAIN, NOT_KEPT], [challenge], format!("{what} {mend}\n")).into_response()
}
