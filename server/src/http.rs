//! The router: the table of contents of the product.

mod address;
pub(crate) mod api;
mod asked;
mod assets;
pub(crate) mod csv;
mod doors;
mod drawn;
mod drills;
mod edge;
mod embed;
mod errors;
mod fields;
mod front;
mod functions;
mod headers;
mod known;
mod limits;
mod live;
mod logged;
mod pages;
mod patience;
mod plain;
mod serve;
mod sessions;
mod sign_in;
mod stopping;
mod traced;
mod typed;

use std::{io, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware,
};
use teal_app::{desk::Desk, render::Assets};
use teal_domain::Action;
use tower_http::{CompressionLevel, compression::CompressionLayer, csrf::CsrfLayer};

use crate::{auth::SignIn, config::EmbedConfig, engine::Engine};

pub use address::Proxies;
pub use assets::manifest;
pub use doors::{Door, Doors, Need};
pub use drawn::Drawn;
pub use fields::functions;
pub use front::is_this_machine;
pub use limits::Limits;
pub use patience::within;
pub use serve::{HEAD_TIME, serve};
pub use stopping::Stopping;

/// What the handlers share.
#[derive(Clone)]
pub struct App {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The desk over it.
    pub desk: Arc<dyn Desk>,
    /// The names of the built files.
    pub assets: Arc<Assets>,
    /// Pages drawn a moment ago.
    pub drawn: Arc<Drawn>,
    /// What was done lately.
    pub limits: Arc<Limits>,
    /// Whose pages may show a pair in a frame.
    pub embed: Arc<EmbedConfig>,
    /// How people come in.
    pub sign_in: SignIn,
    /// Whether the process is about to end.
    pub stopping: Stopping,
    /// The proxies that are believed when they say where a request comes from.
    pub proxies: Arc<Proxies>,
}

/// Whatever is around a route is copied with it at every request, so the layers and routes hold one `App` in an `Arc`;
/// a handler takes it as it is.
impl FromRef<Arc<App>> for App {
    fn from_ref(app: &Arc<App>) -> Self {
        Self::clone(app)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("assets", &self.assets).field("sign_in", &self.sign_in).finish_non_exhaustive()
    }
}

/// Request bodies are short forms.
const BODY_LIMIT: usize = 64 * 1024;
/// A page or a form that takes longer than this has failed. Streams are not under it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The table of contents: every address, and what it takes to open it.
pub fn doors(app: &App) -> Doors {
    use Need::{May, Open, SomebodyKnown};
    let app = &Arc::new(app.clone());
    let reading = Doors::new(app)
        .get("/", SomebodyKnown, pages::home)
        .get("/p/{pair}", May(Action::See), pages::overview)
        .get("/p/{pair}/freezes", May(Action::See), pages::freezes)
        .get("/p/{pair}/maintenance", May(Action::See), pages::maintenance)
        .get("/p/{pair}/drills", May(Action::See), drills::list)
        .get("/p/{pair}/drills/plan", May(Action::See), drills::plan)
        .get("/p/{pair}/drills/run/{seq}", May(Action::See), drills::run)
        .get("/p/{pair}/upgrade", May(Action::See), pages::upgrade)
        .get("/p/{pair}/history", May(Action::See), pages::history)
        .get("/p/{pair}/history.csv", May(Action::Export), csv::history)
        .get("/p/{pair}/history/{seq}", May(Action::See), pages::record)
        .get("/p/{pair}/topology", May(Action::See), pages::topology)
        .get("/p/{pair}/trouble", May(Action::See), pages::trouble)
        .get("/p/{pair}/guide", May(Action::See), pages::guide)
        .get("/p/{pair}/lineage", May(Action::See), pages::lineage)
        .get("/p/{pair}/monitoring", May(Action::See), pages::monitoring)
        .get("/p/{pair}/costs", May(Action::See), pages::costs)
        // What was paid takes more: the desk asks.
        .get("/p/{pair}/costs.csv", May(Action::See), csv::costs)
        .get("/embed/{pair}", May(Action::See), embed::pair)
        .get("/embed/{pair}/topology", May(Action::See), embed::topology)
        .get("/embed/{pair}/lineage", May(Action::See), embed::lineage)
        .map(|router| router.layer(CompressionLayer::new().quality(CompressionLevel::Fastest)));
    // The switch page holds a sealed confirmation beside words of its address: compressed, its length would
    // tell of the one by trying the other. It is shown, switched off, also to who may only look.
    let pages = reading
        .get("/p/{pair}/switch", May(Action::See), pages::switch)
        .post("/api/fn/{name}", SomebodyKnown, functions::call)
        .get("/sign-in", Open, sign_in::depart)
        .get("/sign-in/back", Open, sign_in::back)
        .post("/sign-out", Open, sign_in::out)
        .get("/signed-out", Open, sign_in::signed_out)
        .get("/sessions", SomebodyKnown, sessions::list)
        .get("/denials", May(Action::Audit), pages::denials)
        .post("/sessions/{handle}/end", SomebodyKnown, sessions::end)
        .get("/health", Open, pages::health)
        .map(|router| router.layer(middleware::from_fn_with_state((app.clone(), PATIENCE), within)));
    pages.and(scripts(app)).and(Doors::new(app).get("/p/{pair}/live", May(Action::See), live::stream))
}

