//! What the identity provider says of itself, and its keys: asked for seldom, kept, and believed while it is away.
//! Everything that it signs is looked at with these keys, whichever way it came in.

mod leaving;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use openidconnect::{
    JsonWebKeySet, ProviderMetadataWithLogout,
    core::{CoreJsonWebKey, CoreJwsSigningAlgorithm},
};

use super::http::Http;

/// How long what the provider says about itself is believed.
const METADATA_LIVES: Duration = Duration::from_hours(1);
/// Between two times that it is asked because of a key that is not known, or while it does not answer: whoever
/// makes tokens up does not get to have it asked each time.
const BETWEEN: Duration = Duration::from_secs(30);
/// The same while nothing is known of it at all, and nobody can sign in.
const BETWEEN_FIRST: Duration = Duration::from_secs(1);
/// The longest time between two tries to learn about it before anybody needs it.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How far its clock may be off, in seconds.
pub(super) const SKEW: i64 = 60;

/// How something may be signed, whatever the provider claims to support: never not at all, never with a shared
/// secret.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

/// Why nobody was let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The provider did not answer, or not sensibly.
    #[error("the identity provider cannot be reached: {0}")]
    Unreachable(String),
    /// It said no.
    #[error("the identity provider refused: {0}")]
    Refused(String),
    /// What it sent does not hold.
    #[error("what the identity provider sent does not hold: {0}")]
    Untrue(String),
}

/// Why something that is signed was not taken.
#[derive(Debug)]
pub(super) enum Flaw {
    /// It names a key that is not among those at hand.
    UnknownKey,
    /// It does not hold.
    Untrue(String),
}

impl From<Flaw> for Failed {
    fn from(flaw: Flaw) -> Self {
        Self::Untrue(match flaw {
            Flaw::UnknownKey => "the key that it names is none of the provider's".into(),
            Flaw::Untrue(why) => why,
        })
    }
}

/// What the provider says of itself, with its keys.
pub(super) type Metadata = ProviderMetadataWithLogout;

/// Whether it is Amazon Cognito, which has habits of its own.
pub fn is_cognito(issuer: &str) -> bool {
    issuer.starts_with("https://cognito-idp.")
}

/// The provider.
#[derive(Debug)]
pub struct Provider {
    issuer: String,
    discovery: String,
    pub(super) http: Http,
    known: RwLock<Option<(Arc<Metadata>, Instant)>>,
    asked: tokio::sync::Mutex<Asked>,
}

/// When it was asked last, and what was wrong, if anything was.
#[derive(Debug, Default)]
struct Asked {
    of_itself: Option<(Instant, Failed)>,
    of_its_keys: Option<(Instant, Option<Failed>)>,
}

impl Provider {
    /// By the name that it signs with, and the address under which it describes itself. Nothing is asked yet.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(issuer: &str, discovery: &str) -> Result<Self, String> {
        let (issuer, discovery) = (issuer.to_owned(), discovery.trim_end_matches('/').to_owned());
        let (known, asked) = (RwLock::default(), tokio::sync::Mutex::default());
        Ok(Self { issuer, discovery, http: Http::new()?, known, asked })
    }

    /// The name that it signs with.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Learns about it before anybody needs it. Pages say where their forms may lead, and after a restart somebody may
    /// sign out before anybody signs in.
    pub async fn learn(&self) {
        let mut wait = BETWEEN_FIRST;
        while let Err(error) = self.metadata().await {
            tracing::warn!(target: "teal::signed_in", %error, "the provider is not known yet");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_PAUSE);
        }
    }

    /// What it says of itself.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, Failed> {
        if let Some(metadata) = self.fresh() {
            return Ok(metadata);
        }
        // One asks; whoever comes meanwhile waits for what that one hears.
        let mut asked = self.asked.lock().await;
        if let Some(metadata) = self.fresh() {
            return Ok(metadata);
        }
        let old = self.known().map(|(metadata, _)| metadata);
        let between = if old.is_some() { BETWEEN } else { BETWEEN_FIRST };
        let failed = match &asked.of_itself {
            Some((at, failed)) if at.elapsed() < between => failed.clone(),
            _ => match self.discover().await {
                Ok(metadata) => {
                    asked.of_itself = None;
                    return Ok(self.keep(metadata));
                }
                Err(failed) => {
                    asked.of_itself = Some((Instant::now(), failed.clone()));
                    failed
                }
            },
        };
        // What it said an hour ago is better than nothing.
        old.ok_or(failed)
    }

    /// Looks at something that is signed with the keys at hand, and once more with newer ones if it names a key
    /// that is not among them.
    pub(super) async fn with_keys<T>(&self, look: impl Fn(&Metadata) -> Result<T, Flaw>) -> Result<T, Failed> {
        let metadata = self.metadata().await?;
        match look(&metadata) {
            Err(Flaw::UnknownKey) => Ok(look(&*self.newer_than(&metadata).await?)?),
            looked => Ok(looked?),
        }
    }

    async fn newer_than(&self, metadata: &Arc<Metadata>) -> Result<Arc<Metadata>, Failed> {
        let mut asked = self.asked.lock().await;
        if let Some((known, _)) = self.known()
            && !Arc::ptr_eq(&known, metadata)
        {
            return Ok(known);
        }
        if let Some((at, failed)) = &asked.of_its_keys
            && at.elapsed() < BETWEEN
        {
            return failed.clone().map_or_else(|| Ok(metadata.clone()), Err);
        }
        let keys = self.keys(metadata).await;
        asked.of_its_keys = Some((Instant::now(), keys.as_ref().err().cloned()));
        // Kept whatever comes of this token: else one that is made up would use up the one fetch, and a key that
        // is really new would stay unknown.
        Ok(self.keep(Metadata::clone(metadata).set_jwks(keys?)))
    }

    fn known(&self) -> Option<(Arc<Metadata>, Instant)> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self) -> Option<Arc<Metadata>> {
        self.known().filter(|(_, at)| at.elapsed() < METADATA_LIVES).map(|(metadata, _)| metadata)
    }

    fn keep(&self, metadata: Metadata) -> Arc<Metadata> {
        let metadata = Arc::new(metadata);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((metadata.clone(), Instant::now()));
        metadata
    }

    async fn discover(&self) -> Result<Metadata, Failed> {
        let address = format!("{}/.well-known/openid-configuration", self.discovery);
        let text = self.http.get(&address).await?;
        let metadata: Metadata = serde_json::from_slice(&text)
            .map_err(|error| Failed::Unreachable(format!("{address} is no description of a provider: {error}")))?;
        if metadata.issuer().as_str() != self.issuer {
            let (is, want) = (metadata.issuer().as_str(), &self.issuer);
            return Err(Failed::Untrue(format!("it calls itself {is}, and configured is {want}")));
        }
        let keys = self.keys(&metadata).await?;
        Ok(metadata.set_jwks(keys))
    }

    async fn keys(&self, metadata: &Metadata) -> Result<JsonWebKeySet<CoreJsonWebKey>, Failed> {
        JsonWebKeySet::fetch_async(metadata.jwks_uri(), &self.http)
            .await
            .map_err(|error| Failed::Unreachable(format!("its keys: {error}")))
    }
}
