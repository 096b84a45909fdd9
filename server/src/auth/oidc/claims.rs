//! Who somebody is, by what the provider says of them: in the ID token, or where that leaves it out, at its
//! userinfo endpoint. A provider that issues access tokens may keep the claims of `profile` and the like for there
//! (OpenID Connect Core 5.4).

use openidconnect::{OAuth2TokenResponse as _, SubjectIdentifier, UserInfoError};
use serde_json::Value;
use teal_domain::Timestamp;

use super::{
    super::{plain, provider::Metadata},
    Failed, Oidc, Vouched,
    kinds::{Further, TokenClaims, Tokens, UserInfo},
};
use crate::config::OidcConfig;

/// What was said of somebody. What was left out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub name: Option<String>,
    pub groups: Option<Vec<String>>,
}

impl Said {
    pub fn in_token(config: &OidcConfig, claims: &TokenClaims) -> Self {
        let standard = Standard {
            email: claims.email().map(|email| email.as_str()),
            verified: claims.email_verified() == Some(true),
            preferred: claims.preferred_username().map(|name| name.as_str()),
        };
        Self::new(config, claims.additional_claims(), &standard)
    }

    fn at_userinfo(config: &OidcConfig, claims: &UserInfo) -> Self {
        let standard = claims.standard_claims();
        let standard = Standard {
            email: standard.email().map(|email| email.as_str()),
            verified: standard.email_verified() == Some(true),
            preferred: standard.preferred_username().map(|name| name.as_str()),
        };
        Self::new(config, claims.additional_claims(), &standard)
    }

    fn new(config: &OidcConfig, Further(further): &Further, standard: &Standard<'_>) -> Self {
        let groups = match further.get(&config.groups_claim) {
            Some(Value::Array(groups)) => {
                Some(groups.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
            }
            Some(Value::String(groups)) => Some(groups.split([',', ' ']).map(str::to_owned).collect()),
            _ => None,
        };
        let name = match &*config.name_claim {
            "email" => standard.email.filter(|_| standard.verified),
            "preferred_username" => standard.preferred,
            other => further.get(other).and_then(Value::as_str),
        };
        let name = name.filter(|name| !name.trim().is_empty()).map(str::to_owned);
        Self { name, groups }
    }

    fn leaves_out(&self) -> bool {
        self.name.is_none() || self.groups.is_none()
    }

    fn or(self, other: Self) -> Self {
        Self { name: self.name.or(other.name), groups: self.groups.or(other.groups) }
    }
}

/// The standard claims that may name somebody.
struct Standard<'a> {
    email: Option<&'a str>,
    verified: bool,
    preferred: Option<&'a str>,
}

impl Oidc {
    /// What the token leaves out is asked for, where the provider has it.
    pub(super) async fn complete(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        subject: &SubjectIdentifier,
        said: Said,
    ) -> Result<Said, Failed> {
        // Cognito leaves the groups out for whoever is in none, and says no more of them elsewhere.
        if !said.leaves_out() || self.config.is_cognito() {
            return Ok(said);
        }
        match self.userinfo(metadata, tokens, Some(subject)).await? {
            Some(claims) => Ok(said.or(Said::at_userinfo(&self.config, &claims))),
            None => Ok(said),
        }
    }

    /// Whom the userinfo endpoint alone vouches for.
    pub(super) async fn vouched_at_userinfo(&self, tokens: &Tokens) -> Result<Vouched, Failed> {
        let metadata = self.provider.metadata().await?;
        let claims = self.userinfo(&metadata, tokens, None).await?;
        let claims = claims.ok_or_else(|| Failed::Untrue("it sent no ID token and has no userinfo endpoint".into()))?;
        let Said { name, groups } = Said::at_userinfo(&self.config, &claims);
        let subject = claims.subject().to_string();
        Ok(Vouched {
            issuer: metadata.issuer().to_string(),
            name: plain(name.as_deref().unwrap_or(&subject)),
            // Not to be told of groups is not the same as to be in none.
            groups: groups
                .ok_or_else(|| Failed::Untrue("it sent no ID token, and its userinfo has no groups".into()))?,
            subject,
            // It does not say, so it vouches for no step-up.
            authenticated_at: Timestamp(0),
            refresh: tokens.refresh_token().map(|token| token.secret().clone()),
        })
    }

    async fn userinfo(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        subject: Option<&SubjectIdentifier>,
    ) -> Result<Option<UserInfo>, Failed> {
        let party = self.party(metadata)?;
        let Ok(request) = party.user_info(tokens.access_token().clone(), subject.cloned()) else { return Ok(None) };
        request.request_async(&self.provider.http).await.map(Some).map_err(failed)
    }
}

fn failed(error: UserInfoError<Failed>) -> Failed {
    match error {
        UserInfoError::Request(failed) => failed,
        UserInfoError::Response(status, ..) if [401, 403].contains(&status.as_u16()) => {
            Failed::Refused(format!("its userinfo endpoint answered HTTP {}", status.as_u16()))
        }
        UserInfoError::ClaimsVerification(error) => Failed::Untrue(format!("its userinfo: {error}")),
        error => Failed::Unreachable(format!("its userinfo cannot be read: {error}")),
    }
}