/// What scripts ask for. A plan holds a sealed confirmation, so none of it is compressed.
fn scripts(app: &Arc<App>) -> Doors {
    use Need::May;
    Doors::new(app)
        .get("/api/v1/pairs", May(Action::See), api::pairs::list)
        .get("/api/v1/pairs/{pair}", May(Action::See), api::pairs::status)
        .get("/api/v1/pairs/{pair}/records/{seq}", May(Action::See), api::pairs::record)
        .post("/api/v1/pairs/{pair}/plans", May(Action::Switch), api::plans::make)
        .post("/api/v1/pairs/{pair}/switches", May(Action::Switch), api::switches::make)
        .post("/api/v1/pairs/{pair}/requests", May(Action::Switch), api::requests::make)
        .get("/api/v1/pairs/{pair}/requests/{id}", May(Action::See), api::requests::one)
        .post("/api/v1/pairs/{pair}/requests/{id}/answer", May(Action::Approve), api::requests::decide)
        .post("/api/v1/pairs/{pair}/requests/{id}/withdraw", May(Action::Switch), api::requests::withdraw)
        .get("/api/v1/pairs/{pair}/costs", May(Action::See), api::costs::estimate)
        .get("/api/v1/pairs/{pair}/costs/paid", May(Action::SeeCosts), api::costs::paid)
        .get("/api/v1/pairs/{pair}/freezes", May(Action::See), api::freezes::calendar)
        .get("/api/v1/pairs/{pair}/diagnosis", May(Action::See), api::diagnosis::last)
        .post("/api/v1/pairs/{pair}/diagnosis", May(Action::Switch), api::diagnosis::look)
        .get("/api/v1/pairs/{pair}/drills/{seq}", May(Action::See), api::drills::run)
        .get("/api/v1/pairs/{pair}/maintenance", May(Action::See), api::maintenance::stands)
        .post("/api/v1/pairs/{pair}/maintenance", May(Action::Switch), api::maintenance::declare)
        .post("/api/v1/pairs/{pair}/maintenance/lift", May(Action::Switch), api::maintenance::lift)
        .post("/api/v1/pairs/{pair}/records/{seq}/skip-drain", May(Action::Switch), api::following::skip_drain)
        .post("/api/v1/pairs/{pair}/records/{seq}/go-on", May(Action::Switch), api::following::go_on)
        .post("/api/v1/pairs/{pair}/smoke-tests", May(Action::Switch), api::smoke_tests::make)
        .map(|router| router.layer(middleware::from_fn_with_state((app.clone(), PATIENCE), within)))
}

/// Everything that Teal answers. Each layer copies, at every request, all that is inside it: so they are few, and what
/// happens in them stands in `edge`, in its order.
pub fn router(app: App, site: &Path) -> io::Result<Router> {
    let doors = doors(&app).router;
    let app = Arc::new(app);
    Ok(doors
        .layer(middleware::from_fn_with_state(app.clone(), edge::inside))
        .merge(assets::router(site)?)
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CsrfLayer::new().with_rejection_response(front::of_another_site))
        .layer(middleware::from_fn_with_state(app.clone(), edge::around))
        .with_state(app))
}
