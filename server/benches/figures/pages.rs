//! Pages against bare axum, the first load, and the memory of an idle server.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use axum::{Router, response::Html, routing::get, serve::ListenerExt as _};

use crate::{
    http::{Client, load},
    process::{Server, config},
    table::{Table, median},
};

const FLAG: &str = "/mwaa/blue-green/active-environment";

/// The yardstick: an axum that sends the same bytes.
pub fn bare_axum(file: &str) {
    let page: &'static str = Box::leak(std::fs::read_to_string(file).expect("the page").into_boxed_str());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("bare axum at http://{}/", listener.local_addr().expect("an address"));
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("TCP_NODELAY"));
        axum::serve(listener, Router::new().route("/", get(move || async move { Html(page) }))).await.expect("served");
    });
}

/// The overview, against bare axum with the same bytes.
pub async fn overview(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let teal = Server::start(&config(folder.path(), &folder.path().join("teal.db"), FLAG), &[]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (ratio, note) = against_bare_axum(&teal, "/p/dev", folder.path()).await;
    table.at_least("overview, requests a second, against bare axum", ratio, "x", 0.25, note);
}

/// The topology: how long it takes to draw, and against bare axum with the same bytes.
pub async fn topology(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let teal = Server::start(&config(folder.path(), &folder.path().join("teal.db"), FLAG), &[]);
    // All parts of the platform have been read by then.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (drawn, note) = drawn(&teal, "/p/dev/topology").await;
    table.at_most("topology, drawn anew", drawn, "ms", 3.0, note);
    let (ratio, note) = against_bare_axum(&teal, "/p/dev/topology", folder.path()).await;
    table.at_least("topology, requests a second, against bare axum", ratio, "x", 0.2, note);
}

/// The median time for a page, in milliseconds from the request to its last byte. Each is asked for at an address of its
/// own, so that it is drawn for it.
pub async fn drawn(teal: &Server, path: &str) -> (f64, String) {
    const RUNS: usize = 400;
    let mut client = Client::connect(&teal.address).await;
    let (mut took, mut bytes) = (Vec::new(), 0);
    for run in 0..RUNS {
        let began = Instant::now();
        let answer = client.get(&format!("{path}?run={run}")).await;
        let span = began.elapsed().as_secs_f64() * 1e3;
        assert!(answer.is_ok(), "{}", answer.head);
        bytes = answer.body.len();
        // The first ones warm up.
        if run >= RUNS / 10 {
            took.push(span);
        }
    }
    let middle = median(&mut took);
    (middle, format!("{} runs, {bytes} bytes, 9 of 10 within {:.2} ms", took.len(), took[took.len() * 9 / 10]))
}

/// Requests a second for a page, as a share of what bare axum does with the same bytes.
async fn against_bare_axum(teal: &Server, path: &str, folder: &Path) -> (f64, String) {
    let page = Client::connect(&teal.address).await.get(path).await;
    assert!(page.is_ok(), "{}", page.head);
    let file = folder.join("page.html");
    std::fs::write(&file, &page.body).expect("written");
    let bare = Command::new(std::env::current_exe().expect("this program"))
        .arg("bare-axum")
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn();
    let bare = Server::ready(bare.expect("bare axum"), "http://");
    let (mut ratios, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let a = load(&teal.address, path, "", 32, Duration::from_secs(2)).await;
        let b = load(&bare.address, "/", "", 32, Duration::from_secs(2)).await;
        ratios.push(a / b);
        ours.push(a);
        theirs.push(b);
    }
    let note = format!(
        "{:.0}/s against {:.0}/s, {} bytes, 32 connections",
        median(&mut ours),
        median(&mut theirs),
        page.body.len()
    );
    (median(&mut ratios), note)
}

/// Everything that a first visit loads, as a browser that takes brotli gets it.
pub async fn first_load(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let teal = Server::start(&config(folder.path(), &folder.path().join("teal.db"), FLAG), &[]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let page = Client::connect(&teal.address).await.transferred("/p/dev").await;
    let named = Client::connect(&teal.address).await.get("/p/dev").await;
    let named = String::from_utf8_lossy(&named.body);
    let site = crate::process::binary().with_file_name("site");
    let mut sum = page;
    let mut parts = vec![format!("page {:.1}", page as f64 / 1e3)];
    let mut files: Vec<_> =
        std::fs::read_dir(site.join("pkg")).expect("pkg").map(|entry| entry.expect("an entry").path()).collect();
    files.push(site.join("favicon.svg.br"));
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name.strip_suffix(".br").is_some_and(|file| named.contains(file))
            && let Ok(meta) = std::fs::metadata(&file)
        {
            sum += meta.len();
            let kind = name.trim_end_matches(".br").rsplit('.').next().unwrap_or_default();
            parts.push(format!("{kind} {:.1}", meta.len() as f64 / 1e3));
        }
    }
    table.at_most("first load, everything, brotli", sum as f64 / 1e3, "KB", 150.0, parts.join(", "));
}

/// Resident memory of an idle server with one pair.
pub async fn memory(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let teal = Server::start(&config(folder.path(), &folder.path().join("teal.db"), FLAG), &[]);
    tokio::time::sleep(Duration::from_secs(10)).await;
    table.at_most("resident memory, idle, one pair", teal.memory(), "MB", 60.0, "after 10 s".into());
}
