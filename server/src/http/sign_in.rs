//! Coming in and going out: the way to the identity provider and back, and the cookies.

use axum::{
    body::Body,
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use serde::Deserialize;
use teal_app::{
    desk::DeskError,
    render::{self, Problem},
};

use super::{App, asked::Asked, errors, headers::Document};
use crate::auth::{
    SignIn,
    oidc::Failed,
    sessions::{NotIn, Secret},
};

/// Stands for somebody who is signed in.
const SESSION: &str = "__Host-teal";
/// Ties the way back to the browser that set out.
const ATTEMPT: &str = "__Host-teal-attempt";

/// Finds out who asks, before anything else does.
pub async fn known(
    State(app): State<App>,
    jar: CookieJar,
    asked: Asked,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    match &app.sign_in {
        SignIn::Local(who) => {
            request.extensions_mut().insert(who.clone());
        }
        SignIn::Oidc(sessions) => {
            if let Some(secret) = secret(&jar, SESSION) {
                match sessions.known(&secret).await {
                    Ok(Some(known)) => {
                        request.extensions_mut().insert(known.who);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        tracing::error!(%error, "nobody can be recognised");
                        let why = error.outside();
                        let message = format!("The store does not answer, so nobody can be recognised. {why}");
                        return errors::page(
                            &app,
                            None,
                            &asked,
                            &DeskError::StoreAway { message, commands: Vec::new() },
                        );
                    }
                }
            }
        }
    }
    next.run(request).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    next: Option<String>,
    anew: Option<String>,
}

/// `/sign-in?next=`: on to the provider.
pub async fn depart(State(app): State<App>, Query(wish): Query<Wish>, jar: CookieJar, asked: Asked) -> Response {
    let next = wish.next.as_deref().and_then(within).unwrap_or("/").to_owned();
    let SignIn::Oidc(sessions) = &app.sign_in else { return Redirect::to(&next).into_response() };
    match sessions.depart(secret(&jar, ATTEMPT), next, wish.anew.is_some()).await {
        Ok((browser, address)) => (jar.add(cookie(ATTEMPT, &browser)), Redirect::to(&address)).into_response(),
        Err(error) => not_in(&app, &asked, &error),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// `/sign-in/back`: the browser is back from the provider.
pub async fn back(State(app): State<App>, Query(back): Query<Back>, jar: CookieJar, asked: Asked) -> Response {
    let SignIn::Oidc(sessions) = &app.sign_in else { return Redirect::to("/").into_response() };
    let browser = secret(&jar, ATTEMPT);
    // Taken first, whatever came of it: it is good once.
    let attempt = match sessions.back(browser.as_ref(), back.state.as_deref().unwrap_or_default()).await {
        Ok(attempt) => attempt,
        Err(error) => return not_in(&app, &asked, &error),
    };
    let jar = jar.remove(gone(ATTEMPT));
    let Some(code) = back.code else {
        let said: String = [back.error, back.error_description].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let said = if said.is_empty() { "it sent no code".to_owned() } else { said.chars().take(200).collect() };
        return (jar, not_in(&app, &asked, &NotIn::Provider(Failed::Refused(said)))).into_response();
    };
    let next = attempt.next.clone();
    match sessions.arrive(attempt, code, secret(&jar, SESSION).as_ref()).await {
        Ok(session) => (jar.add(cookie(SESSION, &session)), Redirect::to(&next)).into_response(),
        Err(error) => (jar, not_in(&app, &asked, &error)).into_response(),
    }
}

/// `POST /sign-out`: here, and at the provider.
pub async fn out(State(app): State<App>, jar: CookieJar, asked: Asked) -> Response {
    let SignIn::Oidc(sessions) = &app.sign_in else { return Redirect::to("/").into_response() };
    if let Some(session) = secret(&jar, SESSION)
        && let Err(error) = sessions.end(&session).await
    {
        tracing::error!(%error, "a session could not be ended");
        let message = format!("The store does not answer, so the session could not be ended. {}", error.outside());
        return errors::page(&app, None, &asked, &DeskError::StoreAway { message, commands: Vec::new() });
    }
    // Whose request this is stands beside it.
    tracing::info!(target: "teal::signed_in", "signed out");
    let there = sessions.oidc.forget().await.unwrap_or_else(|| "/signed-out".to_owned());
    (jar.remove(gone(SESSION)), Redirect::to(&there)).into_response()
}

/// `/signed-out`
pub async fn signed_out(State(app): State<App>) -> Response {
    let problem = Problem {
        status: None,
        title: "You are signed out",
        what: "Nobody can switch from this browser until somebody signs in.",
        mend: "",
        then: Some(("/sign-in", "Sign in")),
        request_id: None,
    };
    Document(render::problem(&app.assets, None, &problem)).into_response()
}

/// Where to sign in, with the way back to what was asked for.
pub fn address(asked: &Asked) -> String {
    let wanted = match asked.query() {
        "" => asked.path().to_owned(),
        query => format!("{}?{query}", asked.path()),
    };
    teal_app::paths::sign_in(&wanted)
}

fn not_in(app: &App, asked: &Asked, error: &NotIn) -> Response {
    let (status, title, what) = match error {
        NotIn::NoAttempt => (StatusCode::FORBIDDEN, "Not signed in", error.to_string()),
        // What exactly does not hold is for the log: it tells whoever tries how far they came.
        NotIn::Provider(Failed::Untrue(_)) => {
            (StatusCode::FORBIDDEN, "Not signed in", "What the identity provider sent does not hold.".to_owned())
        }
        NotIn::Provider(Failed::Refused(why)) => {
            (StatusCode::FORBIDDEN, "Not signed in", format!("The identity provider refused: {why}"))
        }
        NotIn::Provider(Failed::Unreachable(_)) => (
            StatusCode::BAD_GATEWAY,
            "The identity provider cannot be reached",
            "Nobody can sign in meanwhile.".to_owned(),
        ),
        NotIn::Store(why) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The store is away",
            format!("It does not answer, so nobody can be signed in. {}", why.outside()),
        ),
    };
    tracing::warn!(target: "teal::signed_in", id = asked.id(), %error, "not signed in");
    let problem = Problem {
        status: Some(status.as_u16()),
        title,
        what: &what,
        mend: "Try again. The command line works without signing in here: `teal status`, `teal switch`.",
        then: Some(("/sign-in", "Sign in")),
        request_id: asked.id(),
    };
    (status, Document(render::problem(&app.assets, None, &problem))).into_response()
}

/// What the browser holds for its session.
pub fn session(jar: &CookieJar) -> Option<Secret> {
    secret(jar, SESSION)
}

fn secret(jar: &CookieJar, name: &str) -> Option<Secret> {
    jar.get(name).and_then(|cookie| Secret::parse(cookie.value()))
}

/// Only this host, only over TLS (or on this machine), never read by a script, not sent by other sites' forms.
fn cookie(name: &'static str, secret: &Secret) -> Cookie<'static> {
    Cookie::build((name, secret.text().to_owned()))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

fn gone(name: &'static str) -> Cookie<'static> {
    Cookie::build((name, "")).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}

/// An address of ours, fit for a header; nothing that a browser could take for another host's.
fn within(next: &str) -> Option<&str> {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.len() <= 1000
        && next.bytes().all(|byte| byte.is_ascii_graphic())
        && !next.starts_with("/sign-");
    ours.then_some(next)
}

/// What the browser is told once people sign in: to come by TLS only, and where forms may lead besides here,
/// since signing out goes on to the provider.
pub async fn policies(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let SignIn::Oidc(sessions) = &app.sign_in else { return response };
    if sessions.oidc.config().public_url.starts_with("https://") {
        // Two years, as the list of preloaded names asks for.
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    let policy = response.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    if let (Some(policy), Some(origin)) = (policy, sessions.oidc.origin())
        && let Ok(policy) = policy.replace("form-action 'self'", &format!("form-action 'self' {origin}")).parse()
    {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::within;
    use proptest::prelude::*;

    #[test]
    fn row_13_only_addresses_of_ours_are_gone_on_to() {
        for good in ["/", "/p/dev", "/p/dev/history?kind=switch&from=2026-01-01", "/p/dev/switch?to=green"] {
            assert_eq!(within(good), Some(good));
        }
        for wrong in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "p/dev",
            "/a\nb",
            "/ä",
            "/sign-in",
            "/sign-in/back?code=x",
            " /p/dev",
        ] {
            assert_eq!(within(wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn row_13_whatever_is_gone_on_to_stays_on_this_host(next in "[/\\\\a-z:@.?#%\t\n ]{0,12}") {
            if let Some(next) = within(&next) {
                let base: reqwest::Url = "https://teal.example.com/".parse().expect("an address");
                let there = base.join(next).expect("an address");
                prop_assert_eq!(there.host_str(), Some("teal.example.com"));
                prop_assert_eq!(there.scheme(), "https");
            }
        }
    }
}
