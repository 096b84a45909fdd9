//! The built files: hashed names under `/pkg`, kept by browsers for a year; the rest by their own names.

use std::{io, path::Path};

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
};
use serde::Deserialize;
use teal_app::render::Assets;
use tower_http::services::ServeDir;

use super::App;

/// What the asset build says that it made.
#[derive(Debug, Deserialize)]
struct Manifest {
    js: String,
    css: String,
}

/// Reads the manifest that the asset build wrote.
pub fn manifest(site: &Path) -> io::Result<Assets> {
    let path = site.join("assets.json");
    let text = std::fs::read_to_string(&path).map_err(|why| {
        io::Error::new(
            why.kind(),
            format!(
                "{}: {why}: build the pages' files with `make build`, or name their folder with --site",
                path.display()
            ),
        )
    })?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|why| io::Error::other(format!("{}: {why}", path.display())))?;
    let name = manifest.js.strip_prefix("/pkg/").and_then(|name| name.strip_suffix(".js"));
    let name = name.ok_or_else(|| io::Error::other(format!("{}: `js` is not /pkg/NAME.js", path.display())))?;
    Ok(Assets { name: name.to_owned(), css: manifest.css })
}

/// The routes of the files.
pub fn router(site: &Path) -> io::Result<Router<App>> {
    let files = |folder: &Path| {
        ServeDir::new(folder).precompressed_br().precompressed_gzip().append_index_html_on_directories(false)
    };
    let hashed = Router::new().fallback_service(files(&site.join("pkg"))).layer(map_response(immutable));
    let mut router = Router::new().nest("/pkg", hashed);
    for entry in std::fs::read_dir(site)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let public = entry.file_type()?.is_file()
            && name != "assets.json"
            && ![".br", ".gz"].iter().any(|ending| name.ends_with(ending));
        if public {
            let file = tower_http::services::ServeFile::new(entry.path()).precompressed_br().precompressed_gzip();
            router = router.route_service(&format!("/{name}"), file);
        }
    }
    Ok(router)
}

async fn immutable(mut response: Response) -> Response {
    let value = if response.status().is_success() { "public, max-age=31536000, immutable" } else { "no-store" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    response
}
