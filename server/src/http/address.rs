//! Where a request comes from: the other end of the connection, or what a proxy that is trusted says of it.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName},
};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are trusted. None, by default.
#[derive(Clone, Debug, Default)]
pub struct Proxies(pub Vec<IpNet>);

/// Where the request comes from, for limits and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComesFrom(pub IpAddr);

impl Proxies {
    /// Each proxy writes down, at the end, whom it heard. So the list is believed from its end on, as far as it was
    /// written by proxies that are trusted: what stands further left, anybody may have written.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        let lines = headers.get_all(FORWARDED_FOR);
        // By bytes: one that is no text must not make what stands beside it unreadable.
        let mut heard = lines.iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).rev();
        while self.trusts(nearest) {
            let Some(before) = heard.next().and_then(address) else { break };
            nearest = before;
        }
        nearest
    }

    /// Whether an address is one of theirs.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|block| block.contains(&address))
    }
}

/// An address, with or without a port.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    bare.map(|address| address.to_canonical())
}

/// Finds out where a request comes from, before anything else asks.
pub fn from(proxies: &Proxies, request: &mut Request) {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let from = ComesFrom(proxies.client(peer.ip(), request.headers()));
        request.extensions_mut().insert(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn from(trusted: &[&str], peer: &str, said: &[&str]) -> String {
        let proxies = Proxies(trusted.iter().map(|block| block.parse().expect("a block")).collect());
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(FORWARDED_FOR, line.parse().expect("a value"));
        }
        proxies.client(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn row_32_without_a_trusted_proxy_it_is_the_other_end_whatever_a_header_says() {
        assert_eq!(from(&[], "198.51.100.7", &["192.0.2.1"]), "198.51.100.7");
        assert_eq!(from(&["10.0.0.0/8"], "198.51.100.7", &["192.0.2.1"]), "198.51.100.7");
        assert_eq!(from(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn row_32_bytes_that_are_no_text_do_not_hide_whom_the_proxy_heard() {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().expect("a block")]);
        let mut headers = HeaderMap::new();
        let said = axum::http::HeaderValue::from_bytes(b"\xff, 198.51.100.7").expect("a value");
        headers.append(FORWARDED_FOR, said);
        let peer = "10.0.0.1".parse().expect("an address");
        assert_eq!(proxies.client(peer, &headers).to_string(), "198.51.100.7");
    }

    #[test]
    fn row_32_a_trusted_proxy_is_believed_about_whom_it_heard_and_about_nobody_before() {
        let trusted = &["10.0.0.0/8", "fd00::/8"];
        assert_eq!(from(trusted, "10.0.0.1", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(from(trusted, "10.0.0.1", &["1.1.1.1, 192.0.2.1"]), "192.0.2.1", "what the client wrote itself");
        assert_eq!(
            from(trusted, "10.0.0.1", &["1.1.1.1", "192.0.2.1,10.9.9.9"]),
            "192.0.2.1",
            "two proxies, two lines"
        );
        assert_eq!(from(trusted, "::ffff:10.0.0.1", &["192.0.2.1:4711"]), "192.0.2.1", "mapped, and with a port");
        assert_eq!(from(trusted, "fd00::1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(from(trusted, "10.0.0.1", &["192.0.2.1, nonsense"]), "10.0.0.1", "nothing is guessed");
        assert_eq!(from(trusted, "10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "all of them are proxies");
    }

    proptest! {
        #[test]
        fn row_57_whatever_a_client_writes_itself_a_trusted_proxy_has_the_last_word(own in "[0-9a-f.:, \\[\\]x]{0,40}") {
            prop_assert_eq!(from(&["10.0.0.0/8"], "10.0.0.1", &[&format!("{own}, 192.0.2.1")]), "192.0.2.1");
            prop_assert_eq!(from(&["10.0.0.0/8"], "198.51.100.7", &[&own]), "198.51.100.7");
        }
    }
}
