//! A sign-in that is too old is what a stolen session has: what that may not do, and what is said then.

use teal_app::desk::{DeskError, Identity, Outage};
use teal_domain::{Action, PairId, denial::Wanted as Wish};

use super::EngineDesk;

/// What somebody is told whose proof of who they are is too old.
pub(super) const PROVE: &str = "A switch here needs a sign-in of the last few minutes, and yours is older.";
/// And when there is nobody to prove it to.
pub(super) const AWAY: &str = "A switch here needs a younger sign-in, and the identity provider cannot be reached. An emergency switch goes through without.";
/// And when config wants proof for an emergency too.
pub(super) const NOTHING_GOES: &str = "A switch here needs a younger sign-in, for an emergency too, and the identity provider cannot be reached. The command line switches without signing in here.";

/// What is no switch and changes what runs, or what speaks against a switch, needs the same.
const PROVE_THIS: &str = "This needs a sign-in of the last few minutes, and yours is older.";
/// And when there is nobody to prove it to.
const THIS_AWAY: &str = "This needs a younger sign-in, and the identity provider cannot be reached. The command line does it without signing in here.";

impl EngineDesk {
    /// It is written down.
    pub(super) fn unproven(&self, who: &Identity, pair: &PairId, place: &str, message: &str) -> DeskError {
        self.0.deny(&who.actor, Wish::ToDo(Action::Switch), Some(pair), place, message);
        DeskError::Prove { message: message.to_owned() }
    }

    /// Whether somebody has proved lately enough who they are, for what is no switch.
    pub(super) fn proven(&self, who: &Identity, pair: &PairId, place: &str) -> Result<(), DeskError> {
        if !who.must_prove(self.0.clock.now()) {
            return Ok(());
        }
        let message = if who.in_outage == Outage::None { PROVE_THIS } else { THIS_AWAY };
        Err(self.unproven(who, pair, place, message))
    }
}
