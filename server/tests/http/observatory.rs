//! The score that MDN's HTTP Observatory would give, counted by its published rules over the real answers.
//!
//! The rules and their points are those of `src/grader/charts.js` and `src/analyzer/tests` of mdn/mdn-http-observatory
//! (algorithm version 5). It begins at 100; points above that count only if what was taken off leaves at least 90.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, StatusCode, header},
};

use crate::{
    door::{Browser, Door, router_at, said, send},
    house::{Answer, House, get},
    provider::Provider,
};

const NAME: &str = "teal.example.com";
/// A+ begins here.
const A_PLUS: i32 = 100;
const BONUS_FROM: i32 = 90;

/// What a rule takes off or gives, and what it found.
type Points = (i32, &'static str);
/// A rule.
type Rule = fn(&Answer) -> Points;

/// Every rule, in the order of the Observatory's page.
const RULES: [(&str, Rule); 10] = [
    ("content-security-policy", policy),
    ("cookies", cookies),
    ("cross-origin-resource-sharing", sharing),
    ("redirection", redirection),
    ("referrer-policy", referrer),
    ("strict-transport-security", transport),
    ("subresource-integrity", integrity),
    ("x-content-type-options", sniffing),
    ("x-frame-options", framing),
    ("cross-origin-resource-policy", resources),
];

fn score(answer: &Answer) -> (i32, Vec<(&'static str, Points)>) {
    let table: Vec<_> = RULES.iter().map(|(name, rule)| (*name, rule(answer))).collect();
    let all: i32 = table.iter().map(|(_, (points, _))| points).sum();
    let taken_off: i32 = table.iter().map(|(_, (points, _))| points.min(&0)).sum();
    let score = if 100 + taken_off >= BONUS_FROM { 100 + all } else { 100 + taken_off };
    (score.max(0), table)
}

fn all<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().expect("plain")).collect()
}

/// Sources that let in about everything.
const BROAD: [&str; 8] = ["ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"];

fn policy(answer: &Answer) -> Points {
    let policies = all(&answer.headers, "content-security-policy");
    let [policy] = policies[..] else { return (-25, "not implemented, or more than one") };
    let directives: BTreeMap<&str, Vec<&str>> = policy
        .split(';')
        .filter_map(|part| part.split_whitespace().collect::<Vec<_>>().split_first().map(|(n, s)| (*n, s.to_vec())))
        .collect();
    let or_default = |name: &str| {
        directives.get(name).or_else(|| directives.get("default-src")).cloned().unwrap_or_else(|| vec!["*"])
    };
    let known =
        |source: &&str| ["'nonce-", "'sha256-", "'sha384-", "'sha512-"].iter().any(|kind| source.starts_with(kind));
    let (mut scripts, styles, objects) = (or_default("script-src"), or_default("style-src"), or_default("object-src"));
    if scripts.contains(&"'strict-dynamic'") {
        if !scripts.iter().any(known) {
            return (-25, "strict-dynamic without a nonce or hash");
        }
        scripts.retain(|source| !BROAD.contains(source) && !["'self'", "'unsafe-inline'"].contains(source));
    }
    let inline = |source: &&str| BROAD.contains(source) || ["'unsafe-inline'", "data:"].contains(source);
    if scripts.iter().any(inline) || objects.iter().any(|source| BROAD.contains(source)) {
        return (-20, "unsafe-inline, data: or broad sources for scripts or objects");
    }
    let insecure = |source: &&str| source.starts_with("http:") || source.starts_with("ftp:");
    let passive = ["img-src", "media-src"];
    let active = directives.iter().filter(|(name, _)| !passive.contains(name)).flat_map(|(_, sources)| sources);
    if active.copied().any(|source| insecure(&source)) {
        return (-20, "active content over HTTP");
    }
    if scripts.iter().chain(&styles).any(|source| *source == "'unsafe-eval'") {
        return (-10, "unsafe-eval");
    }
    if passive.iter().flat_map(|name| or_default(name)).any(|source| insecure(&source)) {
        return (-10, "images or media over HTTP");
    }
    if styles.iter().any(inline) {
        return (0, "unsafe styles");
    }
    match directives.get("default-src").map(Vec::as_slice) {
        Some(["'none'"]) => (10, "default-src 'none', nothing unsafe"),
        _ => (5, "nothing unsafe"),
    }
}

