//! `/embed/{pair}` and what is below it: what other pages may show of a pair in a frame. It is read, and nothing can be
//! done in it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use teal_app::{
    desk::{DeskError, Identity},
    paths,
    render::{self, Rendered, View},
};
use teal_domain::PairId;

use super::{
    App,
    asked::{Asked, Framed as Shows},
    doors::Who,
    errors,
    headers::Framed,
};

/// `/embed/{pair}`
pub async fn pair(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    framed(&app, &pair, &who, &asked, render::embed)
}

/// `/embed/{pair}/topology`
pub async fn topology(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    framed(&app, &pair, &who, &asked, render::embed_topology)
}

/// `/embed/{pair}/lineage`
pub async fn lineage(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    framed(&app, &pair, &who, &asked, render::embed_lineage)
}

fn framed(app: &App, pair: &str, who: &Identity, asked: &Asked, draw: fn(&View<'_>) -> Rendered) -> Response {
    let known = pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some());
    let Some(pair) = known else {
        let message = format!("There is no pair `{}` here.", pair.chars().take(60).collect::<String>());
        return errors::page(app, None, asked, &DeskError::NotFound { message });
    };
    let view = View {
        assets: &app.assets,
        who,
        snapshot: app.desk.snapshot(),
        pair,
        now: app.desk.now(),
        path: asked.path(),
        // It takes none: the same picture for everybody who may see the pair.
        query: "",
    };
    Framed(app.drawn.page(&view, draw), &app.embed).into_response()
}

/// Nobody is known behind the frame. The provider's page would not be shown in it, so the way there is a window of
/// its own; in frames on other sites' pages also the frame itself, where the provider lets itself be framed.
pub fn sign_in_first(app: &App, asked: &Asked) -> Response {
    let framed = asked.framed().and_then(|(pair, shows)| Some((pair.parse::<PairId>().ok()?, shows)));
    let (next, inside) = match framed {
        Some((pair, Shows::Glance)) => (paths::overview(&pair), Some(paths::embed(&pair))),
        Some((pair, Shows::Topology)) => (paths::topology(&pair), Some(paths::embed_topology(&pair))),
        Some((pair, Shows::Lineage)) => (paths::lineage(&pair), Some(paths::embed_lineage(&pair))),
        None => ("/".to_owned(), None),
    };
    let inside = inside.filter(|_| app.embed.cross_site);
    let page = render::embed_sign_in(&app.assets, asked.path(), &next, inside.as_deref());
    (StatusCode::UNAUTHORIZED, Framed(page, &app.embed)).into_response()
}
