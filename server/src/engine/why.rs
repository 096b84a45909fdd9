//! How an external change was made, where CloudTrail may be asked. Its events come up to 15 minutes late,
//! so it is asked a few times; the answer becomes a note of Teal's on the entry.

use std::{sync::Arc, time::Duration};

use teal_domain::{
    Actor, Reason,
    journal::{Body, Entry},
};

use super::{Engine, Pair};
use crate::traces::About;

/// When CloudTrail is asked, counted from the discovery.
const ASKED_AFTER: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(900)];

/// Asks, in a task of its own, how an external version was written.
pub fn ask_later(engine: &Arc<Engine>, pair: &Arc<Pair>, entry: &Entry) {
    let Body::Version { record, wrote: None, imported: false, .. } = &entry.body else { return };
    let Some(trail) = pair.ports.trail.clone() else { return };
    let (engine, pair, record, seq) = (engine.clone(), pair.clone(), record.clone(), entry.seq);
    tokio::spawn(async move {
        for wait in ASKED_AFTER {
            tokio::time::sleep(wait).await;
            let open = engine.traces.cycle("ask who wrote a version", || About::pair(pair.id()));
            match open.around(trail.how(&pair.config.names.flag, record.version, record.modified_at)).await {
                Ok(Some(how)) => {
                    let by = how.arn.map(|arn| format!(" by {arn}")).unwrap_or_default();
                    let text = format!("CloudTrail: written with {}{by}.", how.tool);
                    let Ok(text) = Reason::parse(&text) else { return };
                    if let Err(error) =
                        engine.store.record_note(pair.id(), seq, &Actor::teal(), text, engine.clock.now()).await
                    {
                        tracing::warn!(%error, seq, "what CloudTrail said could not be journalled");
                    }
                    engine.refresh_records(&pair).await;
                    return;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, seq, "CloudTrail did not say how a change was made"),
            }
        }
    });
}
