//! The one `EventSource` of the page, its watchdog, and the clock.

use super::{
    Connection, Glance, Live, asking, copying,
    follow::{self, Wish},
    is_newer, kept, resting,
};
use crate::paths::{self, DENIED, ENDED};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*};
use std::{cell::RefCell, sync::Arc, time::Duration};
use teal_domain::{PairId, Pulse, SnapshotId, Timestamp};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{EventSource, MessageEvent};

/// Without an event for so long, the connection counts as lost. The server sends one every two seconds.
const SILENCE_MS: f64 = 6_000.0;
/// While it is lost, a new connection is tried this often.
const RETRY_MS: f64 = 5_000.0;
/// Once the session is over, somebody may have signed in again in another tab: looked at this often.
const REVIVE_MS: f64 = 10_000.0;

/// What the stream needs to remember beside the signals.
struct Stream {
    pair: String,
    /// Where the page is fetched anew when something changed.
    from: String,
    /// What the server drew, or the last snapshot taken: nothing older is shown.
    shown: (SnapshotId, Timestamp),
    /// The server's clock, and the browser's monotonic one, at the same moment.
    clock: (Timestamp, f64),
    /// When the last event came, by both clocks.
    heard: (Timestamp, f64),
    tried: f64,
    /// What the server says that the page rests on beside the snapshot, once it has.
    standing: Option<String>,
    /// The session is over: nothing is followed until there is one again.
    stopped: bool,
    source: Option<EventSource>,
}

thread_local! {
    static STREAM: RefCell<Option<Stream>> = const { RefCell::new(None) };
}

fn monotonic() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since the page was opened")]
fn server_now(clock: (Timestamp, f64)) -> Timestamp {
    Timestamp(clock.0.0 + (monotonic() - clock.1) as i64)
}

/// Starts the page's stream, once.
pub fn start(pair: &PairId, from: String, shown: (SnapshotId, Timestamp), now: Timestamp) {
    let begun = STREAM.with_borrow_mut(|stream| {
        if stream.is_some() {
            return false;
        }
        let clock = (now, monotonic());
        let pair = pair.to_string();
        *stream = Some(Stream {
            pair,
            from,
            shown,
            clock,
            heard: clock,
            tried: clock.1,
            standing: None,
            stopped: false,
            source: None,
        });
        true
    });
    if !begun {
        return;
    }
    Live::here().now.set(now);
    kept::listen();
    copying::listen();
    asking::listen();
    connect();
    tick();
    // The interval lives as long as the page.
    let _ = set_interval_with_handle(tick, Duration::from_secs(1));
}

fn connect() {
    STREAM.with_borrow_mut(|stream| {
        let Some(stream) = stream else { return };
        if let Some(old) = stream.source.take() {
            old.close();
        }
        stream.tried = monotonic();
        let Ok(source) = EventSource::new(&paths::live(&stream.pair)) else { return };
        listen(&source, "snapshot", |text| {
            if let Ok(next) = serde_json::from_str::<Glance>(text) {
                take(next);
            }
        });
        listen(&source, "pulse", |text| {
            if let Ok(pulse) = serde_json::from_str::<Pulse>(text) {
                beat(&pulse);
            }
        });
        listen(&source, "session", |word| {
            if word == ENDED || word == DENIED {
                stop(word);
            } else {
                STREAM.with_borrow_mut(|stream| {
                    if let Some(stream) = stream {
                        stream.standing = Some(word.to_owned());
                    }
                });
                catch_up();
            }
        });
        stream.source = Some(source);
    });
}

fn listen(source: &EventSource, event: &str, on: impl Fn(&str) + 'static) {
    let closure = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            on(&text);
        }
    });
    // A name and a function: there is nothing that could be refused.
    let _ = source.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// A newer snapshot.
fn take(next: Glance) {
    let live = Live::here();
    let taken = STREAM.with_borrow_mut(|stream| {
        let stream = stream.as_mut()?;
        let clock = (next.at.max(server_now(stream.clock)), monotonic());
        (stream.clock, stream.heard) = (clock, clock);
        let newer = is_newer(stream.shown, (next.id, next.at));
        if newer {
            stream.shown = (next.id, next.at);
        }
        Some((newer, clock.0))
    });
    let Some((newer, now)) = taken else { return };
    live.now.set(now);
    alive();
    if newer {
        live.pair.set(Some(Arc::new(next)));
        catch_up();
    }
}

