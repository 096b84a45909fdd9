//! OpenID Connect: the authorization code flow with PKCE, on the server's side. Tokens never reach the browser.

mod claims;
mod http;
mod kinds;
mod leaving;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, JsonWebKeySet, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    SubjectIdentifier, TokenResponse as _,
    core::{CoreAuthPrompt, CoreClientAuthMethod, CoreJsonWebKey, CoreJwsSigningAlgorithm, CoreResponseType},
};
use teal_domain::Timestamp;

use self::{
    claims::Said,
    http::Http,
    kinds::{Metadata, Party, Refusal, Token, Tokens},
};
use super::plain;
use crate::config::{OidcConfig, Prompt};

/// How long what the provider says about itself is believed.
const METADATA_LIVES: Duration = Duration::from_hours(1);
/// Between two fetches of its keys because of a key that is not known.
const BETWEEN_FETCHES: Duration = Duration::from_secs(30);
/// How far its clock may be off.
const SKEW: i64 = 60;
/// The longest time between two tries to learn about a provider that does not answer.
const BETWEEN_TRIES: Duration = Duration::from_mins(1);

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

/// What a token that holds says.
struct Checked {
    issuer: String,
    subject: SubjectIdentifier,
    authenticated_at: Timestamp,
    said: Said,
}

/// The provider, and what Teal is to it.
#[derive(Debug)]
pub struct Oidc {
    config: OidcConfig,
    http: Http,
    known: tokio::sync::RwLock<Option<(Arc<Metadata>, Instant)>>,
    fetched_keys: Mutex<Option<Instant>>,
}

impl Oidc {
    /// Nothing is asked yet.
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

    /// Learns about the provider before anybody needs it. Pages say where their forms may lead, and after a restart
    /// somebody may sign out before anybody signs in.
    pub async fn learn(&self) {
        let mut wait = Duration::from_secs(1);
        while let Err(error) = self.metadata().await {
            tracing::warn!(target: "teal::signed_in", %error, "the provider is not known yet");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(BETWEEN_TRIES);
        }
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
        let configured = self.config.prompt.map(|prompt| match prompt {
            Prompt::Login => CoreAuthPrompt::Login,
            Prompt::Consent => CoreAuthPrompt::Consent,
            Prompt::SelectAccount => CoreAuthPrompt::SelectAccount,
        });
        let again = anew.then_some(CoreAuthPrompt::Login).filter(|_| configured != Some(CoreAuthPrompt::Login));
        for prompt in again.into_iter().chain(configured) {
            request = request.add_prompt(prompt);
        }
        // Whoever asks for an age is told when somebody proved who they are; Cognito says it unasked.
        if self.config.limits.step_up.is_some() && !self.config.is_cognito() {
            request = request.set_max_age(Duration::from_millis(self.config.limits.lasts.0));
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
        let vouched = self.vouched(&tokens, Some(nonce)).await?;
        if vouched.refresh.is_none() {
            // Mended by configuration, so whoever reads the log is told how.
            tracing::warn!(
                target: "teal::signed_in",
                "the provider gave no refresh token, so this session ends after sign_in.refresh: see its settings, \
                 or ask for it with `offline_access` in sign_in.scopes and sign_in.prompt = \"consent\""
            );
        }
        Ok(vouched)
    }

    /// Asks again whether somebody is still welcome, and in which groups.
    pub async fn refresh(&self, token: &str) -> Result<Vouched, Failed> {
        let party = self.party(&*self.metadata().await?)?;
        let token = RefreshToken::new(token.to_owned());
        let request = party.exchange_refresh_token(&token).map_err(|error| Failed::Untrue(error.to_string()))?;
        let tokens = request.request_async(&self.http).await.map_err(failed)?;
        // A refresh need not bring a new ID token.
        let mut vouched = match tokens.id_token() {
            Some(_) => self.vouched(&tokens, None).await?,
            None => self.vouched_at_userinfo(&tokens).await?,
        };
        vouched.refresh = vouched.refresh.or_else(|| Some(token.secret().clone()));
        Ok(vouched)
    }

    async fn vouched(&self, tokens: &Tokens, nonce: Option<&str>) -> Result<Vouched, Failed> {
        let token = tokens.id_token().ok_or_else(|| Failed::Untrue("it sent no ID token".into()))?;
        let metadata = self.metadata().await?;
        match self.checked(&metadata, token, nonce) {
            Ok(checked) => self.vouch(&metadata, tokens, checked).await,
            // It may have new keys; whoever makes tokens up does not get to have them fetched each time.
            Err(untrue) if self.may_fetch_keys() => {
                let keys = self.keys(&metadata).await?;
                let metadata = Metadata::clone(&metadata).set_jwks(keys);
                let checked = self.checked(&metadata, token, nonce).map_err(|_| untrue)?;
                let vouched = self.vouch(&metadata, tokens, checked).await?;
                *self.known.write().await = Some((Arc::new(metadata), Instant::now()));
                Ok(vouched)
            }
            Err(untrue) => Err(untrue),
        }
    }

    async fn vouch(&self, metadata: &Metadata, tokens: &Tokens, checked: Checked) -> Result<Vouched, Failed> {
        let Checked { issuer, subject, authenticated_at, said } = checked;
        let said = self.complete(metadata, tokens, &subject, said).await?;
        Ok(Vouched {
            name: plain(said.name.as_deref().unwrap_or(&subject)),
            groups: said.groups.unwrap_or_default(),
            subject: subject.to_string(),
            refresh: tokens.refresh_token().map(|token| token.secret().clone()),
            issuer,
            authenticated_at,
        })
    }

    /// Checks a token: signature, issuer, audience, nonce, times, and what it is for.
    fn checked(&self, metadata: &Metadata, token: &Token, nonce: Option<&str>) -> Result<Checked, Failed> {
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
        // A step-up believes only a provider that says when: the browser could have left the asking anew out.
        if claims.auth_time().is_none() && nonce.is_some() && self.config.limits.step_up.is_some() {
            return Err(untrue(
                "it does not say when they proved who they are (auth_time), and step_up needs it".into(),
            ));
        }
        let authenticated = claims.auth_time().unwrap_or_else(|| claims.issue_time()).timestamp();
        Ok(Checked {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().clone(),
            authenticated_at: Timestamp(authenticated * 1000),
            said: Said::in_token(&self.config, claims),
        })
    }

    fn party(&self, metadata: &Metadata) -> Result<Party, Failed> {
        let back = RedirectUrl::new(format!("{}/sign-in/back", self.config.public_url))
            .map_err(|error| Failed::Untrue(error.to_string()))?;
        let secret = self.config.client_secret.as_ref().map(|secret| ClientSecret::new(secret.0.clone()));
        let party: Party =
            Client::from_provider_metadata(metadata.clone(), ClientId::new(self.config.client_id.clone()), secret)
                .set_redirect_uri(back);
        let methods = metadata.token_endpoint_auth_methods_supported();
        // Who does not say how it wants the secret wants it in the header.
        let in_header = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        Ok(if in_header { party } else { party.set_auth_type(AuthType::RequestBody) })
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, Failed> {
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

    async fn discover(&self) -> Result<Metadata, Failed> {
        let address = format!("{}/.well-known/openid-configuration", self.config.discovery.trim_end_matches('/'));
        let text = self.http.get(&address).await?;
        let metadata: Metadata = serde_json::from_slice(&text)
            .map_err(|error| Failed::Unreachable(format!("{address} is no description of a provider: {error}")))?;
        if metadata.issuer().as_str() != self.config.issuer {
            let (is, want) = (metadata.issuer().as_str(), &self.config.issuer);
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
