//! `teal follow`: does what follows the latest switch, where no server runs that does it.

use std::sync::Arc;

use teal_domain::{
    Actor, Color, Reading, Reason, Timestamp,
    snapshot::Following,
    steps::{Course, Step},
};

use super::{Common, End, Stop, caller, output, setup};
use crate::engine::{
    Engine, Pair,
    skipping::{NotSkipped, Skip},
    watch::take_flag,
};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The pair; needed where there are several
    #[arg(long)]
    pair: Option<String>,
    /// End as soon as all is done with the DAGs, without waiting for the end of the watch
    #[arg(long)]
    dags: bool,
    /// Wait no longer for the old side, having seen so many of its tasks at work: they freeze half-way
    #[arg(long, value_name = "TASKS", requires = "reason")]
    skip: Option<u32>,
    /// Why not to wait
    #[arg(long, requires = "skip")]
    reason: Option<String>,
}

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    setup::store_place(&config)?;
    let engine = setup::engine(&config).await?;
    let pair = setup::the_pair(&engine.pairs, |pair| &pair.config, arguments.pair.as_deref())?.clone();
    let who = caller::permitted(&config, Some(&engine), &pair, false).await?.actor;
    if let (Some(seen), Some(reason)) = (arguments.skip, &arguments.reason) {
        let reason = Reason::parse(reason).map_err(|error| Stop::usage(format_args!("--reason: {error}")))?;
        look(&engine, &pair).await;
        skip(&engine, &pair, &who, seen, reason).await?;
    }
    let mut told = 0;
    loop {
        look(&engine, &pair).await;
        let next = engine.follow(&pair).await.map_err(Stop::failed)?;
        let record = engine.store.following(pair.id()).await.map_err(Stop::failed)?;
        let latest = match &record {
            Some(record) => Following::of(record),
            None => last(&engine, &pair).await?,
        };
        let Some(following) = latest else {
            output::say!("Nothing follows a switch of {}.", pair.config.title);
            return Ok(End::Done);
        };
        for (at, step) in following.course.steps.iter().skip(told) {
            output::say!("{}", line(&following.course, *at, step));
        }
        told = following.course.steps.len();
        let done = record.is_none() || (arguments.dags && following.course.dags_done());
        if done {
            engine.store.close().await;
            return Ok(if following.course.is_doubtful() { End::Failed } else { End::Done });
        }
        tokio::time::sleep(next).await;
    }
}

/// Waits no longer for the old side.
async fn skip(engine: &Arc<Engine>, pair: &Arc<Pair>, who: &Actor, seen: u32, reason: Reason) -> Result<(), Stop> {
    let refused =
        |not: NotSkipped| Stop { message: format!("teal: nothing was skipped: {not}"), end: End::NotSwitched };
    let followed = engine.store.following(pair.id()).await.map_err(Stop::failed)?;
    let operation = followed.as_ref().and_then(|record| record.switch()).map(|switch| switch.operation);
    let operation = operation.ok_or_else(|| refused(NotSkipped::Nothing))?;
    let skip = Skip { operation, seen: Some(seen), reason };
    engine.skip_drain(pair, who, skip).await.map_err(Stop::failed)?.map_err(refused)
}

/// The latest switch, if all that followed it has just been done.
async fn last(engine: &Engine, pair: &Pair) -> Result<Option<Following>, Stop> {
    let current = engine.store.current(&pair.parameter).await.map_err(Stop::failed)?;
    Ok(current.as_ref().and_then(Following::of).filter(|following| following.course.has_begun()))
}

pub(super) async fn look(engine: &Arc<Engine>, pair: &Arc<Pair>) {
    let names = &pair.config.names;
    let (flag, blue, green) = tokio::join!(
        pair.ports.flag.read_one(&names.flag),
        pair.ports.environments.read(&names.blue),
        pair.ports.environments.read(&names.green),
    );
    let now = engine.clock.now();
    engine.board.update(pair.id(), now, |known| {
        match flag {
            Ok(flag) => take_flag(known, flag, now),
            Err(error) => known.flag.fail(error.message, now),
        }
        for (color, read) in [(Color::Blue, blue), (Color::Green, green)] {
            let slot = match color {
                Color::Blue => &mut known.blue,
                Color::Green => &mut known.green,
            };
            match read {
                Ok(environment) => *slot = Reading::good(environment, now),
                Err(error) => slot.fail(error.message, now),
            }
        }
    });
}

fn line(course: &Course, at: Timestamp, step: &Step) -> String {
    let (_, said, more) = teal_app::words::after::step(course, step);
    let more = if more.is_empty() { more } else { format!(": {more}") };
    format!("{} UTC  {said}{more}", teal_app::words::time::clock(at))
}
