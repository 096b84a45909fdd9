//! Who is signed in, listed and ended.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use teal_app::{
    desk::DeskError,
    pages::sessions::SessionRow,
    render::{self, View},
};
use teal_domain::{Action, Millis, On, PairId};

use super::{App, asked::Asked, doors::Who, errors, headers::Document, sign_in};
use crate::{
    auth::{SignIn, sessions::Sessions},
    store::{StoreError, sessions::Session},
};

/// `/sessions`
pub async fn list(State(app): State<App>, Who(who): Who, jar: CookieJar, asked: Asked) -> Response {
    let (Some(sessions), Some(here)) = here(&app, &jar).await else { return nobody_signs_in(&app, &asked) };
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
    // The frame is that of the first pair that the reader may see.
    let may_see = |pair: &PairId| who.grants.may(Action::See, On::Pair(pair)).is_ok();
    let Some(pair) = app.engine.pairs.iter().map(|pair| pair.id()).find(|pair| may_see(pair)) else {
        let error = who
            .grants
            .may(Action::See, On::House)
            .err()
            .map_or_else(|| DeskError::NotFound { message: "There is no pair here.".into() }, DeskError::from);
        return errors::page(&app, None, &asked, &error);
    };
    let view = View {
        assets: &app.assets,
        who: &who,
        snapshot: app.desk.snapshot(),
        pair: pair.clone(),
        now: app.desk.now(),
        path: asked.path(),
        query: asked.query(),
    };
    Document(render::sessions(&view, &rows, all)).into_response()
}

/// `POST /sessions/{handle}/end`
pub async fn end(
    State(app): State<App>,
    Who(who): Who,
    Path(handle): Path<String>,
    jar: CookieJar,
    asked: Asked,
) -> Response {
    let (Some(sessions), Some(here)) = here(&app, &jar).await else { return nobody_signs_in(&app, &asked) };
    let found = match sessions.listed(&handle).await {
        Ok(found) => found,
        Err(error) => return away(&app, &asked, &error),
    };
    // What somebody may not end they may not find either.
    let Some(session) = found.filter(|session| may_end(&who, &here, session)) else {
        let message = "There is no such session, or it is not yours and you are no admin.".to_owned();
        return errors::page(&app, None, &asked, &DeskError::NotFound { message });
    };
    if let Err(error) = sessions.end_listed(&session).await {
        return away(&app, &asked, &error);
    }
    tracing::warn!(target: "teal::signed_in", who = %who.actor, of = %session.name, session = %session.handle, "a session was ended");
    Redirect::to(if session.id == here.id { "/signed-out" } else { "/sessions" }).into_response()
}

fn may_end(who: &teal_app::desk::Identity, here: &Session, session: &Session) -> bool {
    let own = (&here.issuer, &here.subject) == (&session.issuer, &session.subject);
    own || who.grants.may(Action::Administer, On::House).is_ok()
}

async fn here<'a>(app: &'a App, jar: &CookieJar) -> (Option<&'a Arc<Sessions>>, Option<Session>) {
    let SignIn::Oidc(sessions) = &app.sign_in else { return (None, None) };
    let Some(secret) = sign_in::session(jar) else { return (Some(sessions), None) };
    let known = sessions.known(&secret).await.ok().flatten();
    (Some(sessions), known.map(|known| known.session))
}

fn nobody_signs_in(app: &App, asked: &Asked) -> Response {
    let message = "Nobody signs in here: whoever reaches Teal is the person at this machine.".to_owned();
    errors::page(app, None, asked, &DeskError::NotFound { message })
}

fn away(app: &App, asked: &Asked, error: &StoreError) -> Response {
    tracing::error!(%error, "sessions can neither be listed nor ended");
    let message =
        format!("The store does not answer, so sessions can neither be listed nor ended. {}", error.outside());
    errors::page(app, None, asked, &DeskError::StoreAway { message, commands: Vec::new() })
}
