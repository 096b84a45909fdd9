//! Who is signed in, listed and ended.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use teal_app::{
    desk::{DeskError, Identity},
    pages::sessions::SessionRow,
    render,
};
use teal_domain::{Action, Millis, On, Via, denial::Wanted};

use super::{App, asked::Asked, doors::Who, errors, headers::Document, pages::of_the_house, sign_in};
use crate::{
    auth::{
        SignIn,
        sessions::{Doing, Sessions},
    },
    store::{StoreError, sessions::Session},
};

/// `/sessions`
pub async fn list(State(app): State<App>, Who(who): Who, jar: CookieJar, asked: Asked) -> Response {
    let (Some(sessions), Some(here)) = here(&app, &jar).await else { return none(&app, &who, &asked) };
    let all = who.grants.may(Action::Audit, On::House).is_ok();
    let listed = match sessions.list((!all).then_some(&here)).await {
        Ok(listed) => listed,
        Err(error) => return away(&app, &asked, &error),
    };
    let lasts: Millis = sessions.oidc.config().limits.lasts;
    let rows: Vec<SessionRow> = listed
        .into_iter()
        .map(|session| SessionRow {
            here: session.id == here.id,
            may_end: may_end(&who, &here, &session),
            began_at: session.created_at,
            seen_at: session.seen_at,
            ends_at: session.created_at + lasts,
            away_since: session.away_since,
            handle: session.handle,
            name: session.name,
        })
        .collect();
    of_the_house(&app, &who, &asked, |view| Document(render::sessions(view, &rows, all)).into_response())
}

/// `POST /sessions/{handle}/end`
pub async fn end(
    State(app): State<App>,
    Who(who): Who,
    Path(handle): Path<String>,
    jar: CookieJar,
    asked: Asked,
) -> Response {
    let (Some(sessions), Some(here)) = here(&app, &jar).await else { return none(&app, &who, &asked) };
    let found = match sessions.listed(&handle).await {
        Ok(found) => found,
        Err(error) => return away(&app, &asked, &error),
    };
    // What somebody may not end they may not find either.
    let Some(session) = found.filter(|session| may_end(&who, &here, session)) else {
        // Whoever sees them all is told what is missing; to everybody else it is not there.
        let denied = who.grants.may(Action::Administer, On::House).err();
        let message = "There is no such session, or it is not yours and you are no admin.".to_owned();
        app.engine.deny(&who.actor, Wanted::ToDo(Action::Administer), None, asked.path(), &*message);
        let error = match denied.filter(|_| who.grants.may(Action::Audit, On::House).is_ok()) {
            Some(denied) => DeskError::from(denied),
            None => DeskError::NotFound { message },
        };
        return errors::page(&app, None, &asked, &error);
    };
    if let Err(error) = sessions.end_listed(&session).await {
        return away(&app, &asked, &error);
    }
    tracing::warn!(target: "teal::signed_in", who = %who.actor, of = %session.name, session = %session.handle, "a session was ended");
    Redirect::to(if session.id == here.id { "/signed-out" } else { "/sessions" }).into_response()
}

fn may_end(who: &Identity, here: &Session, session: &Session) -> bool {
    let own = (&here.issuer, &here.subject) == (&session.issuer, &session.subject);
    own || who.grants.may(Action::Administer, On::House).is_ok()
}

async fn here<'a>(app: &'a App, jar: &CookieJar) -> (Option<&'a Arc<Sessions>>, Option<Session>) {
    let SignIn::Oidc(sessions) = &app.sign_in else { return (None, None) };
    let Some(secret) = sign_in::session(jar) else { return (Some(sessions), None) };
    let known = sessions.known(&secret, Doing::Person).await.ok().flatten();
    (Some(sessions), known.map(|known| known.session))
}

/// There is no session behind the request, and why.
fn none(app: &App, who: &Identity, asked: &Asked) -> Response {
    let message = match (&app.sign_in, who.actor.via) {
        (SignIn::Local(_), _) => "Nobody signs in here: whoever reaches Teal is the person at this machine.",
        (_, Via::Api) => "A script has no session here: it comes with its token each time.",
        (SignIn::Alb(_), _) => {
            "The sessions are the load balancer's: Teal keeps none, and cannot list or end them. Who is disabled at the \
             identity provider is out once the load balancer asks it again."
        }
        (SignIn::Oidc(_), _) => "Your session ended a moment ago.",
    };
    errors::page(app, None, asked, &DeskError::NotFound { message: message.to_owned() })
}

fn away(app: &App, asked: &Asked, error: &StoreError) -> Response {
    tracing::error!(%error, "sessions can neither be listed nor ended");
    let message =
        format!("The store does not answer, so sessions can neither be listed nor ended. {}", error.outside());
    errors::page(app, None, asked, &DeskError::StoreAway { message, commands: Vec::new() })
}
