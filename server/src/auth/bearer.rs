//! Scripts, by the access tokens that the provider gives them (OAuth 2.0 client credentials): `Authorization: Bearer …`.

use std::sync::Arc;

use teal_app::desk::{Identity, Outage};
use teal_domain::{
    Actor, Grants, Millis, Role, Subject,
    access::{Grant, Scope},
};

use super::{
    plain,
    provider::{Failed, Provider},
    tokens::AccessTokens,
};
use crate::engine::clock::Clock;

/// Which scripts may come in. None, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scripts {
    /// What the scopes begin with: `{prefix}/read`, `{prefix}/switch`.
    pub prefix: String,
    /// The scripts.
    pub clients: Vec<ScriptClient>,
}

/// A script, as the provider knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptClient {
    /// Its name at the provider.
    pub client_id: String,
    /// Whom its tokens stand for: itself. A person's token that was made for the same client stands for the person.
    pub subject: String,
    /// What the journal calls it.
    pub name: String,
    /// For which pairs its scopes count.
    pub pairs: Scope,
    /// Who is behind it (holds its secret, starts it), by the names that the journal knows them by. Where that is said it
    /// may ask for approvals, which none of them gives.
    pub people: Vec<String>,
}

/// The door for scripts.
#[derive(Debug)]
pub struct Bearer {
    scripts: Scripts,
    step_up: Option<Millis>,
    tokens: Arc<AccessTokens>,
}

impl Bearer {
    /// Over a provider. `step_up`: how old a token may be to switch; `None`: as old as it gets.
    pub fn new(provider: Arc<Provider>, scripts: Scripts, step_up: Option<Millis>, clock: Arc<dyn Clock>) -> Self {
        Self::over(Arc::new(AccessTokens::new(provider, clock)), scripts, step_up)
    }

    pub(super) const fn over(tokens: Arc<AccessTokens>, scripts: Scripts, step_up: Option<Millis>) -> Self {
        Self { scripts, step_up, tokens }
    }

    /// Whom a token stands for.
    pub async fn known(&self, token: &str) -> Result<Identity, Failed> {
        if self.scripts.clients.is_empty() {
            return Err(Failed::Untrue("no script is configured, so no token is taken".into()));
        }
        let access = self.tokens.look_at(token).await?;
        let script = self.scripts.clients.iter().find(|script| script.client_id == access.client);
        let script =
            script.ok_or_else(|| Failed::Untrue(format!("its client {} is not configured", plain(&access.client))))?;
        if access.subject != script.subject {
            return Err(Failed::Untrue(format!("it stands for {} instead of {}", plain(&access.subject), script.name)));
        }
        Ok(Identity {
            actor: Actor::api(script.name.clone()).known_as(Subject::new(self.tokens.issuer(), &access.subject)),
            grants: self.granted(&access.claims.words("scope"), &script.pairs),
            signed_in: false,
            fresh_until: self.step_up.map(|span| access.issued_at + span),
            in_outage: Outage::None,
            ending: None,
            people: script.people.clone(),
        })
    }

    fn granted(&self, scopes: &[String], pairs: &Scope) -> Grants {
        let has = |action: &str| scopes.contains(&format!("{}/{action}", self.scripts.prefix));
        let roles = match (has("read"), has("switch")) {
            (_, true) => &[Role::Viewer, Role::Operator][..],
            (true, false) => &[Role::Viewer],
            (false, false) => &[],
        };
        roles.iter().map(|role| Grant { role: *role, scope: pairs.clone() }).collect()
    }
}
