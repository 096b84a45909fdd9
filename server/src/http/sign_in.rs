//! Coming in and going out: the way to the identity provider and back, and the cookies.

use std::borrow::Cow;

use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use serde::Deserialize;
use teal_app::{
    desk::{DeskError, Identity},
    render::{self, Problem},
};
use teal_domain::{Actor, denial::Wanted};

use super::{App, asked::Asked, errors, headers::Document, known};
use crate::auth::{
    SignIn,
    provider::Failed,
    sessions::{NotIn, Secret},
};

/// Stands for somebody who is signed in.
const SESSION: &str = "__Host-teal";
/// Ties the way back to the browser that set out.
const ATTEMPT: &str = "__Host-teal-attempt";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    next: Option<String>,
    anew: Option<String>,
}

/// `/sign-in?next=`: on to the provider.
pub async fn depart(
    State(app): State<App>,
    Query(wish): Query<Wish>,
    who: Option<Extension<Identity>>,
    jar: CookieJar,
    asked: Asked,
) -> Response {
    let next = wish.next.as_deref().and_then(within).unwrap_or("/").to_owned();
    let sessions = match &app.sign_in {
        SignIn::Local(_) => return Redirect::to(&next).into_response(),
        SignIn::Oidc(sessions) => sessions,
        // The load balancer asked them on the way here.
        SignIn::Alb(_) if who.is_some() => return Redirect::to(&next).into_response(),
        SignIn::Alb(alb) => return known::nobody(&app, alb, &asked),
    };
    match sessions.depart(secret(&jar, ATTEMPT), next, wish.anew.is_some()).await {
        Ok((browser, address)) => (jar.add(cookie(&app, ATTEMPT, &browser)), Redirect::to(&address)).into_response(),
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
    let jar = jar.remove(gone(&app, ATTEMPT));
    let Some(code) = back.code else {
        let said: String = [back.error, back.error_description].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let said = if said.is_empty() { "it sent no code".to_owned() } else { said.chars().take(200).collect() };
        return (jar, not_in(&app, &asked, &NotIn::Provider(Failed::Refused(said)))).into_response();
    };
    let next = attempt.next.clone();
    match sessions.arrive(attempt, code, secret(&jar, SESSION).as_ref()).await {
        Ok(session) => (jar.add(cookie(&app, SESSION, &session)), Redirect::to(&next)).into_response(),
        Err(error) => (jar, not_in(&app, &asked, &error)).into_response(),
    }
}

/// `POST /sign-out`: here, and at the provider.
pub async fn out(State(app): State<App>, jar: CookieJar, asked: Asked) -> Response {
    let (mut gone_now, there) = match &app.sign_in {
        SignIn::Local(_) => return Redirect::to("/").into_response(),
        SignIn::Oidc(sessions) => {
            if let Some(session) = secret(&jar, SESSION)
                && let Err(error) = sessions.end(&session).await
            {
                tracing::error!(%error, "a session could not be ended");
                let message =
                    format!("The store does not answer, so the session could not be ended. {}", error.outside());
                return errors::page(&app, None, &asked, &DeskError::StoreAway { message, commands: Vec::new() });
            }
            (vec![gone(&app, SESSION)], sessions.oidc.forget())
        }
        // Its session is in its cookies, and nowhere else: they are made to end.
        SignIn::Alb(alb) => (alb.cookies().map(|name| gone(&app, name)).collect(), alb.way_out()),
    };
    // Whose request this is stands beside it.
    tracing::info!(target: "teal::signed_in", "signed out");
    gone_now.iter_mut().for_each(Cookie::make_removal);
    let jar = gone_now.into_iter().fold(jar, CookieJar::add);
    (jar, Redirect::to(there.as_deref().unwrap_or("/signed-out"))).into_response()
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
    // Nobody is known yet, and an outage is nobody's doing.
    if matches!(error, NotIn::NoAttempt | NotIn::Provider(Failed::Refused(_) | Failed::Untrue(_))) {
        app.engine.deny(&Actor::page("nobody known"), Wanted::ToSignIn, None, asked.path(), error.to_string());
    }
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

fn cookie(app: &App, name: &'static str, secret: &Secret) -> Cookie<'static> {
    held(app, name, secret.text().to_owned())
}

fn gone(app: &App, name: impl Into<Cow<'static, str>>) -> Cookie<'static> {
    held(app, name, String::new())
}

/// Only this host, only over TLS (or on this machine), never read by a script, not sent by other sites' forms.
fn held(app: &App, name: impl Into<Cow<'static, str>>, value: String) -> Cookie<'static> {
    let cookie = Cookie::build((name.into(), value)).path("/").secure(true).http_only(true);
    if app.embed.cross_site {
        // Frames on other sites' pages get no other; whose forms are taken is for the layer that looks at the
        // origin. Partitioned: what one site's frames hold is not held in another's.
        cookie.same_site(SameSite::None).partitioned(true).build()
    } else {
        cookie.same_site(SameSite::Lax).build()
    }
}

/// How long an address may be to be gone on to: it carries a form's text, of which a letter can take twelve.
const LONGEST: usize = 8_000;

/// An address of ours, fit for a header; nothing that a browser could take for another host's.
fn within(next: &str) -> Option<&str> {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.len() <= LONGEST
        && next.bytes().all(|byte| byte.is_ascii_graphic())
        && !next.starts_with("/sign-");
    ours.then_some(next)
}

/// What the browser is told once people sign in: to come by TLS only, and where forms may lead besides here,
/// since signing out goes on to the provider.
pub fn policies(sign_in: &SignIn, response: &mut Response) {
    let Some(public_url) = sign_in.public_url() else { return };
    if public_url.starts_with("https://") {
        // Two years, as the list of preloaded names asks for.
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    let policy = response.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    let origins = sign_in.origins().join(" ");
    if let Some(policy) = policy.filter(|_| !origins.is_empty())
        && let Ok(policy) = policy.replace("form-action 'self'", &format!("form-action 'self' {origins}")).parse()
    {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
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
