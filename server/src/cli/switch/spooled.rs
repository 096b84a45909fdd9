//! An emergency while the store is away: recorded to a file, one line a step, each on disk before the next.

use std::path::Path;

use teal_domain::{
    Flag, OperationId,
    history::{Progress, SwitchRecord},
    switch::State,
};

use super::{Arguments, ended, planned, read};
use crate::{
    cli::{Common, End, Stop, caller, output, setup},
    engine::{
        clock::{Clock as _, System},
        spool::Spool,
        switch::{Hands, Nobody, drive},
    },
};

pub async fn run(common: &Common, arguments: Arguments, file: &Path) -> Result<End, Stop> {
    // The store may be what is broken: its place is not checked here.
    let config = setup::config_without_store(common)?;
    let pairs = setup::pairs(&config).await;
    let pair = setup::the_pair(&pairs, |pair| &pair.config, arguments.pair.as_deref())?;
    let (who, flag) = tokio::join!(caller::permitted(&config, None, pair, true), read(pair, true));
    let who = who?.actor;
    let flag: Option<Flag> = match flag {
        Ok(flag) => Some(flag),
        Err(why) => {
            output::tell!("warning: the flag could not be read: {why}");
            None
        }
    };
    let clock = System::default();
    let random = u128::from_le_bytes(clock.random()[..16].try_into().unwrap_or_default());
    let now = clock.now();
    let change_ref = planned::change_ref(&arguments, pair, flag.as_ref(), None)?;
    let seen = planned::Seen { flag: flag.as_ref(), journalled: None, checks: None, change_ref };
    let plan = planned::plan(&arguments, pair, seen, who, OperationId::new(now, random), now)?;
    let spool = Spool::open(file).map_err(|error| Stop::failed(format_args!("{}: {error}", file.display())))?;
    let hands = Hands { recorder: &spool, pair, clock: &clock, witness: &Nobody };
    let driven = drive(plan.clone(), hands).await;
    let progress = match driven.switch.state() {
        State::Settled(outcome) => Progress::Ended { at: clock.now(), outcome: outcome.clone() },
        State::Settling(outcome) => {
            output::tell!("warning: the outcome could not be written to {}", file.display());
            Progress::Ended { at: clock.now(), outcome: outcome.clone() }
        }
        _ => Progress::Unknown { since: clock.now(), cause: None },
    };
    output::tell!(
        "Recorded in {}: keep it, and merge it when the store is back: teal history merge {}",
        file.display(),
        file.display()
    );
    let switch = SwitchRecord {
        operation: plan.operation,
        kind: plan.kind,
        from: plan.from,
        target: plan.target,
        base: plan.base,
        reason: plan.reason,
        spooled: true,
        progress,
        timings: None,
        landed_late: None,
        approval: None,
        unproven: false,
        change_ref: plan.change_ref,
        overridden: Vec::new(),
        reverts: None,
        maintenance: None,
        drill: None,
        flag_only: false,
        course: Box::default(),
    };
    let end = ended::said(common, &switch);
    ended::follows(pair, &switch);
    Ok(end)
}
