//! `/embed/{pair}`: what other pages may show of a pair in a frame. It is read, and nothing can be done in it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use teal_app::{
    desk::DeskError,
    paths,
    render::{self, View},
};
use teal_domain::PairId;

use super::{App, asked::Asked, doors::Who, errors, headers::Framed};

/// `/embed/{pair}`
pub async fn pair(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let known = pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some());
    let Some(pair) = known else {
        let message = format!("There is no pair `{}` here.", pair.chars().take(60).collect::<String>());
        return errors::page(&app, None, &asked, &DeskError::NotFound { message });
    };
    let view = View {
        assets: &app.assets,
        who: &who,
        snapshot: app.desk.snapshot(),
        pair,
        now: app.desk.now(),
        path: asked.path(),
        // It takes none: the same picture for everybody who may see the pair.
        query: "",
    };
    Framed(app.drawn.page(&view, render::embed), &app.embed).into_response()
}

/// Nobody is known behind the frame. The provider's page would not be shown in it, so the way there is a window of
/// its own; in frames on other sites' pages also the frame itself, where the provider lets itself be framed.
pub fn sign_in_first(app: &App, asked: &Asked) -> Response {
    let pair = asked.path().strip_prefix("/embed/").and_then(|pair| pair.parse::<PairId>().ok());
    let next = pair.as_ref().map_or_else(|| "/".to_owned(), paths::overview);
    let inside = pair.as_ref().filter(|_| app.embed.cross_site).map(paths::embed);
    let page = render::embed_sign_in(&app.assets, asked.path(), &next, inside.as_deref());
    (StatusCode::UNAUTHORIZED, Framed(page, &app.embed)).into_response()
}
