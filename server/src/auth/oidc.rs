//! OpenID Connect: the authorization code flow with PKCE, on the server's side. Tokens never reach the browser.

mod claims;
mod kinds;

use std::{sync::Arc, time::Duration};

use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, SignatureVerificationError, SubjectIdentifier, TokenResponse as _,
    core::{CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreResponseType},
};
use teal_domain::Timestamp;

use self::{
    claims::Said,
    kinds::{Party, Refusal, Token, Tokens},
};
pub use super::provider::Failed;
use super::{
    plain,
    provider::{ALGORITHMS, Flaw, Metadata, Provider, SKEW},
};
use crate::config::{OidcConfig, Prompt};

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
        let party = self.party(&*self.provider.metadata().await?)?;
        let request = party
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Failed::Untrue(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let tokens = request.request_async(&self.provider.http).await.map_err(failed)?;
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
        let party = self.party(&*self.provider.metadata().await?)?;
        let token = RefreshToken::new(token.to_owned());
        let request = party.exchange_refresh_token(&token).map_err(|error| Failed::Untrue(error.to_string()))?;
        let tokens = request.request_async(&self.provider.http).await.map_err(failed)?;
        // A refresh need not bring a new ID token.
        let mut vouched = match tokens.id_token() {
            Some(_) => self.vouched(&tokens, None).await?,
            None => self.vouched_at_userinfo(&tokens).await?,
        };
        vouched.refresh = vouched.refresh.or_else(|| Some(token.secret().clone()));
        Ok(vouched)
    }

    /// Where the browser goes to be forgotten by the provider too.
    pub fn forget(&self) -> Option<String> {
        self.provider.way_out(&self.config.logout, &self.config.client_id, &self.config.public_url)
    }

    /// Where the provider's pages are, to which forms of ours lead on.
    pub fn origins(&self) -> Vec<String> {
        self.provider.origins(&self.config.logout)
    }

    async fn vouched(&self, tokens: &Tokens, nonce: Option<&str>) -> Result<Vouched, Failed> {
        let token = tokens.id_token().ok_or_else(|| Failed::Untrue("it sent no ID token".into()))?;
        let checked = self.provider.with_keys(|metadata| self.checked(metadata, token, nonce)).await?;
        let Checked { issuer, subject, authenticated_at, said } = checked;
        let said = self.complete(&*self.provider.metadata().await?, tokens, &subject, said).await?;
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
    fn checked(&self, metadata: &Metadata, token: &Token, nonce: Option<&str>) -> Result<Checked, Flaw> {
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
}

/// Whether a refusal means whoever is asked about, and not Teal's own secret, a moment of too much to do, or a fault.
fn is_about_the_person(error: &CoreErrorResponseType) -> bool {
    match error {
        CoreErrorResponseType::InvalidGrant => true,
        CoreErrorResponseType::Extension(word) => {
            ["access_denied", "login_required", "interaction_required", "consent_required"].contains(&word.as_str())
        }
        _ => false,
    }
}

fn failed(error: RequestTokenError<Failed, Refusal>) -> Failed {
    match error {
        RequestTokenError::ServerResponse(refusal) if is_about_the_person(refusal.error()) => {
            Failed::Refused(refusal.to_string())
        }
        // It is well and says no to Teal, or to everybody: nobody is sent out for that.
        RequestTokenError::ServerResponse(refusal) => Failed::Unreachable(format!("it answers {refusal}")),
        RequestTokenError::Request(failed) => failed,
        RequestTokenError::Parse(error, _) => Failed::Unreachable(format!("its answer cannot be read: {error}")),
        RequestTokenError::Other(why) => Failed::Unreachable(why),
    }
}
