//! The one `EventSource` of the page, its watchdog, and the clock.

use super::{Connection, Glance, Live, follow, is_newer, resting};
use crate::paths;
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*};
use std::{cell::RefCell, sync::Arc, time::Duration};
use teal_domain::{PairId, Pulse, SnapshotId, Timestamp};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{EventSource, MessageEvent};

/// Without an event for so long, the connection counts as lost. The server sends one every two seconds.
const SILENCE_MS: f64 = 6_000.0;
/// While it is lost, a new connection is tried this often.
const RETRY_MS: f64 = 5_000.0;

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
        *stream = Some(Stream { pair, from, shown, clock, heard: clock, tried: clock.1, source: None });
        true
    });
    if !begun {
        return;
    }
    Live::here().now.set(now);
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
    live.connection.set(Connection::Live);
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
    live.connection.set(Connection::Live);
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
}

/// Has the page drawn anew if it shows an older snapshot than the stream told of.
fn catch_up() {
    let Some((newest, from)) =
        STREAM.with_borrow(|stream| Some((stream.as_ref()?.shown, stream.as_ref()?.from.clone())))
    else {
        return;
    };
    follow::catch_up(newest, from);
}

/// Every second: the clock, the watchdog, and the moments on the page that stand still.
fn tick() {
    let Some((now, heard, silent, closed, since_try)) = STREAM.with_borrow(|stream| {
        let stream = stream.as_ref()?;
        let at = monotonic();
        let closed = stream.source.as_ref().is_none_or(|source| source.ready_state() == EventSource::CLOSED);
        Some((server_now(stream.clock), stream.heard.0, at - stream.heard.1, closed, at - stream.tried))
    }) else {
        return;
    };
    let live = Live::here();
    live.now.set(now);
    resting::faded(silent > SILENCE_MS);
    if silent > SILENCE_MS {
        live.connection.set(Connection::Lost(heard));
    }
    if since_try > RETRY_MS && (closed || silent > SILENCE_MS) {
        connect();
    }
    resting::tell(now);
    catch_up();
}
