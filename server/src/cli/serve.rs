//! `teal serve`: the pages.

use std::sync::Arc;

use teal_domain::Via;
use tokio::net::TcpListener;

use super::{Common, End, Stop, setup};
use crate::{
    auth::{self, SignIn, oidc::Oidc, sessions::Sessions},
    config::{Config, OidcConfig, SignInConfig},
    desk::EngineDesk,
    engine::{Engine, watch},
    http::{self, App, Limits},
};

pub async fn run(common: &Common) -> Result<End, Stop> {
    let config = setup::config(common)?;
    let assets = http::manifest(&config.site).map_err(Stop::failed)?;
    let engine = setup::engine(&config).await?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        Stop::failed(format_args!("cannot listen on {}: {error}: choose another address with --listen", config.listen))
    })?;
    let address = listener.local_addr().map_err(Stop::failed)?;

    watch::start(&engine);
    let limits = Arc::new(Limits::default());
    let kept = limits.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            kept.sweep();
        }
    });
    let app = App {
        desk: Arc::new(EngineDesk(engine.clone())),
        engine: engine.clone(),
        assets: Arc::new(assets),
        drawn: Arc::default(),
        limits,
        sign_in: sign_in(&config, &engine)?,
    };
    let router = http::router(app, &config.site)
        .map_err(|error| Stop::failed(format_args!("{}: {error}", config.site.display())))?;
    match &config.sign_in {
        SignInConfig::Local => println!("Teal is ready at http://{address}/"),
        SignInConfig::Oidc(oidc) => println!("Teal is ready at {}/", oidc.public_url),
    }
    tracing::info!(%address, pairs = config.pairs.len(), "ready");

    let stopping = Arc::new(tokio::sync::Notify::new());
    let signal = stopping.clone();
    let server = http::serve(listener, router, http::HEAD_TIME, async move { signal.notified().await });
    let mut server = std::pin::pin!(server);
    tokio::select! {
        () = &mut server => {}
        () = told_to_stop() => {
            tracing::info!("stopping: switches under way finish, streams are closed");
            stopping.notify_one();
            engine.finish_switches().await;
            // Streams never end by themselves: what else is open gets a moment, then goes with the process.
            drop(tokio::time::timeout(std::time::Duration::from_millis(500), server).await);
        }
    }
    engine.log_head("at the end").await;
    engine.store.close().await;
    Ok(End::Done)
}

fn sign_in(config: &Config, engine: &Arc<Engine>) -> Result<SignIn, Stop> {
    Ok(match &config.sign_in {
        SignInConfig::Local => SignIn::Local(auth::local(Via::Page)),
        SignInConfig::Oidc(oidc) => {
            let oidc = Oidc::new(OidcConfig::clone(oidc)).map_err(Stop::failed)?;
            SignIn::Oidc(Arc::new(Sessions::new(oidc, engine.store.clone(), engine.clock.clone())))
        }
    })
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
