//! The live stream: each newer snapshot of a pair, and in between a pulse that says how fresh it is. It ends with
//! the session that it belongs to, and with the process.

mod session;

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use axum_extra::extract::CookieJar;
use futures::stream;
use teal_domain::{LivePair, PairId, SnapshotId, Via};
use tokio::{sync::watch, time::Instant};

use self::session::{Standing, Watched};
use super::{App, Stopping, doors::Who};
use crate::engine::{Engine, board::Published};

/// Between two pulses; the browser calls the connection lost after three of them.
const PULSE: Duration = Duration::from_secs(2);
/// How long one stream lasts for a token, and for somebody who is signed in without a session of ours: then they come
/// back, and whether they still are is looked at anew.
const LASTS: Duration = Duration::from_secs(240);
/// How soon the browser comes back after a drop.
const COME_BACK: Duration = Duration::from_secs(1);
/// When the process ends, browsers come back one after the other within this much more. By then the page's own
/// watchdog would have tried.
const SPREAD_MS: u64 = 4_000;

/// `/p/{pair}/live`
pub async fn stream(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    jar: CookieJar,
    headers: HeaderMap,
) -> Response {
    let known = pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some());
    let Some(pair) = known else { return StatusCode::NOT_FOUND.into_response() };
    // After a drop the browser says what it saw last; what it has need not be sent again.
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let watched = Watched::new(&app, &jar);
    let state = Follower {
        published: app.engine.board.subscribe(),
        engine: app.engine.clone(),
        pair,
        seen,
        greeted: false,
        pulse_at: Instant::now(),
        until: (who.actor.via == Via::Api || who.signed_in && watched.is_none()).then(|| Instant::now() + LASTS),
        watched,
        stopping: app.stopping.clone(),
        over: false,
    };
    let events = stream::unfold(state, |mut state| async move {
        state.next().await.map(|event| (Ok::<_, Infallible>(event), state))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    // Proxies that buffer would hold the stream back.
    response.headers_mut().insert("x-accel-buffering", header::HeaderValue::from_static("no"));
    response
}

struct Follower {
    published: watch::Receiver<Arc<Published>>,
    engine: Arc<Engine>,
    pair: PairId,
    seen: Option<SnapshotId>,
    greeted: bool,
    pulse_at: Instant,
    until: Option<Instant>,
    watched: Option<Watched>,
    stopping: Stopping,
    /// The last event was sent.
    over: bool,
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            self.pulse_at = Instant::now() + PULSE;
            let event = self.greeting().or_else(|| self.pulse())?;
            return Some(event.retry(COME_BACK));
        }
        if self.over || self.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        loop {
            tokio::select! {
                changed = self.published.changed() => {
                    changed.ok()?;
                    if let Some(event) = self.snapshot() {
                        return Some(event);
                    }
                }
                () = tokio::time::sleep_until(self.pulse_at) => {
                    if let Some(told) = self.session().await {
                        return Some(told);
                    }
                    self.pulse_at = Instant::now() + PULSE;
                    return self.pulse();
                }
                () = self.stopping.begun() => {
                    self.over = true;
                    return Some(Event::default().comment("stopping").retry(self.come_back_later()));
                }
            }
        }
    }

    /// What a newcomer gets: the latest snapshot with its read times as they are now. The text that all
    /// streams share has those of the moment of the last change, which may be hours ago.
    fn greeting(&mut self) -> Option<Event> {
        let published = self.published.borrow_and_update().clone();
        let (id, _) = published.live.get(&self.pair)?;
        if self.seen.is_some_and(|seen| seen >= *id) {
            return None;
        }
        self.seen = Some(*id);
        let pair = published.snapshot.pair(&self.pair)?.clone();
        let live = LivePair { id: *id, at: self.engine.clock.now(), pair };
        Event::default().event("snapshot").id(id.to_string()).json_data(live).ok()
    }

    /// The latest snapshot, unless it was sent already.
    fn snapshot(&mut self) -> Option<Event> {
        let published = self.published.borrow_and_update().clone();
        let (id, json) = published.live.get(&self.pair)?;
        if self.seen.is_some_and(|seen| seen >= *id) {
            return None;
        }
        self.seen = Some(*id);
        Some(Event::default().event("snapshot").id(id.to_string()).data(&**json))
    }

    /// What is to be told of the session, if anything is; the pulse follows it at once.
    async fn session(&mut self) -> Option<Event> {
        let told = match self.watched.as_mut()?.look(&self.pair).await {
            Standing::Same => return None,
            Standing::Other(standing) => standing,
            Standing::Over(why) => {
                self.over = true;
                why.to_owned()
            }
        };
        Some(Event::default().event("session").data(told))
    }

    fn come_back_later(&self) -> Duration {
        let chance = self.engine.clock.random();
        let later = chance.iter().fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % SPREAD_MS);
        COME_BACK + Duration::from_millis(later)
    }

    fn pulse(&self) -> Option<Event> {
        let pulse = self.published.borrow().pulse(&self.pair, self.engine.clock.now())?;
        Event::default().event("pulse").json_data(pulse).ok()
    }
}
