//! OpenID Connect: the authorization code flow with PKCE, on the server's side. Tokens never reach the browser.

mod http;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use openidconnect::{
    AdditionalClaims, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, JsonWebKeySet, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use teal_domain::Timestamp;

use self::http::Http;
use super::plain;
use crate::config::OidcConfig;

/// How long what the provider says about itself is believed.
const METADATA_LIVES: Duration = Duration::from_hours(1);
/// Between two fetches of its keys because of a key that is not known.
const BETWEEN_FETCHES: Duration = Duration::from_secs(30);
/// How far its clock may be off.
const SKEW: i64 = 60;

/// The claims beside the standard ones: which of them matter is configured.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Further(BTreeMap<String, serde_json::Value>);

impl AdditionalClaims for Further {}

type Fields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Refusal = StandardErrorResponse<CoreErrorResponseType>;
type Party = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    Refusal,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why nobody was signed in.
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

/// Somebody, as the provider vouches for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// Who says so.
    pub issuer: String,
    /// Whom it means: never the address of a mailbox, which changes hands.
    pub subject: String,
    /// What the journal calls them.
    pub name: String,
    /// Their groups there.
    pub groups: Vec<String>,
    /// When they last proved who they are.
    pub authenticated_at: Timestamp,
    /// The token to ask again with.
    pub refresh: Option<String>,
}

/// One way to the provider and back.
#[derive(Debug)]
pub struct Departure {
    /// Where the browser goes.
    pub address: String,
    /// Comes back with it.
    pub state: String,
    /// Comes back inside the token.
    pub nonce: String,
    /// Proves that whoever fetches the tokens is who set out.
    pub verifier: String,
}

/// The provider, and what Teal is to it.
#[derive(Debug)]
pub struct Oidc {
    config: OidcConfig,
    http: Http,
    known: tokio::sync::RwLock<Option<(Arc<CoreProviderMetadata>, Instant)>>,
    fetched_keys: Mutex<Option<Instant>>,
}

