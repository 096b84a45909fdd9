//! Waiting for one's turn.

use std::time::Duration;

use teal_domain::switch::{Event, Kind, Plan};

use super::{clock::Clock, recorder::Recorder};
use crate::store::lease::{Lease, holder};

/// How long a planned switch waits for another one of the pair: a flip takes well under a second.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long an emergency waits: nothing may delay it beyond two seconds.
const HASTE: Duration = Duration::from_secs(1);
const BETWEEN: Duration = Duration::from_millis(40);

/// Step 2: takes the lease, waiting a while for whoever holds it.
pub async fn wait(recorder: &dyn Recorder, plan: &Plan, clock: &dyn Clock) -> Event {
    let patience = if plan.kind == Kind::Emergency { HASTE } else { PATIENCE };
    let began = clock.monotonic();
    loop {
        match recorder.lease(plan, &holder(plan), clock.now()).await {
            Err(error) => return Event::StoreFailed(error.to_string()),
            Ok(Lease::Taken) => {
                return match recorder.unknown(plan).await {
                    Ok(waits_for) => Event::LeaseTaken { waits_for },
                    Err(error) => Event::StoreFailed(error.to_string()),
                };
            }
            Ok(Lease::Held { holder }) if clock.monotonic().saturating_sub(began) >= patience => {
                return Event::LeaseHeld { holder };
            }
            Ok(Lease::Held { .. }) => clock.sleep(BETWEEN).await,
        }
    }
}
