//! `teal serve`: the pages.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use teal_domain::Via;
use tokio::net::TcpListener;

use super::{Common, End, Stop, setup};
use crate::{
    auth::{self, SignIn, alb::Alb, oidc::Oidc, sessions::Sessions},
    config::{AlbConfig, Config, OidcConfig, SignInConfig},
    desk::EngineDesk,
    engine::{Engine, watch},
    http::{self, App, Limits, Proxies, Stopping},
    metrics,
};

/// What is open gets so long to end in good order, counted from the order to stop. Longer than a switch takes with
/// the default time limits, and shorter than what runs containers waits before it kills.
const GOOD_ORDER: Duration = Duration::from_secs(25);
/// The last traces get so long to be sent after that.
const LAST_TRACES: Duration = Duration::from_secs(3);

pub async fn run(common: &Common) -> Result<End, Stop> {
    let config = setup::config(common)?;
    let assets = http::manifest(&config.site).map_err(Stop::failed)?;
    let engine = setup::engine(&config).await?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        Stop::failed(format_args!("cannot listen on {}: {error}: choose another address with --listen", config.listen))
    })?;
    let address = listener.local_addr().map_err(Stop::failed)?;
    let figures = figures(config.metrics).await?;

    if let Some(traces) = &config.traces {
        engine.traces.begin(traces, engine.name()).map_err(Stop::failed)?;
        tracing::info!(collector = %traces.address, percent = traces.percent, "traces are sent");
    }
    watch::start(&engine);
    let limits = Arc::new(Limits::default());
    let kept = limits.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(60)).await;
            kept.sweep();
        }
    });
    let stopping = Stopping::default();
    if let Some(figures) = figures {
        let local = figures.local_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback());
        let (router, stop) = (metrics::router(engine.clone(), stopping.clone(), local), stopping.clone());
        tokio::spawn(http::serve(figures, router, http::HEAD_TIME, async move { stop.begun().await }));
    }
    let app = App {
        desk: Arc::new(EngineDesk(engine.clone())),
        engine: engine.clone(),
        assets: Arc::new(assets),
        drawn: Arc::default(),
        limits,
        embed: Arc::new(config.embed.clone()),
        sign_in: sign_in(&config, &engine)?,
        stopping: stopping.clone(),
        proxies: Arc::new(Proxies(config.trusted_proxies.clone())),
    };
    let router = http::router(app, &config.site)
        .map_err(|error| Stop::failed(format_args!("{}: {error}", config.site.display())))?;
    match config.sign_in.public_url() {
        None => super::output::say!("Teal is ready at http://{address}/"),
        Some(public_url) => super::output::say!("Teal is ready at {public_url}/"),
    }
    tracing::info!(%address, pairs = config.pairs.len(), "ready");

    let stop = stopping.clone();
    let server = http::serve(listener, router, http::HEAD_TIME, async move { stop.begun().await });
    let mut server = std::pin::pin!(server);
    tokio::select! {
        () = &mut server => {}
        () = told_to_stop() => {
            tracing::info!("stopping: switches under way finish, streams end");
            stopping.begin();
            let good_order = async {
                server.await;
                // A switch that nobody waits for any more is finished too.
                engine.finish_switches().await;
            };
            tokio::select! {
                () = good_order => {}
                () = no_more_time() => {
                    tracing::warn!("what was still open is broken off; a switch among it is taken up at the next start");
                }
            }
        }
    }
    if let Err(error) = engine.denials.flush(&engine.store).await {
        tracing::warn!(%error, "what was denied last is in this log only");
    }
    engine.log_head("at the end").await;
    engine.traces.finish(LAST_TRACES).await;
    engine.store.close().await;
    Ok(End::Done)
}

fn sign_in(config: &Config, engine: &Arc<Engine>) -> Result<SignIn, Stop> {
    Ok(match &config.sign_in {
        SignInConfig::Local => SignIn::Local(auth::local(Via::Page)),
        SignInConfig::Oidc(oidc) => {
            let oidc = Oidc::new(OidcConfig::clone(oidc)).map_err(Stop::failed)?;
            let sessions = Arc::new(Sessions::new(oidc, engine.store.clone(), engine.clock.clone()));
            let learning = sessions.clone();
            tokio::spawn(async move { learning.oidc.provider().learn().await });
            SignIn::Oidc(sessions)
        }
        SignInConfig::Alb(alb) => {
            let alb = Alb::new(AlbConfig::clone(alb), engine.clock.clone()).map_err(Stop::failed)?;
            SignIn::Alb(Arc::new(alb))
        }
    })
}

/// Where Teal tells its figures, if it does.
async fn figures(address: Option<SocketAddr>) -> Result<Option<TcpListener>, Stop> {
    let Some(address) = address else { return Ok(None) };
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Stop::failed(format_args!("cannot listen on {address}: {error}: choose another address for `metrics`"))
    })?;
    tracing::info!(address = %listener.local_addr().map_err(Stop::failed)?, "figures are told at /metrics");
    Ok(Some(listener))
}

/// Time is up, or whoever said stop says it again.
async fn no_more_time() {
    tokio::select! {
        () = tokio::time::sleep(GOOD_ORDER) => {}
        () = told_to_stop() => {}
    }
}

async fn told_to_stop() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