impl Oidc {
    /// Nothing is asked before somebody signs in.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(config: OidcConfig) -> Result<Self, String> {
        let http = Http::new()?;
        Ok(Self { config, http, known: tokio::sync::RwLock::default(), fetched_keys: Mutex::default() })
    }

    /// What was configured.
    pub const fn config(&self) -> &OidcConfig {
        &self.config
    }

    /// Where the browser goes to sign in; `anew`: even if the provider still knows it.
    pub async fn depart(&self, anew: bool) -> Result<Departure, Failed> {
        let party = self.party(&*self.metadata().await?)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = party
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.config.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        if anew {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        let (address, state, nonce) = request.url();
        Ok(Departure {
            address: address.to_string(),
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// The browser is back with a code.
    pub async fn arrive(&self, code: String, nonce: &str, verifier: String) -> Result<Vouched, Failed> {
        let party = self.party(&*self.metadata().await?)?;
        let request = party
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Failed::Untrue(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let tokens = request.request_async(&self.http).await.map_err(failed)?;
        self.vouched(&tokens, Some(nonce)).await
    }

    /// Asks again whether somebody is still welcome, and in which groups.
    pub async fn refresh(&self, token: &str) -> Result<Vouched, Failed> {
        let party = self.party(&*self.metadata().await?)?;
        let token = RefreshToken::new(token.to_owned());
        let request = party.exchange_refresh_token(&token).map_err(|error| Failed::Untrue(error.to_string()))?;
        let tokens = request.request_async(&self.http).await.map_err(failed)?;
        let mut vouched = self.vouched(&tokens, None).await?;
        vouched.refresh = vouched.refresh.or_else(|| Some(token.secret().clone()));
        Ok(vouched)
    }

    /// Where the browser goes to be forgotten by the provider too.
    pub async fn forget(&self) -> Option<String> {
        let known = self.known.read().await.clone();
        let authorize = known.as_ref().map(|(metadata, _)| metadata.authorization_endpoint().url().clone())?;
        let mut address = match &self.config.logout {
            Some(address) => address.parse().ok()?,
            // Cognito's is where its pages are.
            None if self.config.is_cognito() => authorize.join("/logout").ok()?,
            None => return None,
        };
        let back = format!("{}/signed-out", self.config.public_url);
        let name = if self.config.is_cognito() { "logout_uri" } else { "post_logout_redirect_uri" };
        address.query_pairs_mut().append_pair("client_id", &self.config.client_id).append_pair(name, &back);
        Some(address.to_string())
    }

    /// Where the provider's pages are, once it was asked.
    pub fn origin(&self) -> Option<String> {
        let known = self.known.try_read().ok()?;
        let (metadata, _) = known.as_ref()?;
        Some(metadata.authorization_endpoint().url().origin().ascii_serialization())
    }

    async fn vouched(&self, tokens: &Tokens, nonce: Option<&str>) -> Result<Vouched, Failed> {
        let token = tokens.id_token().ok_or_else(|| Failed::Untrue("it sent no ID token".into()))?;
        let refresh = tokens.refresh_token().map(|token| token.secret().clone());
        let metadata = self.metadata().await?;
        match self.claims(&metadata, token, nonce) {
            Ok(vouched) => Ok(Vouched { refresh, ..vouched }),
            // It may have new keys; whoever makes tokens up does not get to have them fetched each time.
            Err(untrue) if self.may_fetch_keys() => {
                let keys = self.keys(&metadata).await?;
                let metadata = CoreProviderMetadata::clone(&metadata).set_jwks(keys);
                let vouched = self.claims(&metadata, token, nonce).map_err(|_| untrue)?;
                *self.known.write().await = Some((Arc::new(metadata), Instant::now()));
                Ok(Vouched { refresh, ..vouched })
            }
            Err(untrue) => Err(untrue),
        }
    }

    /// Checks a token: signature, issuer, audience, nonce, times, and what it is for.
    fn claims(
        &self,
        metadata: &CoreProviderMetadata,
        token: &openidconnect::IdToken<
            Further,
            CoreGenderClaim,
            CoreJweContentEncryptionAlgorithm,
            CoreJwsSigningAlgorithm,
        >,
        nonce: Option<&str>,
    ) -> Result<Vouched, Failed> {
        use CoreJwsSigningAlgorithm as Alg;
        let untrue = |what: String| Failed::Untrue(what);
        let party = self.party(metadata)?;
        let verifier = party
            .id_token_verifier()
            // Whatever the provider claims to support: never `none`, never a shared secret.
            .set_allowed_algs([
                Alg::RsaSsaPkcs1V15Sha256,
                Alg::RsaSsaPkcs1V15Sha384,
                Alg::RsaSsaPkcs1V15Sha512,
                Alg::RsaSsaPssSha256,
                Alg::EcdsaP256Sha256,
                Alg::EcdsaP384Sha384,
            ]);
        let same_nonce = |sent: Option<&Nonce>| match (nonce, sent) {
            // A refreshed token need not carry one.
            (None, _) => Ok(()),
            (Some(ours), Some(sent)) if sent.secret() == ours => Ok(()),
            _ => Err("the nonce is not ours".to_owned()),
        };
        let claims = token.claims(&verifier, same_nonce).map_err(|error| untrue(error.to_string()))?;
        let further = &claims.additional_claims().0;
        let text = |name: &str| further.get(name).and_then(serde_json::Value::as_str);
        match text("token_use") {
            Some("id") => {}
            None if !self.config.is_cognito() => {}
            other => {
                return Err(untrue(format!("it is a token for `{}`, not for signing in", other.unwrap_or("nothing"))));
            }
        }
        let now = jiff::Timestamp::now().as_second();
        if further.get("nbf").and_then(serde_json::Value::as_i64).is_some_and(|from| from > now + SKEW) {
            return Err(untrue("it is not good yet".into()));
        }
        if claims.issue_time().timestamp() > now + SKEW {
            return Err(untrue("it was made in the future".into()));
        }
        let groups = match further.get(&self.config.groups_claim) {
            Some(serde_json::Value::Array(groups)) => {
                groups.iter().filter_map(serde_json::Value::as_str).map(str::to_owned).collect()
            }
            Some(serde_json::Value::String(groups)) => groups.split([',', ' ']).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let name = match &*self.config.name_claim {
            "email" => claims.email().filter(|_| claims.email_verified() == Some(true)).map(|email| email.as_str()),
            "preferred_username" => claims.preferred_username().map(|name| name.as_str()),
            other => text(other),
        };
        let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| claims.subject().as_str());
        // A provider that does not say when is believed to have asked just now, unless it was asked again.
        let authenticated = claims.auth_time().unwrap_or_else(|| claims.issue_time()).timestamp();
        Ok(Vouched {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            name: plain(name),
            groups,
            authenticated_at: Timestamp(authenticated * 1000),
            refresh: None,
        })
    }

    fn party(&self, metadata: &CoreProviderMetadata) -> Result<Party, Failed> {
        let back = RedirectUrl::new(format!("{}/sign-in/back", self.config.public_url))
            .map_err(|error| Failed::Untrue(error.to_string()))?;
        let secret = self.config.client_secret.as_ref().map(|secret| ClientSecret::new(secret.0.clone()));
        let party: Party =
            Client::from_provider_metadata(metadata.clone(), ClientId::new(self.config.client_id.clone()), secret)
                .set_redirect_uri(back);
        Ok(party)
    }

    async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, Failed> {
        let known = self.known.read().await.clone();
        if let Some((metadata, at)) = &known
            && at.elapsed() < METADATA_LIVES
        {
            return Ok(metadata.clone());
        }
        match self.discover().await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *self.known.write().await = Some((metadata.clone(), Instant::now()));
                Ok(metadata)
            }
            // What it said an hour ago is better than nothing.
            Err(error) => known.map(|(metadata, _)| metadata).ok_or(error),
        }
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, Failed> {
        let address = format!("{}/.well-known/openid-configuration", self.config.discovery.trim_end_matches('/'));
        let text = self.http.get(&address).await?;
        let metadata: CoreProviderMetadata = serde_json::from_slice(&text)
            .map_err(|error| Failed::Unreachable(format!("{address} is no description of a provider: {error}")))?;
        if metadata.issuer().as_str() != self.config.issuer {
            let (is, want) = (metadata.issuer().as_str(), &self.config.issuer);
            return Err(Failed::Untrue(format!("it calls itself {is}, and configured is {want}")));
        }
        let keys = self.keys(&metadata).await?;
        Ok(metadata.set_jwks(keys))
    }

    async fn keys(&self, metadata: &CoreProviderMetadata) -> Result<JsonWebKeySet<CoreJsonWebKey>, Failed> {
        JsonWebKeySet::fetch_async(metadata.jwks_uri(), &self.http)
            .await
            .map_err(|error| Failed::Unreachable(format!("its keys: {error}")))
    }

    fn may_fetch_keys(&self) -> bool {
        let mut last = self.fetched_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let may = last.is_none_or(|at| at.elapsed() > BETWEEN_FETCHES);
        if may {
            *last = Some(Instant::now());
        }
        may
    }
}

fn failed(error: RequestTokenError<Failed, Refusal>) -> Failed {
    match error {
        RequestTokenError::ServerResponse(refusal) => Failed::Refused(refusal.to_string()),
        RequestTokenError::Request(failed) => failed,
        RequestTokenError::Parse(error, _) => Failed::Unreachable(format!("its answer cannot be read: {error}")),
        RequestTokenError::Other(why) => Failed::Unreachable(why),
    }
}