fn cookies(answer: &Answer) -> Points {
    let cookies = all(&answer.headers, "set-cookie");
    let mut worst: Points = (5, "all Secure and SameSite, sessions HttpOnly");
    for cookie in &cookies {
        let parts: Vec<String> = cookie.split(';').map(|part| part.trim().to_ascii_lowercase()).collect();
        let has = |attribute: &str| parts.iter().any(|part| part == attribute);
        let site = parts.iter().find_map(|part| part.strip_prefix("samesite="));
        let session = true; // Ours all are: the rule's words, `login` and `sess`, would miss them.
        let found = match site {
            Some(site) if !["lax", "strict", "none"].contains(&site) => (-20, "SameSite is none of its words"),
            Some("none") if !has("secure") => (-20, "SameSite=None without Secure"),
            _ if session && !has("secure") => (-40, "a session without Secure"),
            _ if session && !has("httponly") => (-30, "a session without HttpOnly"),
            None => (0, "a cookie without SameSite"),
            Some(_) => continue,
        };
        worst = worst.min(found);
    }
    if cookies.is_empty() { (0, "none") } else { worst }
}

fn sharing(answer: &Answer) -> Points {
    let allowed = all(&answer.headers, "access-control-allow-origin");
    let credentials = all(&answer.headers, "access-control-allow-credentials");
    match (allowed.is_empty(), credentials.is_empty()) {
        (true, _) => (0, "not visible to other origins"),
        (false, true) => (0, "visible to some origins"),
        (false, false) => (-50, "other origins with credentials"),
    }
}

/// Port 80 is the load balancer's: Teal listens on one port and serves no other.
fn redirection(_: &Answer) -> Points {
    (0, "no HTTP here, so nothing to redirect")
}

fn referrer(answer: &Answer) -> Points {
    let private = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
    match all(&answer.headers, "referrer-policy")[..] {
        [] => (0, "not implemented"),
        [policy] if private.contains(&policy) => (5, "private"),
        _ => (-5, "unsafe, or not recognised"),
    }
}

fn transport(answer: &Answer) -> Points {
    const SIX_MONTHS: u64 = 15_768_000;
    let [value] = all(&answer.headers, "strict-transport-security")[..] else { return (-20, "not implemented") };
    let age = value.split(';').find_map(|part| part.trim().strip_prefix("max-age=")).and_then(|age| age.parse().ok());
    match age {
        Some(SIX_MONTHS..) => (0, "half a year or more"),
        Some(_) => (-10, "under half a year"),
        None => (-20, "not recognised"),
    }
}

fn integrity(answer: &Answer) -> Points {
    let kind = answer.header(header::CONTENT_TYPE);
    if !kind.is_empty() && !kind.starts_with("text/html") {
        return (0, "no HTML");
    }
    let page = String::from_utf8_lossy(&answer.body);
    let scripts: Vec<&str> =
        page.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap_or_default()).collect();
    let source = |tag: &&str| tag.split("src=\"").nth(1).and_then(|rest| rest.split('"').next().map(str::to_owned));
    let sources: Vec<(&&str, String)> =
        scripts.iter().filter_map(|tag| source(tag).map(|source| (tag, source))).collect();
    let own = |source: &str| source.starts_with('/') && !source.starts_with("//");
    if scripts.is_empty() {
        (0, "no scripts")
    } else if sources.iter().any(|(_, source)| !own(source)) {
        (-50, "scripts of others without integrity")
    } else if sources.iter().any(|(tag, _)| tag.contains("integrity=")) {
        (5, "own scripts, with integrity")
    } else {
        (0, "own scripts")
    }
}

fn sniffing(answer: &Answer) -> Points {
    if all(&answer.headers, "x-content-type-options") == ["nosniff"] {
        (0, "nosniff")
    } else {
        (-5, "missing or wrong")
    }
}

fn framing(answer: &Answer) -> Points {
    let policy = answer.header(header::CONTENT_SECURITY_POLICY);
    let ancestors = policy.split(';').find_map(|part| part.trim().strip_prefix("frame-ancestors "));
    match (ancestors, all(&answer.headers, "x-frame-options").as_slice()) {
        (Some(sources), _) if !sources.split_whitespace().any(|source| BROAD.contains(&source)) => {
            (5, "by the policy's frame-ancestors")
        }
        (_, ["DENY" | "SAMEORIGIN"]) => (0, "by the old header"),
        _ => (-20, "missing or wrong"),
    }
}

fn resources(answer: &Answer) -> Points {
    match all(&answer.headers, "cross-origin-resource-policy")[..] {
        ["same-origin" | "same-site"] => (10, "same origin or site"),
        ["cross-origin"] | [] => (0, "not implemented, or for all"),
        _ => (-5, "not recognised"),
    }
}

/// As a browser asks that came by TLS.
async fn asked(router: &Router, browser: &mut Browser, path: &str) -> Answer {
    let mut request = get(path).body(Body::empty()).expect("a request");
    request.headers_mut().insert(header::HOST, NAME.parse().expect("a name"));
    send(router, browser, request).await
}

