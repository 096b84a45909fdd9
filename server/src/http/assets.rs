//! The built files: hashed names under `/pkg`, kept by browsers for a year; the rest by their own names.

use std::{io, path::Path, sync::Arc};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::Response,
};
use teal_app::render::Assets;
use tower_http::services::{ServeDir, ServeFile};

use super::App;

/// Where the asset build writes the names that it gave.
const MANIFEST: &str = "assets.json";

/// Reads the manifest that the asset build wrote. cargo-leptos writes none and gives plain names.
pub fn manifest(site: &Path) -> io::Result<Assets> {
    let path = site.join(MANIFEST);
    let plain = Assets {
        js: "/pkg/teal.js".into(),
        wasm: "/pkg/teal.wasm".into(),
        css: "/pkg/teal.css".into(),
        reports: "/pkg/reports.css".into(),
    };
    let text = match std::fs::read_to_string(&path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound && site.join(&plain.js[1..]).is_file() => return Ok(plain),
        text => text,
    };
    let text = text.map_err(|why| {
        io::Error::new(
            why.kind(),
            format!(
                "{}: {why}: build the pages' files with `make build`, or name their folder with --site",
                path.display()
            ),
        )
    })?;
    serde_json::from_str(&text).map_err(|why| io::Error::other(format!("{}: {why}", path.display())))
}

/// The routes of the files.
pub fn router(site: &Path) -> io::Result<Router<Arc<App>>> {
    let files = |folder: &Path| {
        ServeDir::new(folder).precompressed_br().precompressed_gzip().append_index_html_on_directories(false)
    };
    let built = Router::new().fallback_service(files(&site.join("pkg"))).layer(from_fn(keep));
    let mut router = Router::new().nest("/pkg", built);
    for entry in std::fs::read_dir(site)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let public = entry.file_type()?.is_file()
            && name != MANIFEST
            && ![".br", ".gz"].iter().any(|ending| name.ends_with(ending));
        if public {
            let file = ServeFile::new(entry.path()).precompressed_br().precompressed_gzip();
            router = router.route_service(&format!("/{name}"), file);
        }
    }
    Ok(router)
}

/// How long a built file may be kept: for ever where its name tells its content.
async fn keep(request: Request, next: Next) -> Response {
    let hashed = request.uri().path().contains('-');
    let mut response = next.run(request).await;
    let value = match (response.status().is_success(), hashed) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "no-cache",
        (false, _) => "no-store",
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    response
}
