//! The one `EventSource` of the page, its watchdog, and the clock.

use super::{Connection, Live, is_newer};
use crate::{
    components::{overview::Glow, when},
    paths, words,
};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*};
use std::{cell::RefCell, sync::Arc, time::Duration};
use teal_domain::{LivePair, PairId, Pulse, SnapshotId, Timestamp};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{EventSource, MessageEvent};

/// Without an event for so long, the connection counts as lost. The server sends one every two seconds.
const SILENCE_MS: f64 = 6_000.0;
/// While it is lost, a new connection is tried this often.
const RETRY_MS: f64 = 5_000.0;
/// How long a changed value glows.
const GLOW: Duration = Duration::from_millis(1_100);

/// What the stream needs to remember beside the signals.
struct Stream {
    pair: String,
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
pub fn start(pair: &PairId, id: SnapshotId, at: Timestamp, now: Timestamp) {
    let begun = STREAM.with_borrow_mut(|stream| {
        if stream.is_some() {
            return false;
        }
        let clock = (now, monotonic());
        let pair = pair.to_string();
        *stream = Some(Stream { pair, shown: (id, at), clock, heard: clock, tried: clock.1, source: None });
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
            if let Ok(next) = serde_json::from_str::<LivePair>(text) {
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
fn take(next: LivePair) {
    let live = Live::here();
    let taken = STREAM.with_borrow_mut(|stream| {
        let Some(stream) = stream else { return false };
        let clock = (next.at.max(server_now(stream.clock)), monotonic());
        stream.heard = clock;
        let newer = is_newer(stream.shown, (next.id, next.at));
        if newer {
            stream.shown = (next.id, next.at);
        }
        newer
    });
    live.connection.set(Connection::Live);
    if let Some(now) = STREAM.with_borrow(|stream| stream.as_ref().map(|stream| stream.clock.0)) {
        live.now.set(now);
    }
    if !taken {
        return;
    }
    let glow = live.pair.with_untracked(|before| {
        before.as_ref().map_or_else(Glow::default, |before| Glow::between(&before.pair, &next.pair))
    });
    if glow != Glow::default() {
        live.glow.set(glow);
        set_timeout(move || Live::here().glow.set(Glow::default()), GLOW);
    }
    live.pair.set(Some(Arc::new(next)));
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
    let holds = live.pair.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.id == pulse.id));
    if holds {
        live.pair.update(|shown| {
            if let Some(shown) = shown {
                let pair = &mut Arc::make_mut(shown).pair;
                pulse.flag.into_iter().for_each(|at| pair.flag.refresh(at));
                pulse.blue.into_iter().for_each(|at| pair.blue.refresh(at));
                pulse.green.into_iter().for_each(|at| pair.green.refresh(at));
            }
        });
    }
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
    if silent > SILENCE_MS {
        live.connection.set(Connection::Lost(heard));
    }
    if since_try > RETRY_MS && (closed || silent > SILENCE_MS) {
        connect();
    }
    refresh_resting(now);
}

/// Counts on the ages that the server drew, and puts the reader's local time beside them.
fn refresh_resting(now: Timestamp) {
    let Ok(moments) = document().query_selector_all("[data-at]") else { return };
    for index in 0..moments.length() {
        let Some(moment) = moments.item(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else {
            continue;
        };
        let Some(at) = moment.get_attribute("data-at").and_then(|text| text.parse().ok()).map(Timestamp) else {
            continue;
        };
        write(&moment, ".ago", Some(words::ago(at, now)));
        write(&moment, ".local", when::local(at, now));
    }
}

fn write(moment: &web_sys::Element, part: &str, text: Option<String>) {
    if let (Ok(Some(part)), Some(text)) = (moment.query_selector(part), text)
        && part.text_content().as_deref() != Some(text.as_str())
    {
        part.set_text_content(Some(&text));
    }
}
