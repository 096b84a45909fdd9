//! Sessions: who a cookie stands for, for how long, and whether the provider still vouches for them.

mod limits;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use teal_app::desk::{Identity, Outage};
use teal_domain::{Actor, Millis, Subject, Timestamp};
use tokio::time::timeout;
use tracing::Instrument as _;

use super::{
    bearer::Bearer,
    oidc::{Failed, Oidc, Vouched},
    roles,
};
use crate::{
    engine::clock::Clock,
    hex,
    store::{
        Store, StoreError,
        sessions::{Attempt, Session},
    },
};

pub use self::limits::Limits;

/// How long what the store said of a session is believed. One that is ended here is forgotten at once.
const BELIEVED: Millis = Millis::from_secs(1);
/// A session's last use is noted to the minute.
const NOTED: Millis = Millis::from_secs(60);
/// How long whoever was in a moment ago is kept waiting for the store. It may be there and yet hang.
const HASTE: Duration = Duration::from_millis(300);
/// Between two times that the provider is asked about one session while it does not answer: nobody waits for it
/// at each click.
const BETWEEN: Millis = Millis::from_secs(30);
/// Between two times that old sessions are forgotten: to look through them takes the longer the more there are.
const BETWEEN_SWEEPS: Millis = Millis::from_secs(60);
/// What is remembered is little, however many come.
const MOST: usize = 20_000;

/// What a browser holds: nobody can guess it, and the store never sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    fn new(clock: &dyn Clock) -> Self {
        Self(hex::encode(&clock.random()))
    }

    /// What a cookie holds, if it can be one.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// For the cookie.
    pub fn text(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> String {
        hash(&self.0)
    }

    fn key(&self) -> LessSafeKey {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(b"teal refresh token");
        let key = UnboundKey::new(&AES_256_GCM, &mac.finalize().into_bytes()).expect("32 bytes are a key");
        LessSafeKey::new(key)
    }

    fn seal(&self, token: &str, clock: &dyn Clock) -> String {
        let nonce: [u8; NONCE_LEN] = clock.random()[..NONCE_LEN].try_into().expect("32 bytes hold 12");
        let mut text = token.as_bytes().to_vec();
        let sealed = self.key().seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text);
        sealed.map(|()| format!("{}{}", hex::encode(&nonce), hex::encode(&text))).unwrap_or_default()
    }

    fn open(&self, sealed: &str) -> Option<String> {
        let mut bytes = hex::decode(sealed)?;
        if bytes.len() < NONCE_LEN {
            return None;
        }
        let mut text = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
        let open = self.key().open_in_place(nonce, Aad::empty(), &mut text).ok()?;
        String::from_utf8(open.to_vec()).ok()
    }
}

/// Whose doing a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Somebody's own: their session is in use.
    Person,
    /// Somebody's own who wants to switch: whether the provider is away matters now, not at the next time that it is
    /// asked anyway.
    Switch,
    /// That of a page which was left open and follows by itself: no sign that anybody is there.
    Page,
}

/// Somebody who came in by a cookie.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who they are here.
    pub who: Identity,
    /// Their session.
    pub session: Session,
}

/// All sessions.
#[derive(Debug)]
pub struct Sessions {
    /// The provider.
    pub oidc: Oidc,
    /// The door for scripts beside them.
    pub bearer: Bearer,
    store: Store,
    clock: Arc<dyn Clock>,
    believed: Mutex<HashMap<String, (Session, Timestamp)>>,
    asked: Mutex<HashMap<String, Timestamp>>,
    swept: Mutex<Option<Timestamp>>,
}

