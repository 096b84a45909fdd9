//! Sign-in at an Application Load Balancer: it keeps the session and says with each request, signed, who asks.
//!
//! What it sends and how that is checked:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>

mod keys;

use std::sync::Arc;

use serde_json::Value;
use teal_app::desk::{Identity, Outage};
use teal_domain::{Actor, Subject};

use self::keys::Keys;
use super::{
    bearer::Bearer,
    jws::{Fields, Signed},
    plain,
    provider::{Failed, Provider},
    roles,
    tokens::AccessTokens,
};
use crate::{config::AlbConfig, engine::clock::Clock};

/// A load balancer's cookie is cut into so many parts at most.
const SHARDS: usize = 4;

/// The load balancer.
#[derive(Debug)]
pub struct Alb {
    config: AlbConfig,
    keys: Keys,
    provider: Arc<Provider>,
    tokens: Arc<AccessTokens>,
    bearer: Bearer,
    clock: Arc<dyn Clock>,
}

impl Alb {
    /// Nothing is asked before somebody comes.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(config: AlbConfig, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let provider = Arc::new(Provider::new(&config.issuer, &config.discovery)?);
        let tokens = Arc::new(AccessTokens::new(provider.clone(), clock.clone()));
        let bearer = Bearer::over(tokens.clone(), config.scripts.clone(), None);
        let keys = Keys::new(&config.keys)?;
        Ok(Self { config, keys, provider, tokens, bearer, clock })
    }

    /// What was configured.
    pub const fn config(&self) -> &AlbConfig {
        &self.config
    }

    /// Who vouches for those whom the load balancer lets through.
    pub const fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// The door for scripts beside it.
    pub const fn bearer(&self) -> &Bearer {
        &self.bearer
    }

    /// Who asks: by what the load balancer signed, and the provider's access token that it sends along.
    pub async fn known(&self, data: &str, access: Option<&str>) -> Result<Identity, Failed> {
        let signed = Signed::read(data).map_err(Failed::Untrue)?;
        let kid = self.header(&signed).map_err(Failed::Untrue)?;
        if !self.keys.hold(kid, &signed).await? {
            return Err(Failed::Untrue("the load balancer's signature does not hold".into()));
        }
        let claims = &signed.claims;
        let subject = claims.text("sub").filter(|subject| !subject.is_empty());
        let subject = subject.ok_or_else(|| Failed::Untrue("it says of nobody who they are".into()))?;
        let groups = if self.config.groups_are_in_the_access_token() {
            self.groups(subject, access).await?
        } else {
            claims.words(&self.config.groups_claim)
        };
        Ok(Identity {
            actor: Actor::page(self.name(claims).unwrap_or_else(|| plain(subject)))
                .known_as(Subject::new(&self.config.issuer, subject)),
            grants: roles::granted(&self.config.roles, &groups),
            signed_in: true,
            // The load balancer does not say when they proved who they are; config refuses to ask for it.
            fresh_until: None,
            in_outage: Outage::None,
            ending: None,
            people: Vec::new(),
        })
    }

    /// Where the browser goes once the load balancer's cookies are gone.
    pub fn way_out(&self) -> Option<String> {
        self.provider.way_out(&self.config.logout, &self.config.client_id, &self.config.public_url)
    }

    /// Where the pages of whoever vouches are, to which forms of ours lead on.
    pub fn origins(&self) -> Vec<String> {
        self.provider.origins(&self.config.logout)
    }

    /// The names of the load balancer's cookies.
    pub fn cookies(&self) -> impl Iterator<Item = String> {
        let name = &self.config.session_cookie;
        std::iter::once(name.clone()).chain((0..SHARDS).map(move |shard| format!("{name}-{shard}")))
    }

    /// Whether this load balancer signed it, for this client of this provider, and lately. Answers with the key.
    fn header<'s>(&self, signed: &'s Signed<'_>) -> Result<&'s str, String> {
        let (header, now) = (&signed.header, self.clock.now());
        let same = |name: &str, wanted: &str| match header.text(name) {
            Some(said) if said == wanted => Ok(()),
            said => {
                Err(format!("its `{name}` is {} instead of {wanted}", said.map_or_else(|| "missing".into(), plain)))
            }
        };
        same("alg", "ES256")?;
        same("signer", &self.config.alb_arn)?;
        same("client", &self.config.client_id)?;
        same("iss", &self.config.issuer)?;
        if header.moment("exp").is_none_or(|until| now >= until) {
            return Err("it has run out, or does not say when it will".into());
        }
        // It may say the same once more among the claims.
        let claims = &signed.claims;
        if claims.value("iss").is_some_and(|issuer| issuer != self.config.issuer.as_str())
            || claims.value("exp").is_some() && claims.moment("exp").is_none_or(|until| now >= until)
        {
            return Err("its claims say something else than its header".into());
        }
        header.text("kid").ok_or_else(|| "it names no key".into())
    }

    /// Cognito's groups are not among what the load balancer signs, only in the access token.
    async fn groups(&self, subject: &str, access: Option<&str>) -> Result<Vec<String>, Failed> {
        let access = access.ok_or_else(|| Failed::Untrue("it came without an access token".into()))?;
        let access = self.tokens.look_at(access).await?;
        if access.client != self.config.client_id || access.subject != subject {
            return Err(Failed::Untrue("its access token is another client's, or somebody else's".into()));
        }
        Ok(access.claims.words(&self.config.groups_claim))
    }

    fn name(&self, claims: &Fields) -> Option<String> {
        let claim = &*self.config.name_claim;
        // Cognito writes its truths as texts here.
        let verified = || claims.value("email_verified").is_some_and(|value| *value == true || *value == "true");
        let name = claims.value(claim).and_then(Value::as_str).filter(|name| !name.trim().is_empty())?;
        (claim != "email" || verified()).then(|| plain(name))
    }
}
