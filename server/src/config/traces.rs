//! `[traces]`: where traces are sent, and which.

use std::path::PathBuf;

use axum::http::{HeaderName, HeaderValue, Uri, header, uri::Scheme};
use teal_domain::lineage::WebAddress;

use super::{
    Hidden,
    mistake::{Findings, Found, Origin, Reported, Wrong, quoted},
    reader::Section,
    rules,
};

/// Where traces are sent, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracesConfig {
    /// Where they are posted, path and all.
    pub address: String,
    /// What is sent beside them, to be let in: names and values.
    pub headers: Vec<(String, Hidden)>,
    /// What this Teal is called there.
    pub service_name: String,
    /// Of a hundred traces that change nothing, so many are sent.
    pub percent: u32,
    /// A proxy that is trusted may say what a request is part of.
    pub parents: bool,
}

/// The variable with the headers.
const HEADERS: &str = "TEAL_TRACES_HEADERS";
/// Where a collector takes traces over HTTP: <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>.
const PATH: &str = "/v1/traces";
/// What is Teal's own to say.
const OURS: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
];

/// Reads `[traces]`; none where there is no such section. `proxies`: whether any proxy is trusted.
pub(super) fn read(
    mut section: Section<'_, '_>,
    proxies: bool,
    env: &dyn Fn(&str) -> Option<String>,
    findings: &Findings,
) -> Result<Option<TracesConfig>, Reported> {
    if !section.is_there() {
        return Ok(None);
    }
    let endpoint = section.needed("endpoint", "http://127.0.0.1:4318", endpoint);
    let file = section.optional("headers_file", rules::file);
    let service_name = section.optional("service_name", service_name);
    let percent = section.number("percent", 1..=100);
    let parents = section.truth("parents");
    let at = section.origin.clone();
    section.finish();

    let headers = file.and_then(|file| headers(file, env, findings));
    if let (Ok(endpoint), Ok(Some((_, origin)))) = (&endpoint, &headers)
        && endpoint.value.readable
    {
        let what = "the headers could be read on the way to the collector";
        findings.add(origin, Wrong::new(what, "give `endpoint` an address with https, or one of this machine"));
    }
    let parents = parents?.unwrap_or(false);
    if parents && !proxies {
        let what = "`parents` lets a proxy say what a request is part of, and no proxy is trusted";
        findings.add(&at, Wrong::new(what, "name your own in `trusted_proxies`, or leave `parents` out"));
    }
    Ok(Some(TracesConfig {
        address: endpoint?.value.address,
        headers: headers?.map(|(headers, _)| headers).unwrap_or_default(),
        service_name: service_name?.map_or_else(|| "teal".to_owned(), |found| found.value),
        percent: percent?.unwrap_or(100),
        parents,
    }))
}

#[derive(Debug)]
struct Endpoint {
    address: String,
    /// Whoever is on the way there could read along.
    readable: bool,
}

fn endpoint(text: &str) -> Result<Endpoint, Wrong> {
    let wrong = |what: String, mend: &str| Err(Wrong::new(what, mend));
    if text.contains('@') {
        // It is not shown: there may be a password in it.
        return wrong(
            "the address of the collector has a name or a password in it".to_owned(),
            "write the address alone, and what lets Teal in into `headers_file`",
        );
    }
    let mend = "write scheme, host and port of a collector that takes OTLP over HTTP, like \"http://127.0.0.1:4318\"";
    let (Some(home), Ok(uri)) = (WebAddress::parse(text), text.parse::<Uri>()) else {
        return wrong(format!("{} is no address of a collector", quoted(text)), mend);
    };
    let home = home.as_str().trim_end_matches('/');
    if home.ends_with(PATH) {
        return wrong(format!("{} has the path that Teal adds", quoted(text)), "leave `/v1/traces` out");
    }
    let readable = uri.scheme() == Some(&Scheme::HTTP) && !uri.authority().is_some_and(crate::http::is_this_machine);
    Ok(Endpoint { address: format!("{home}{PATH}"), readable })
}

fn service_name(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() || text.chars().count() > 80 || text.chars().any(char::is_control) {
        let what = format!("{} cannot be the name of a service", quoted(text));
        return Err(Wrong::new(what, "use 1 to 80 characters on one line, or leave `service_name` out"));
    }
    Ok(text.to_owned())
}

type Headers = Vec<(String, Hidden)>;

/// What the variable says, else the file; and where it was said.
fn headers(
    file: Option<Found<PathBuf>>,
    env: &dyn Fn(&str) -> Option<String>,
    findings: &Findings,
) -> Result<Option<(Headers, Origin)>, Reported> {
    let (text, origin) = match (env(HEADERS), file) {
        (Some(text), _) => (text, Origin::Variable(HEADERS)),
        (None, None) => return Ok(None),
        (None, Some(file)) => match std::fs::read_to_string(&file.value) {
            Ok(text) => (text, file.origin),
            Err(error) => {
                let what = format!("{} cannot be read ({error})", file.value.display());
                let mend = format!("let Teal's user read it, or set {HEADERS}");
                return Err(findings.add(&file.origin, Wrong::new(what, mend)));
            }
        },
    };
    match parsed(&text) {
        Ok(headers) => Ok(Some((headers, origin))),
        Err(wrong) => Err(findings.add(&origin, wrong)),
    }
}

/// One a line. What stands there is never shown: it may be a secret.
fn parsed(text: &str) -> Result<Headers, Wrong> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let headers =
        lines.map(|(at, line)| one(line).map_err(|(what, mend)| Wrong::new(format!("line {} {what}", at + 1), mend)));
    let headers: Headers = headers.collect::<Result<_, _>>()?;
    if headers.is_empty() {
        return Err(Wrong::new("there is no header in it", "write one a line, `name: value`, or leave it out"));
    }
    Ok(headers)
}

fn one(line: &str) -> Result<(String, Hidden), (&'static str, &'static str)> {
    let mend = "write one header a line, such as `authorization: Bearer …`";
    let (name, value) = line.split_once(':').ok_or(("is no header", mend))?;
    let name: HeaderName = name.trim().parse().map_err(|_| ("does not begin with the name of a header", mend))?;
    if OURS.contains(&name) {
        return Err(("has a header that Teal sends itself", "remove it"));
    }
    let value = value.trim();
    if value.is_empty() || HeaderValue::from_str(value).is_err() {
        return Err(("has a value that no header can have", "write it in ASCII, on one line"));
    }
    Ok((name.as_str().to_owned(), Hidden(value.to_owned())))
}