/// Why nobody came in.
#[derive(Debug, thiserror::Error)]
pub enum NotIn {
    /// The way back does not belong to a way there, in this browser.
    #[error("This way back from sign-in was used before, took too long, or began in another browser. Sign in again.")]
    NoAttempt,
    /// The provider.
    #[error(transparent)]
    Provider(#[from] Failed),
    /// The store.
    #[error("The store does not answer, so nobody can be signed in: {0}")]
    Store(#[from] StoreError),
}

impl Sessions {
    /// Over a provider and a store.
    pub fn new(oidc: Oidc, store: Store, clock: Arc<dyn Clock>) -> Self {
        let (scripts, step_up) = (oidc.config().scripts.clone(), oidc.config().limits.step_up);
        let bearer = Bearer::new(oidc.provider().clone(), scripts, step_up, clock.clone());
        Self {
            oidc,
            bearer,
            store,
            clock,
            believed: Mutex::default(),
            asked: Mutex::default(),
            swept: Mutex::default(),
        }
    }

    fn limits(&self) -> Limits {
        self.oidc.config().limits
    }

    /// Sends a browser on its way. `browser` is what it holds from an earlier way that is not over.
    pub async fn depart(&self, browser: Option<Secret>, next: String, anew: bool) -> Result<(Secret, String), NotIn> {
        let departure = self.oidc.depart(anew).await?;
        let browser = browser.unwrap_or_else(|| Secret::new(&*self.clock));
        let attempt = Attempt {
            state: hash(&departure.state),
            browser: browser.hash(),
            nonce: departure.nonce,
            verifier: departure.verifier,
            next,
            at: self.clock.now(),
        };
        self.store.begin_attempt(&attempt).await?;
        Ok((browser, departure.address))
    }

    /// It is back: takes the attempt, whatever came of it.
    pub async fn back(&self, browser: Option<&Secret>, state: &str) -> Result<Attempt, NotIn> {
        let browser = browser.ok_or(NotIn::NoAttempt)?;
        let attempt = self.store.take_attempt(&hash(state), &browser.hash(), self.clock.now()).await?;
        attempt.ok_or(NotIn::NoAttempt)
    }

    /// Begins a session with the code that came back. The one before, if any, ends: its id is never used on.
    pub async fn arrive(&self, attempt: Attempt, code: String, before: Option<&Secret>) -> Result<Secret, NotIn> {
        let vouched = self.oidc.arrive(code, &attempt.nonce, attempt.verifier).await?;
        if let Some(before) = before {
            self.end(before).await?;
        }
        let (secret, now) = (Secret::new(&*self.clock), self.clock.now());
        let session = Session {
            id: secret.hash(),
            handle: hex::encode(&self.clock.random()[..8]),
            issuer: vouched.issuer,
            subject: vouched.subject,
            name: vouched.name,
            groups: vouched.groups,
            authenticated_at: vouched.authenticated_at,
            created_at: now,
            seen_at: now,
            vouched_at: now,
            away_since: None,
            refresh: vouched.refresh.map(|token| secret.seal(&token, &*self.clock)),
        };
        self.store.begin_session(&session).await?;
        tracing::info!(target: "teal::signed_in", who = %session.name, issuer = %session.issuer, subject = %session.subject, session = %session.handle, "signed in");
        if self.is_time_to_sweep(now) {
            let limits = self.limits();
            let before = |span: Millis| Timestamp(now.0.saturating_sub(span.as_i64()));
            self.store.sweep_sessions(before(limits.idle), before(limits.lasts), now).await?;
        }
        Ok(secret)
    }

    fn is_time_to_sweep(&self, now: Timestamp) -> bool {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = swept.is_some_and(|at| (0..BETWEEN_SWEEPS.as_i64()).contains(&(now.0 - at.0)));
        if !lately {
            *swept = Some(now);
        }
        !lately
    }

    /// Who a cookie stands for, if for anybody.
    pub async fn known(self: &Arc<Self>, secret: &Secret, doing: Doing) -> Result<Option<Known>, StoreError> {
        let (id, now, limits) = (secret.hash(), self.clock.now(), self.limits());
        let Some(mut session) = self.read(&id, now).await? else { return Ok(None) };
        let over = |since: Timestamp, span: Millis| now.0 - since.0 > span.as_i64();
        if over(session.seen_at, limits.idle) || over(session.created_at, limits.lasts) {
            self.end(secret).await?;
            return Ok(None);
        }
        // A clock that was set back is no reason not to ask.
        let must_prove = limits.step_up.is_some_and(|span| over(session.authenticated_at, span));
        let matters = doing == Doing::Switch && must_prove && over(session.vouched_at, BETWEEN);
        let due = matters || over(session.vouched_at, limits.refresh) || session.vouched_at > now;
        if due && self.is_first_to_ask(&id, now) {
            // In a task of its own: whoever breaks off the request must not keep the answer from being heard.
            let (sessions, secret) = (self.clone(), secret.clone());
            let asked = async move { sessions.ask_again(&secret, session, now).await };
            let asked = tokio::spawn(asked.in_current_span());
            match asked.await.map_err(|error| StoreError::Away(error.to_string()))?? {
                Some(vouched) => session = vouched,
                None => return Ok(None),
            }
        }
        if doing != Doing::Page && over(session.seen_at, NOTED) {
            session.seen_at = now;
            // Not to be noted is no reason to be sent away: the store may be what is broken.
            if let Err(error) = hasty(self.store.session_seen(&id, now)).await {
                tracing::warn!(%error, "the use of a session was not noted");
            }
            self.believe(&session, now);
        }
        let grants = roles::granted(&self.oidc.config().roles, &session.groups);
        let who = Identity {
            actor: Actor::page(session.name.clone()).known_as(Subject::new(&session.issuer, &session.subject)),
            grants,
            signed_in: true,
            fresh_until: limits.step_up.map(|span| session.authenticated_at + span),
            in_outage: session.away_since.map_or(Outage::None, |_| self.oidc.config().in_outage),
            ending: limits.ending(&session, now),
            people: Vec::new(),
        };
        Ok(Some(Known { who, session }))
    }

    /// Ends the session of a cookie.
    pub async fn end(&self, secret: &Secret) -> Result<(), StoreError> {
        let id = secret.hash();
        self.believed.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        self.store.end_session(&id).await
    }

    /// All of them, or one person's.
    pub async fn list(&self, of: Option<&Session>) -> Result<Vec<Session>, StoreError> {
        let (now, limits) = (self.clock.now(), self.limits());
        let mut listed = self.store.sessions(of.map(|session| (&*session.issuer, &*session.subject))).await?;
        let over = |since: Timestamp, span: Millis| now.0 - since.0 > span.as_i64();
        listed.retain(|session| !over(session.seen_at, limits.idle) && !over(session.created_at, limits.lasts));
        Ok(listed)
    }

    /// The one that is listed under a handle.
    pub async fn listed(&self, handle: &str) -> Result<Option<Session>, StoreError> {
        self.store.listed_session(handle).await
    }

    /// Ends one that was listed.
    pub async fn end_listed(&self, session: &Session) -> Result<(), StoreError> {
        self.believed.lock().unwrap_or_else(PoisonError::into_inner).remove(&session.id);
        self.store.end_session(&session.id).await
    }

    async fn read(&self, id: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((session, _)) = believed.as_ref().filter(|(_, at)| (0..BELIEVED.as_i64()).contains(&(now.0 - at.0)))
        {
            return Ok(Some(session.clone()));
        }
        let asked = self.store.session(id);
        let answer = if believed.is_some() { hasty(asked).await } else { asked.await };
        match answer {
            Ok(Some(session)) => {
                self.believe(&session, now);
                Ok(Some(session))
            }
            Ok(None) => {
                self.believed.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
                Ok(None)
            }
            // While the store is away the pages go on for whoever was in: they tell what still works.
            Err(error) => believed.map(|(session, _)| Some(session)).ok_or(error),
        }
    }

    fn believe(&self, session: &Session, now: Timestamp) {
        let mut believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner);
        if believed.len() >= MOST {
            believed.clear();
        }
        believed.insert(session.id.clone(), (session.clone(), now));
    }

    /// Whether nobody has asked about it a moment ago: the requests of one page come together.
    fn is_first_to_ask(&self, id: &str, now: Timestamp) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= MOST {
            asked.clear();
        }
        let lately = asked.get(id).is_some_and(|at| (0..BETWEEN.as_i64()).contains(&(now.0 - at.0)));
        if !lately {
            asked.insert(id.to_owned(), now);
        }
        !lately
    }

