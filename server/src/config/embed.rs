//! Whose pages may show a pair in a frame.

use std::net::IpAddr;

use super::{
    mistake::{Findings, Reported, Wrong, quoted},
    reader::Section,
    sign_in::SignInConfig,
};

/// Whose pages may show a pair in a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmbedConfig {
    /// Their origins, as `frame-ancestors` takes them; none: nobody's.
    pub parents: Vec<String>,
    /// Cookies are made so that browsers send them into frames on pages of other sites.
    pub cross_site: bool,
}

/// Reads `[embed]`.
pub(super) fn read(
    mut section: Section<'_, '_>,
    sign_in: Result<&SignInConfig, &Reported>,
    findings: &Findings,
) -> Result<EmbedConfig, Reported> {
    let parents = section.list("parents", origin);
    let cross_site = section.truth("cross_site");
    let at = section.origin.clone();
    section.finish();
    let (parents, cross_site) = (parents?.unwrap_or_default(), cross_site?.unwrap_or(false));
    if cross_site && parents.is_empty() {
        let what = "`cross_site` weakens the cookies, and there is no page that may show a frame";
        return Err(findings.add(&at, Wrong::new(what, "name such pages in `parents`, or leave `cross_site` out")));
    }
    let of_ours = match sign_in {
        Ok(SignInConfig::Local) => Some("`cross_site` is about the cookies of people who sign in, and nobody does"),
        Ok(SignInConfig::Alb(_)) => {
            Some("`cross_site` is about Teal's own cookies, and the session is the load balancer's")
        }
        Ok(SignInConfig::Oidc(_)) | Err(_) => None,
    };
    if let Some(what) = of_ours.filter(|_| cross_site) {
        return Err(findings.add(&at, Wrong::new(what, "leave it out, or let people sign in with kind = \"oidc\"")));
    }
    Ok(EmbedConfig { parents, cross_site })
}

/// An origin: scheme, host and port. It goes into a header, so nothing else gets through. The first label may be
/// a `*`.
fn origin(text: &str) -> Result<String, Wrong> {
    let wrong = |why: &str, mend: &str| Err(Wrong::new(format!("{} {why}", quoted(text)), mend));
    let mend = "write scheme, host and, if need be, port, like \"https://portal.example.com\"";
    let lower = text.to_ascii_lowercase();
    let Some((scheme, rest)) = lower.split_once("://") else { return wrong("is no origin", mend) };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['/', '?', '#']) {
        return wrong("goes on after its host", mend);
    }
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port)) {
        return wrong("has no port after its colon", mend);
    }
    let named = host.strip_prefix("*.").unwrap_or(host);
    let label = |label: &str| {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(legal) && !label.starts_with('-') && !label.ends_with('-')
    };
    if named.len() > 253 || !named.split('.').all(label) {
        return wrong("has a host that a policy cannot name", "write a name in ASCII, or an address of IPv4");
    }
    if named != host && (!named.contains('.') || named.parse::<IpAddr>().is_ok()) {
        return wrong(
            "would let far too many in",
            "put the `*.` before a domain of yours, like \"https://*.example.com\"",
        );
    }
    let here = named == "localhost" || named.ends_with(".localhost") || loopback(named);
    match scheme {
        "https" => {}
        "http" if here => {}
        "http" => return wrong("could be changed on the way", "write https, or http with a name of this machine"),
        _ => return wrong("is no page's origin", mend),
    }
    Ok(format!("{scheme}://{rest}"))
}

fn loopback(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_origins_over_tls_or_of_this_machine() {
        for (text, taken) in [
            ("https://portal.example.com", "https://portal.example.com"),
            ("HTTPS://Portal.Example.com:8443/", "https://portal.example.com:8443"),
            ("https://*.example.com", "https://*.example.com"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1:1", "http://127.0.0.1:1"),
            ("http://portal.localhost", "http://portal.localhost"),
            ("https://10.0.0.7", "https://10.0.0.7"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(taken), "{text}");
        }
    }

    #[test]
    fn row_8_what_would_let_anybody_in_or_write_into_the_policy_is_refused() {
        for text in [
            "",
            "*",
            "https:",
            "https://",
            "https://*",
            "https://*.com",
            "https://*.10.0.0.7",
            "https://portal.*.com",
            "https://a*.example.com",
            "http://portal.example.com",
            "http://localhost.example.com",
            "portal.example.com",
            "ftp://portal.example.com",
            "data:text/html,x",
            "'self'",
            "https://portal.example.com/teal",
            "https://portal.example.com?x",
            "https://portal.example.com:*",
            "https://portal.example.com:0",
            "https://portal.example.com:080",
            "https://user@portal.example.com",
            "https://portal.example.com; script-src *",
            "https://portal.example.com, https://evil.example",
            "https://portal.example.com https://evil.example",
            "https://pörtal.example.com",
            "https://[::1]:3000",
            "https://-a.example.com",
            "https://a..b",
        ] {
            assert!(origin(text).is_err(), "{text}: {:?}", origin(text));
        }
    }
}
