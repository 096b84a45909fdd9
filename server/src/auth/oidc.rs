//! OpenID Connect: the authorization code flow with PKCE, on the server's side. Tokens never reach the browser.

use std::{collections::BTreeMap, sync::Arc};

use openidconnect::{
    AdditionalClaims, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use teal_domain::Timestamp;

pub use super::provider::Failed;
use super::{
    plain,
    provider::{ALGORITHMS, Flaw, Metadata, Provider, SKEW},
};
use crate::config::OidcConfig;

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
    provider: Arc<Provider>,
}

impl Oidc {
    /// Nothing is asked before somebody signs in.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(config: OidcConfig) -> Result<Self, String> {
        let provider = Arc::new(Provider::new(&config.issuer, &config.discovery)?);
        Ok(Self { config, provider })
    }

    /// What was configured.
    pub const fn config(&self) -> &OidcConfig {
        &self.config
    }

    /// Who vouches.
    pub const fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// Where the browser goes to sign in; `anew`: even if the provider still knows it.
    pub async fn depart(&self, anew: bool) -> Result<Departure, Failed> {
        let party = self.party(&*self.provider.metadata().await?)?;
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
        let party = self.party(&*self.provider.metadata().await?)?;
        let request = party
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Failed::Untrue(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let tokens = request.request_async(&self.provider.http).await.map_err(failed)?;
        self.vouched(&tokens, Some(nonce)).await
    }

    /// Asks again whether somebody is still welcome, and in which groups.
    pub async fn refresh(&self, token: &str) -> Result<Vouched, Failed> {
        let party = self.party(&*self.provider.metadata().await?)?;
        let token = RefreshToken::new(token.to_owned());
        let request = party.exchange_refresh_token(&token).map_err(|error| Failed::Untrue(error.to_string()))?;
        let tokens = request.request_async(&self.provider.http).await.map_err(failed)?;
        let mut vouched = self.vouched(&tokens, None).await?;
        vouched.refresh = vouched.refresh.or_else(|| Some(token.secret().clone()));
        Ok(vouched)
    }

    /// Where the browser goes to be forgotten by the provider too.
    pub fn forget(&self) -> Option<String> {
        self.provider.way_out(self.config.logout.as_deref(), &self.config.client_id, &self.config.public_url)
    }

    async fn vouched(&self, tokens: &Tokens, nonce: Option<&str>) -> Result<Vouched, Failed> {
        let token = tokens.id_token().ok_or_else(|| Failed::Untrue("it sent no ID token".into()))?;
        let refresh = tokens.refresh_token().map(|token| token.secret().clone());
        let vouched = self.provider.with_keys(|metadata| self.claims(metadata, token, nonce)).await?;
        Ok(Vouched { refresh, ..vouched })
    }

    /// Checks a token: signature, issuer, audience, nonce, times, and what it is for.
    fn claims(
        &self,
        metadata: &Metadata,
        token: &openidconnect::IdToken<
            Further,
            CoreGenderClaim,
            CoreJweContentEncryptionAlgorithm,
            CoreJwsSigningAlgorithm,
        >,
        nonce: Option<&str>,
    ) -> Result<Vouched, Flaw> {
        let untrue = Flaw::Untrue;
        let party = self.party(metadata).map_err(|error| untrue(error.to_string()))?;
        let verifier = party.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let same_nonce = |sent: Option<&Nonce>| match (nonce, sent) {
            // A refreshed token need not carry one.
            (None, _) => Ok(()),
            (Some(ours), Some(sent)) if sent.secret() == ours => Ok(()),
            _ => Err("the nonce is not ours".to_owned()),
        };
        let claims = token.claims(&verifier, same_nonce).map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Flaw::UnknownKey
            }
            error => untrue(error.to_string()),
        })?;
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

    fn party(&self, metadata: &Metadata) -> Result<Party, Failed> {
        let back = RedirectUrl::new(format!("{}/sign-in/back", self.config.public_url))
            .map_err(|error| Failed::Untrue(error.to_string()))?;
        let secret = self.config.client_secret.as_ref().map(|secret| ClientSecret::new(secret.0.clone()));
        let party: Party =
            Client::from_provider_metadata(metadata.clone(), ClientId::new(self.config.client_id.clone()), secret)
                .set_redirect_uri(back);
        Ok(party)
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