    /// Asks the provider again. `None`: it no longer vouches for them, or could not be asked for too long.
    async fn ask_again(
        &self,
        secret: &Secret,
        mut session: Session,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let token = session.refresh.as_deref().and_then(|sealed| secret.open(sealed));
        let answer = match token {
            Some(token) => self.oidc.refresh(&token).await,
            None => Err(Failed::Refused("there is no token to ask with".into())),
        };
        let kept = match answer {
            Ok(Vouched { issuer, subject, name, groups, refresh, .. })
                if issuer == session.issuer && subject == session.subject =>
            {
                session.refresh = refresh.map(|token| secret.seal(&token, &*self.clock));
                (session.name, session.groups, session.vouched_at, session.away_since) = (name, groups, now, None);
                Some(session.clone())
            }
            Err(Failed::Unreachable(why)) => {
                let since = *session.away_since.get_or_insert(now);
                tracing::warn!(target: "teal::signed_in", who = %session.name, %why, "the provider cannot be asked");
                (now.0 - since.0 <= self.limits().outage.as_i64()).then(|| session.clone())
            }
            refused => {
                tracing::warn!(target: "teal::signed_in", who = %session.name, ?refused, "no longer vouched for");
                None
            }
        };
        let written = match &kept {
            Some(session) => {
                self.believe(session, now);
                self.store.session_vouched(session).await
            }
            None => self.end(secret).await,
        };
        written.map(|()| kept)
    }
}

/// Waits for the store no longer than somebody is kept waiting.
async fn hasty<T>(asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(HASTE, asked).await.unwrap_or_else(|_| Err(StoreError::Away("the store did not answer in time".into())))
}

fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock::System;

    #[test]
    fn row_18_what_the_store_keeps_lets_nobody_in_and_opens_nothing() {
        let clock = System::default();
        let secret = Secret::new(&clock);
        assert_eq!(secret.text().len(), 64, "256 bits");
        assert_ne!(secret.hash(), secret.text());
        let sealed = secret.seal("a refresh token", &clock);
        assert!(!sealed.contains(&hex::encode(b"a refresh token")));
        assert_eq!(secret.open(&sealed).as_deref(), Some("a refresh token"));
        assert_eq!(Secret::new(&clock).open(&sealed), None, "another browser's secret opens nothing");
        let mut edited = sealed.clone();
        edited.replace_range(30..32, if &sealed[30..32] == "00" { "01" } else { "00" });
        assert_eq!(secret.open(&edited), None);
        for wrong in ["", "zz", "00"] {
            assert_eq!(secret.open(wrong), None);
            assert_eq!(Secret::parse(wrong), None);
        }
    }
}
