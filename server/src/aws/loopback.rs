//! The SDK's HTTP client, with `*.localhost` resolved to loopback.
//!
//! MWAA's endpoints are prefixed (`api.`, `env.`), so an endpoint of `http://localhost:4566` becomes
//! `api.localhost:4566`. RFC 6761, section 6.3, says that such names are loopback; many resolvers disagree.

use std::net::{IpAddr, Ipv4Addr};

use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    dns::{DnsFuture, ResolveDns, ResolveDnsError},
    http::SharedHttpClient,
};

/// The HTTP client for every SDK client of the process.
pub fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_with_resolver(Resolver)
}

#[derive(Clone, Debug)]
struct Resolver;

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            if is_loopback(name) {
                return Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
            }
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

fn is_loopback(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_under_localhost_are_loopback_and_others_are_not() {
        for name in ["localhost", "api.localhost", "env.api.localhost", "API.LocalHost."] {
            assert!(is_loopback(name), "{name}");
        }
        for name in ["localhost.example.com", "notlocalhost", "airflow.us-east-2.amazonaws.com"] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
