//! The router over fakes, asked in the test's own process: no port, no AWS.

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use teal_app::desk::{Desk, Identity};
use teal_domain::{Actor, Environment, Flag, Grants, PairId, policy::Policy};
use teal_server::{
    auth::SignIn,
    aws::mwaa::EnvironmentPort as _,
    desk::EngineDesk,
    engine::{Around, watch::take_flag},
    http::{self, App, Stopping},
    store::Store,
};
use tower::ServiceExt as _;

use crate::support::{Instance, World, airflow::FakeAirflow, folder, nothing::Nothing, ssm::seeded};

/// Where the browser believes itself to be.
pub const HOST: &str = "127.0.0.1:3000";
pub const ORIGIN: &str = "http://127.0.0.1:3000";

pub struct House {
    pub folder: tempfile::TempDir,
    pub world: World,
    pub teal: Instance,
    pub app: App,
    pub router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a plain header"))
    }
}

impl House {
    /// A pair whose flag has 31 versions, blue last, read a moment ago.
    pub async fn new() -> Self {
        Self::with_desk("ana", |desk| Arc::new(desk)).await
    }

    pub async fn with_desk(who: &str, desk: impl FnOnce(EngineDesk) -> Arc<dyn Desk>) -> Self {
        Self::built(who, Policy::default(), desk).await
    }

    /// The same, with what the pair asks of whoever switches it.
    pub async fn with_policy(policy: Policy) -> Self {
        Self::built("ana", policy, |desk| Arc::new(desk)).await
    }

    /// The same, with a second pair beside it, which has a flag of its own.
    pub async fn of_two_pairs() -> Self {
        let folder = folder();
        let store = Store::open(&folder.path().join("teal.db")).await.expect("a store");
        Self::over(folder, World::in_store(store, "dev").beside("prod"), "ana", |desk| Arc::new(desk)).await
    }

    /// The same, with two Airflows that `build` sets up.
    pub async fn with_airflows(
        policy: Policy,
        build: impl FnOnce(FakeAirflow) -> FakeAirflow,
    ) -> (Self, Arc<FakeAirflow>) {
        let folder = folder();
        let store = Store::open(&folder.path().join("teal.db")).await.expect("a store");
        let mut world = World::in_store(store, "dev");
        world.policy = policy;
        let airflow = Arc::new(build(FakeAirflow::new(world.clock.clone())));
        let (alarms, files, targets) = (Arc::new(Nothing), Arc::new(Nothing), Arc::new(Nothing));
        let (logs, roles, metrics) = (Arc::new(Nothing), Arc::new(Nothing), Arc::new(Nothing));
        let airflows = airflow.clone();
        world.around = Some(Around { airflow: airflows, alarms, files, targets, metrics, logs, roles, parts: None });
        (Self::over(folder, world, "ana", |desk| Arc::new(desk)).await, airflow)
    }

    async fn built(who: &str, policy: Policy, desk: impl FnOnce(EngineDesk) -> Arc<dyn Desk>) -> Self {
        let folder = folder();
        let store = Store::open(&folder.path().join("teal.db")).await.expect("a store");
        let mut world = World::in_store(store, "dev");
        world.policy = policy;
        Self::over(folder, world, who, desk).await
    }

    /// In a store that the test has opened in its own way.
    pub async fn in_store(
        folder: tempfile::TempDir,
        store: Store,
        who: &str,
        desk: impl FnOnce(EngineDesk) -> Arc<dyn Desk>,
    ) -> Self {
        Self::over(folder, World::in_store(store, "dev"), who, desk).await
    }

    async fn over(
        folder: tempfile::TempDir,
        world: World,
        who: &str,
        desk: impl FnOnce(EngineDesk) -> Arc<dyn Desk>,
    ) -> Self {
        seeded(&world.ssm, 31);
        if let Some((_, ssm)) = &world.other {
            seeded(ssm, 7);
        }
        let teal = world.instance().await;
        teal.reconcile().await;
        let site = folder.path().join("site");
        build(&site);
        let app = App {
            engine: teal.engine.clone(),
            desk: desk(EngineDesk(teal.engine.clone())),
            assets: Arc::new(http::manifest(&site).expect("a manifest")),
            drawn: Arc::default(),
            limits: Arc::default(),
            embed: Arc::default(),
            sign_in: SignIn::Local(Identity::trusted(Actor::page(who), Grants::everything())),
            stopping: Stopping::default(),
            proxies: Arc::default(),
        };
        let router = http::router(app.clone(), &site).expect("a router");
        let house = Self { folder, world, teal, app, router };
        house.poll().await;
        house
    }

