//! The session behind a stream: whether it still is, and what pages that follow rest on.

use std::{sync::Arc, time::Duration};

use axum_extra::extract::CookieJar;
use teal_app::paths::{DENIED, ENDED};
use teal_domain::{Action, On, PairId};
use tokio::time::timeout;

use crate::{
    auth::{
        SignIn,
        sessions::{Doing, Secret, Sessions},
    },
    http::{App, sign_in},
};

/// The identity provider may have to be asked. The pulse does not wait for it: what it says is heard at the next.
const PATIENCE: Duration = Duration::from_millis(500);

/// The session that somebody follows with.
pub(super) struct Watched {
    sessions: Arc<Sessions>,
    secret: Secret,
    told: Option<String>,
}

/// How it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// As it was told before.
    Same,
    /// Otherwise: this is the word.
    Other(String),
    /// Over, with why.
    Over(&'static str),
}

impl Watched {
    /// The one of the cookie, where people sign in with one.
    pub fn new(app: &App, jar: &CookieJar) -> Option<Self> {
        let SignIn::Oidc(sessions) = &app.sign_in else { return None };
        Some(Self { sessions: sessions.clone(), secret: sign_in::session(jar)?, told: None })
    }

    /// Looks at it, which is no use of it.
    pub async fn look(&mut self, pair: &PairId) -> Standing {
        // Where the store or the provider is away nobody is sent out for that.
        let Ok(Ok(known)) = timeout(PATIENCE, self.sessions.known(&self.secret, Doing::Page)).await else {
            return Standing::Same;
        };
        let Some(known) = known else { return Standing::Over(ENDED) };
        if known.who.grants.may(Action::See, On::Pair(pair)).is_err() {
            return Standing::Over(DENIED);
        }
        let standing = known.who.standing(pair);
        if self.told.as_ref() == Some(&standing) {
            return Standing::Same;
        }
        self.told = Some(standing.clone());
        Standing::Other(standing)
    }
}
