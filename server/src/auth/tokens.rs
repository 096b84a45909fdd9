//! Access tokens of the provider's: what makes one good, and for how long that is remembered. Whom one stands for is
//! decided by whoever asks: `bearer` for scripts, `alb` for people.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use openidconnect::{
    JsonWebKey as _,
    core::{CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use sha2::{Digest as _, Sha256};
use teal_domain::{Millis, Timestamp};

use super::{
    jws::{Fields, Signed},
    plain,
    provider::{ALGORITHMS, Failed, Flaw, Metadata, Provider, SKEW, is_cognito},
};
use crate::engine::clock::Clock;

/// For how long a token that was good is not looked at again.
const REMEMBERED: Millis = Millis::from_secs(60);
/// What is remembered is little, however many come.
const MOST: usize = 4_096;

/// Tokens that held, by their hash, and when they did.
type Remembered = HashMap<[u8; 32], (Arc<Access>, Timestamp)>;

/// A token that holds.
#[derive(Debug)]
pub(super) struct Access {
    /// For which client it was made.
    pub client: String,
    /// Whom it stands for.
    pub subject: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// What else it says.
    pub claims: Fields,
    expires_at: Timestamp,
}

/// The access tokens of one provider.
#[derive(Debug)]
pub(super) struct AccessTokens {
    provider: Arc<Provider>,
    clock: Arc<dyn Clock>,
    remembered: Mutex<Remembered>,
}

impl AccessTokens {
    pub fn new(provider: Arc<Provider>, clock: Arc<dyn Clock>) -> Self {
        Self { provider, clock, remembered: Mutex::default() }
    }

    /// Whose tokens are taken.
    pub fn issuer(&self) -> &str {
        self.provider.issuer()
    }

    /// The token, if it holds now.
    pub async fn look_at(&self, token: &str) -> Result<Arc<Access>, Failed> {
        let (id, now) = (Sha256::digest(token.as_bytes()).into(), self.clock.now());
        if let Some(access) = self.remembered(&id, now) {
            return Ok(access);
        }
        let signed = Signed::read(token).map_err(Failed::Untrue)?;
        let access = self.claims(&signed, now).map_err(Failed::Untrue)?;
        self.provider.with_keys(|metadata| signature(metadata, &signed)).await?;
        let access = Arc::new(access);
        self.remember(id, access.clone(), now);
        Ok(access)
    }

    /// What does not need a key to be found wrong comes first, so that hardly anything else has keys fetched.
    fn claims(&self, signed: &Signed<'_>, now: Timestamp) -> Result<Access, String> {
        let Signed { header, claims, .. } = signed;
        // The same keys sign ID tokens, logout tokens and more.
        let kind = header.text("typ").unwrap_or("JWT").to_ascii_lowercase();
        if !["jwt", "at+jwt", "application/at+jwt"].contains(&&*kind) {
            return Err(format!("it is a `{}`, not an access token", plain(&kind)));
        }
        if claims.text("iss") != Some(self.provider.issuer()) {
            return Err("another provider made it".into());
        }
        match claims.text("token_use") {
            Some("access") => {}
            None if claims.value("token_use").is_none() && !is_cognito(self.provider.issuer()) => {}
            _ => return Err("it is no access token".into()),
        }
        let needed = |name: &str| claims.moment(name).ok_or_else(|| format!("it does not say `{name}`"));
        let (expires_at, issued_at) = (needed("exp")?, needed("iat")?);
        if now >= expires_at {
            return Err("it has run out".into());
        }
        let soon = Timestamp(now.0 + SKEW * 1000);
        if issued_at > soon {
            return Err("it was made in the future".into());
        }
        if claims.value("nbf").is_some() && claims.moment("nbf").is_none_or(|from| from > soon) {
            return Err("it is not good yet".into());
        }
        let client = match (claims.text("client_id"), claims.text("azp")) {
            (Some(client), Some(party)) if client != party => return Err("it names two clients".into()),
            (client, party) => client.or(party).ok_or("it names no client")?,
        };
        let subject = claims.text("sub").ok_or("it stands for nobody")?;
        let (client, subject) = (client.to_owned(), subject.to_owned());
        Ok(Access { client, subject, issued_at, claims: claims.clone(), expires_at })
    }

    fn remembered(&self, id: &[u8; 32], now: Timestamp) -> Option<Arc<Access>> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (access, since) = remembered.get(id)?;
        // A clock that was set back is a reason to look again.
        let lately = (0..REMEMBERED.as_i64()).contains(&(now.0 - since.0));
        (lately && now < access.expires_at).then(|| access.clone())
    }

    fn remember(&self, id: [u8; 32], access: Arc<Access>, now: Timestamp) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MOST {
            remembered.retain(|_, (access, since)| now < access.expires_at && now.0 - since.0 < REMEMBERED.as_i64());
        }
        if remembered.len() >= MOST {
            remembered.clear();
        }
        remembered.insert(id, (access, now));
    }
}

/// Whether it is signed with a key of the provider's, in a way that is taken.
fn signature(metadata: &Metadata, signed: &Signed<'_>) -> Result<(), Flaw> {
    let algorithm = signed.header.value("alg").cloned().unwrap_or_default();
    let algorithm: CoreJwsSigningAlgorithm = serde_json::from_value(algorithm)
        .ok()
        .filter(|algorithm| ALGORITHMS.contains(algorithm))
        .ok_or_else(|| Flaw::Untrue("it is signed in a way that is not taken".into()))?;
    let named = signed.header.text("kid");
    let fits = |key: &&CoreJsonWebKey| named.is_none_or(|named| key.key_id().is_some_and(|id| id.as_str() == named));
    let mut keys = metadata.jwks().keys().iter().filter(fits).peekable();
    if keys.peek().is_none() {
        return Err(Flaw::UnknownKey);
    }
    let good = keys.any(|key| key.verify_signature(&algorithm, signed.text.as_bytes(), &signed.signature).is_ok());
    if good { Ok(()) } else { Err(Flaw::Untrue("its signature does not hold".into())) }
}
