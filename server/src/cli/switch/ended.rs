//! How it ended, and what follows a flip that nobody follows by itself.

use teal_domain::{
    dags::Strategy,
    history::{Progress, Record, SwitchRecord},
    switch::Outcome,
};

use crate::{
    cli::{Common, End, output},
    engine::Pair,
};

/// What came of a switch that stands in the journal.
pub fn report(common: &Common, pair: &Pair, record: &Record) -> End {
    let Some(switch) = record.switch() else { return End::Failed };
    let end = if common.json {
        output::json(record);
        end(switch)
    } else {
        said(common, switch)
    };
    follows(pair, switch);
    end
}

/// What came of a switch.
pub fn said(common: &Common, switch: &SwitchRecord) -> End {
    if common.json {
        output::json(switch);
    } else {
        output::say!("{}", teal_app::words::record::told(switch));
        if let Some(timings) = switch.timings {
            output::say!("{} ms from the command to verified.", timings.total.0);
        }
        output::say!("Operation {}", switch.operation);
    }
    end(switch)
}

/// A command ends with the flip. Who does the rest is said, since without a server nobody does it by themselves.
pub fn follows(pair: &Pair, switch: &SwitchRecord) {
    if !matches!(&switch.progress, Progress::Ended { outcome: Outcome::Landed { .. }, .. }) {
        return;
    }
    let (id, new, old) = (pair.id(), switch.target.title(), switch.target.other().title());
    let moves = pair.config.policy.dags.strategy == Strategy::PauseStandby;
    match (moves, switch.spooled) {
        (true, false) => output::tell!(
            "No DAG has been moved yet: a server on this store unpauses those of {new}, lets {old} finish, and watches. Where none runs, nothing follows by itself. Do it with: teal follow --pair {id}"
        ),
        (false, false) => output::tell!(
            "A server on this store watches the switch. Where none runs, do it with: teal follow --pair {id}"
        ),
        (true, true) => output::tell!(
            "No DAG is moved, and nobody watches, until the file is merged: then a server does it, or: teal follow --pair {id}\nUntil then DAGs without the check go on on {old}, and those that are paused on {new} stay paused: unpause there by hand what cannot wait."
        ),
        (false, true) => {
            output::tell!("Nobody watches until the file is merged: then a server does it, or: teal follow --pair {id}")
        }
    }
}

const fn end(switch: &SwitchRecord) -> End {
    match &switch.progress {
        Progress::Begun | Progress::Unknown { .. } => End::Unknown,
        Progress::Ended { outcome, .. } => match outcome {
            Outcome::Landed { .. } | Outcome::NothingToDo => End::Done,
            Outcome::Undetermined { .. } => End::Unknown,
            _ => End::NotSwitched,
        },
    }
}