/// The way to the provider and back.
async fn signed_in(door: &Door, browser: &mut Browser) -> [Answer; 2] {
    let depart = asked(&door.router, browser, "/sign-in?next=/p/dev").await;
    let there: reqwest::Url = depart.header(header::LOCATION).parse().expect("an address");
    {
        let mut facts = door.provider.facts();
        (facts.nonce, facts.challenge) = (said(&there, "nonce"), said(&there, "code_challenge"));
    }
    let way = format!("/sign-in/back?code=a-code&state={}", said(&there, "state"));
    let back = asked(&door.router, browser, &way).await;
    assert!(browser.session().is_some(), "{}", back.text());
    [depart, back]
}

#[tokio::test]
async fn the_observatory_of_mdn_gives_every_answer_an_a_plus() {
    let provider = Provider::start_as("https://login.example.com").await;
    let house = House::new().await;
    let router = router_at(&house, &provider, &format!("https://{NAME}"));
    let door = Door { house, provider, router };
    let mut browser = Browser::default();

    // An operator first, who is denied something; then an admin, who sees what there is.
    let [_, back] = signed_in(&door, &mut browser).await;
    let denied = asked(&door.router, &mut browser, "/p/dev/history.csv").await;
    assert_eq!((back.status, denied.status), (StatusCode::SEE_OTHER, StatusCode::FORBIDDEN));
    door.provider.facts().groups = vec!["admins".into()];
    browser = Browser::default();
    let [depart, back] = signed_in(&door, &mut browser).await;

    let mut answers = vec![("the way to sign in", depart, 135), ("the way back", back, 135), ("a denial", denied, 130)];
    for (what, path, status, points) in [
        ("the overview", "/p/dev", StatusCode::OK, 130),
        ("the switch page", "/p/dev/switch?to=green", StatusCode::OK, 130),
        ("the history", "/p/dev/history", StatusCode::OK, 130),
        ("a record", "/p/dev/history/31", StatusCode::OK, 130),
        ("the sessions", "/sessions", StatusCode::OK, 130),
        ("the page of whoever signed out", "/signed-out", StatusCode::OK, 130),
        ("an error", "/nowhere", StatusCode::NOT_FOUND, 130),
        ("an export", "/p/dev/history.csv", StatusCode::OK, 130),
        ("a file", "/pkg/teal-abc123.js", StatusCode::OK, 130),
        ("a picture", "/favicon.svg", StatusCode::OK, 130),
        ("a missing file", "/pkg/missing.js", StatusCode::NOT_FOUND, 130),
        ("the health", "/health", StatusCode::OK, 130),
        ("the frame", "/embed/dev", StatusCode::OK, 130),
        ("the frame of the platform", "/embed/dev/topology", StatusCode::OK, 130),
        ("the frame of lineage", "/embed/dev/lineage", StatusCode::OK, 130),
        ("the denials", "/denials", StatusCode::OK, 130),
        ("an answer of the API", "/api/v1/pairs/dev", StatusCode::OK, 130),
        ("an error of the API", "/api/v1/pairs/prod", StatusCode::NOT_FOUND, 130),
    ] {
        let answer = asked(&door.router, &mut browser, path).await;
        assert_eq!(answer.status, status, "{what}: {}", String::from_utf8_lossy(&answer.body));
        answers.push((what, answer, points));
    }
    for (what, answer, points) in answers {
        let (score, table) = score(&answer);
        assert!(score >= A_PLUS, "{what}: {score}, {table:#?}");
        assert_eq!(score, points, "{what}: what is written down here is what it gets: {table:#?}");
    }
}

#[test]
fn the_rules_take_off_what_they_should() {
    let with = |pairs: &[(&'static str, &str)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a value"));
        }
        Answer { status: StatusCode::OK, headers, body: Vec::new() }
    };
    assert_eq!(score(&with(&[])).0, 100 - 25 - 20 - 5 - 20);
    for (value, points) in [
        ("default-src 'none'; script-src 'nonce-x' 'strict-dynamic'", 10),
        ("default-src 'self'", 5),
        ("default-src 'none'; style-src 'self' 'unsafe-inline'", 0),
        ("default-src 'none'; script-src 'self' 'unsafe-eval'", -10),
        ("default-src 'none'; script-src 'self' 'unsafe-inline'", -20),
        ("default-src 'none'; form-action http://elsewhere", -20),
        ("script-src https:", -20),
        ("default-src 'none'; script-src 'strict-dynamic'", -25),
    ] {
        assert_eq!(policy(&with(&[("content-security-policy", value)])).0, points, "{value}");
    }
    for (value, points) in [
        ("a=b; Secure; HttpOnly; SameSite=Lax", 5),
        ("a=b; Secure; HttpOnly", 0),
        ("a=b; Secure; HttpOnly; SameSite=Most", -20),
        ("a=b; Secure; SameSite=Lax", -30),
        ("a=b; HttpOnly; SameSite=Lax", -40),
    ] {
        assert_eq!(cookies(&with(&[("set-cookie", value)])).0, points, "{value}");
    }
}