/// The same snapshot still holds; only the times of reading moved on.
fn beat(pulse: &Pulse) {
    let live = Live::here();
    STREAM.with_borrow_mut(|stream| {
        if let Some(stream) = stream {
            stream.clock = (pulse.now, monotonic());
            stream.heard = stream.clock;
        }
    });
    alive();
    live.now.set(pulse.now);
    if !live.pair.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.id == pulse.id)) {
        return;
    }
    if let Some(at) = pulse.flag {
        live.pair.update(|shown| {
            if let Some(shown) = shown {
                Arc::make_mut(shown).pair.flag.refresh(at);
            }
        });
    }
    for (what, at) in [("flag", pulse.flag), ("blue", pulse.blue), ("green", pulse.green)] {
        if let Some(at) = at {
            resting::read_again(what, at);
        }
    }
    for (what, at) in &pulse.moments {
        resting::read_again(what, *at);
    }
}

/// Events come, also again after the session was over.
fn alive() {
    let was_stopped =
        STREAM.with_borrow_mut(|stream| stream.as_mut().is_some_and(|stream| std::mem::take(&mut stream.stopped)));
    if was_stopped {
        resting::told("data-stopped", None);
    }
    Live::here().connection.set(Connection::Live);
}

/// The session is over, or the pair may no longer be seen: the page stays as it is.
pub fn stop(why: &str) {
    let heard = STREAM.with_borrow_mut(|stream| {
        let stream = stream.as_mut()?;
        (stream.stopped, stream.tried) = (true, monotonic());
        if let Some(source) = stream.source.take() {
            source.close();
        }
        Some(stream.heard.0)
    });
    let Some(heard) = heard else { return };
    resting::told("data-stopped", Some(why));
    Live::here().connection.set(Connection::Stopped(heard));
}

/// The reader stays signed in.
pub fn stay() {
    fetch(Wish::Reader);
}

/// The reader asks something else of the same page: from now on it follows that.
pub fn ask(from: String) {
    STREAM.with_borrow_mut(|stream| {
        if let Some(stream) = stream {
            stream.from = from;
        }
    });
    fetch(Wish::Reader);
}

/// Whether the page still follows that address.
pub fn follows(from: &str) -> bool {
    STREAM.with_borrow(|stream| stream.as_ref().is_some_and(|stream| stream.from == from))
}

fn fetch(wish: Wish) {
    if let Some(from) = STREAM.with_borrow(|stream| Some(stream.as_ref()?.from.clone())) {
        follow::fetch_for(wish, from);
    }
}

/// Has the page drawn anew if the stream told of something newer than it shows.
fn catch_up() {
    STREAM.with_borrow(|stream| {
        if let Some(stream) = stream.as_ref().filter(|stream| !stream.stopped) {
            follow::catch_up(stream.shown, stream.standing.as_deref(), stream.from.clone());
        }
    });
}

/// Every second: the clock, the watchdog, and the moments on the page that stand still.
fn tick() {
    let Some((now, heard, silent, closed, since_try, stopped)) = STREAM.with_borrow(|stream| {
        let stream = stream.as_ref()?;
        let at = monotonic();
        let closed = stream.source.as_ref().is_none_or(|source| source.ready_state() == EventSource::CLOSED);
        let (silent, since_try) = (at - stream.heard.1, at - stream.tried);
        Some((server_now(stream.clock), stream.heard.0, silent, closed, since_try, stream.stopped))
    }) else {
        return;
    };
    let live = Live::here();
    live.now.set(now);
    let lost = silent > SILENCE_MS;
    resting::told("data-lost", lost.then_some(""));
    if lost && !stopped {
        live.connection.set(Connection::Lost(heard));
    }
    let every = if stopped { REVIVE_MS } else { RETRY_MS };
    if since_try > every && (closed || lost) {
        if closed && !stopped {
            // It was refused, and a stream does not tell why: the page's own answer does.
            fetch(Wish::Page);
        }
        connect();
    }
    resting::tell(now);
    catch_up();
}
