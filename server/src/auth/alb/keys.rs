//! The keys with which load balancers sign: one address a region, one file a key, fetched once each.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::auth::{http::Http, jws::Signed, provider::Failed};

/// Load balancers have a few keys at a time; more than these are made up.
const MOST: usize = 64;
/// So many may be fetched at once, and one more every ten seconds.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(8).expect("more than none");
const BETWEEN: Duration = Duration::from_secs(10);

/// The keys that are known so far.
#[derive(Debug)]
pub(super) struct Keys {
    address: String,
    http: Http,
    known: RwLock<HashMap<String, Arc<ParsedPublicKey>>>,
    fetching: tokio::sync::Mutex<DefaultDirectRateLimiter>,
}

impl Keys {
    pub fn new(address: &str) -> Result<Self, String> {
        let quota = Quota::with_period(BETWEEN).map(|quota| quota.allow_burst(AT_ONCE));
        let limit = RateLimiter::direct(quota.unwrap_or_else(|| Quota::per_minute(AT_ONCE)));
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            http: Http::new()?,
            known: RwLock::default(),
            fetching: tokio::sync::Mutex::new(limit),
        })
    }

    /// Whether a key signed this.
    pub async fn hold(&self, kid: &str, signed: &Signed<'_>) -> Result<bool, Failed> {
        // It becomes part of an address.
        if !is_plain(kid) {
            return Err(Failed::Untrue("it names something that is no key".into()));
        }
        let key = match self.known(kid) {
            Some(key) => key,
            None => self.fetch(kid).await?,
        };
        Ok(key.verify_sig(signed.text.as_bytes(), &signed.signature).is_ok())
    }

    fn known(&self, kid: &str) -> Option<Arc<ParsedPublicKey>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    async fn fetch(&self, kid: &str) -> Result<Arc<ParsedPublicKey>, Failed> {
        // The requests of one page come together: one of them fetches.
        let limit = self.fetching.lock().await;
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        if limit.check().is_err() {
            return Err(Failed::Unreachable("keys of load balancers were asked for too often".into()));
        }
        let found = self.http.find(&format!("{}/{kid}", self.address)).await?;
        let key = found.as_deref().and_then(read);
        let key = Arc::new(key.ok_or_else(|| Failed::Untrue("the key that it names is no load balancer's".into()))?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(kid.to_owned(), key.clone());
        Ok(key)
    }
}

/// A word like a UUID: nothing that leads elsewhere.
fn is_plain(kid: &str) -> bool {
    (1..=64).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A public key on P-256, as PEM.
fn read(pem: &[u8]) -> Option<ParsedPublicKey> {
    let pem = std::str::from_utf8(pem).ok()?.trim();
    let body = pem.strip_prefix("-----BEGIN PUBLIC KEY-----")?.strip_suffix("-----END PUBLIC KEY-----")?;
    let body: String = body.split_whitespace().collect();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, STANDARD.decode(body).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_28_a_key_is_a_plain_word() {
        assert!(is_plain("12345678-1234-1234-1234-123456789012"));
        for wrong in ["", "..", "../x", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\nb", "ä", "a.b", &"x".repeat(65)] {
            assert!(!is_plain(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn row_28_only_a_public_key_on_p_256_is_taken() {
        // Two of OpenSSL's: P-256, and P-384.
        let p256 = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELqCebzDovAQdrso7z2C5J2hqJtPtwZcAuETn27/SAOefCPkNFPds4CVHZFA3DaMLFHyT9e5nk57lVIGnFnCfLg==\n-----END PUBLIC KEY-----\n";
        let p384 = "-----BEGIN PUBLIC KEY-----\nMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEd8PdTpHczpgLelwVWksfKpzD3DW9gcG66Xaq1rBFh/8kG4BoXDMMg7eW43zPOzFjxoq78MV9d9B3W2XKoQ/MDSwu24aIVtVU0PkxW3JS/6xJrhG/rebpxdUbP/xhS2Wq\n-----END PUBLIC KEY-----\n";
        assert!(read(p256.as_bytes()).is_some());
        for wrong in [p384, "", "<html>", &p256.replace("PUBLIC", "PRIVATE"), &p256[..60]] {
            assert!(read(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
