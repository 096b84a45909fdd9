//! Serving connections: HTTP/1.1, with limits on which `axum::serve` has no say (decision 13).

use std::{net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower::ServiceExt as _;

/// How long a connection may take over the head of a request, the wait for it included. Longer than the minute
/// for which load balancers keep an idle connection: the side that reuses it must be the one that closes it.
/// Whoever sends a byte at a time gets no more than whoever sends none.
pub const HEAD_TIME: Duration = Duration::from_secs(75);
/// Ours are short; an address carries a reason of some hundred characters. It is looked at between two reads, so
/// that up to twice as much comes through.
const LONGEST_HEAD: usize = 64 * 1024;

/// Serves until `stop`, then until what is under way has been answered.
pub async fn serve(mut listener: TcpListener, router: Router, head_time: Duration, stop: impl Future<Output = ()>) {
    let (stopping, told) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            // It waits where there are too many open files, and goes on.
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        tokio::spawn(connection(stream, peer, router.clone(), head_time, told.clone()));
    }
    drop((listener, told));
    // Nobody hears it when no connection is open.
    let _ = stopping.send(());
    stopping.closed().await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    head_time: Duration,
    mut stopping: watch::Receiver<()>,
) {
    // Without TCP_NODELAY a small answer waits for the other side's acknowledgement: 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    match ended {
        Err(error) if error.is_parse() => tracing::warn!(%peer, %error, "refused what is no request"),
        Err(error) => tracing::debug!(%peer, %error, "a connection broke off"),
        Ok(()) => {}
    }
}