    /// The same house, as somebody else comes to it.
    pub fn behind(&self, who: Identity) -> Router {
        let app =
            App { limits: Arc::default(), drawn: Arc::default(), sign_in: SignIn::Local(who), ..self.app.clone() };
        http::router(app, &self.folder.path().join("site")).expect("a router")
    }

    /// What the pollers would do now.
    pub async fn poll(&self) {
        self.poll_pair(self.teal.pair.id(), self.world.ssm.flag()).await;
        if let (Some(pair), Some((_, ssm))) = (&self.teal.other, &self.world.other) {
            self.poll_pair(pair.id(), ssm.flag()).await;
        }
    }

    async fn poll_pair(&self, pair: &PairId, flag: Flag) {
        let [blue, green]: [Environment; 2] = {
            let environments = &self.world.environments;
            [environments.read("blue").await.expect("up"), environments.read("green").await.expect("up")]
        };
        let written = self.world.store.probe().await.map_err(|error| error.to_string());
        let now = self.teal.engine.clock.now();
        self.teal.engine.board.update(pair, now, |known| {
            take_flag(known, flag, now);
            known.blue.succeed(blue, now);
            known.green.succeed(green, now);
            match written {
                Ok(()) => known.store.succeed((), now),
                Err(error) => known.store.fail(error, now),
            }
        });
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        // A stream has no end to wait for.
        let stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if stream { Body::empty() } else { body };
        let body = to_bytes(body, 10_000_000).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(get(path).body(Body::empty()).expect("a request")).await
    }

    /// Posts a form as a browser without script does from our own page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(
            post(path)
                .header(header::ORIGIN, ORIGIN)
                .header("sec-fetch-site", "same-origin")
                .body(form(fields))
                .expect("a request"),
        )
        .await
    }

    /// The sealed confirmation that the switch page offers.
    pub async fn confirmation(&self, to: &str) -> String {
        let page = self.get(&format!("/p/dev/switch?to={to}")).await.text();
        sealed(&page)
    }

    pub async fn switch(&self, confirmation: &str, typed: &str, reason: &str) -> Answer {
        let fields =
            [("pair", "dev"), ("to", "green"), ("confirmation", confirmation), ("typed", typed), ("reason", reason)];
        self.post("/api/fn/switch", &fields).await
    }

    pub fn flag(&self) -> Flag {
        self.world.ssm.flag()
    }
}

/// The sealed confirmation that a page holds.
pub fn sealed(page: &str) -> String {
    let tag = page
        .split("<input")
        .find(|tag| tag.contains("name=\"confirmation\""))
        .unwrap_or_else(|| panic!("no confirmation in {page}"));
    let value = tag.split("value=\"").nth(1).expect("a value").split('"').next().expect("its end");
    assert!(!value.contains('&'), "escaped: {value}");
    value.to_owned()
}

pub fn get(path: &str) -> axum::http::request::Builder {
    Request::builder().uri(path).header(header::HOST, HOST).header(header::ACCEPT, "text/html")
}

pub fn post(path: &str) -> axum::http::request::Builder {
    get(path)
        .method(Method::POST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::REFERER, format!("{ORIGIN}/p/dev"))
}

pub fn form(fields: &[(&str, &str)]) -> Body {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    Body::from(fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&"))
}

/// What the asset build would leave.
pub fn build(site: &Path) {
    let write = |name: &str, text: &str| std::fs::write(site.join(name), text).expect("written");
    std::fs::create_dir_all(site.join("pkg")).expect("a folder");
    write(
        "assets.json",
        r#"{"js":"/pkg/teal-abc123.js","wasm":"/pkg/teal-abc123_bg.wasm","css":"/pkg/teal-abc123.css","reports":"/pkg/reports-abc123.css"}"#,
    );
    for (name, text) in [
        ("pkg/teal-abc123.js", "plain js"),
        ("pkg/teal-abc123.css", "plain css"),
        ("pkg/reports-abc123.css", "more css"),
        ("pkg/teal-abc123_bg.wasm", "\0asm"),
        ("favicon.svg", "<svg/>"),
    ] {
        write(name, text);
        write(&format!("{name}.br"), &format!("brotli of {name}"));
        write(&format!("{name}.gz"), &format!("gzip of {name}"));
    }
}
