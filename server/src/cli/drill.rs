//! `teal drill`: what is planned, what is under way, and what came of it; over the same engine as the pages.

use std::{sync::Arc, time::Duration};

use teal_app::{
    desk::{Desk as _, DrillDeed, Identity},
    words::{drill as words, time},
};
use teal_domain::{
    OperationId,
    drill::{Drills, Planned, State, judge, seconds},
    history::Record,
};

use super::{Common, End, Stop, caller, follow, output, setup};
use crate::{
    desk::EngineDesk,
    engine::{Engine, Pair},
    http::api::shapes::drill,
};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
struct Of {
    /// The pair; needed where there are several
    #[arg(long)]
    pair: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The plans with their next dates, what is under way, and the latest runs
    List(Of),
    /// A plan, by its id or name
    Show {
        /// Its id, or its name
        plan: String,
        #[command(flatten)]
        of: Of,
    },
    /// Run a plan now, and wait for its end where no server runs
    Run {
        /// Its id, or its name
        plan: String,
        /// Its name once more
        #[arg(long, value_name = "NAME")]
        confirm: String,
        #[command(flatten)]
        of: Of,
    },
    /// Skip the next date of a plan
    Skip {
        /// Its id, or its name
        plan: String,
        #[command(flatten)]
        of: Of,
    },
    /// Stop the run that is under way: the flag goes back first
    Stop(Of),
    /// What came of a run, by the number of its record; of the latest one without
    Report {
        /// The number of its record
        record: Option<u64>,
        #[command(flatten)]
        of: Of,
    },
}

/// How often it is looked what comes of a run.
const AGAIN: Duration = Duration::from_secs(2);

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    setup::store_place(&config)?;
    let engine = setup::engine(&config).await?;
    let of = match &arguments.command {
        Command::List(of) | Command::Stop(of) => of,
        Command::Show { of, .. } | Command::Run { of, .. } | Command::Skip { of, .. } | Command::Report { of, .. } => {
            of
        }
    };
    let pair = setup::the_pair(&engine.pairs, |pair| &pair.config, of.pair.as_deref())?.clone();
    let reads = matches!(arguments.command, Command::List(_) | Command::Show { .. } | Command::Report { .. });
    // Whoever has the store may read it; to do something takes a role.
    let who = if reads {
        None
    } else {
        let caller = caller::permitted(&config, Some(&engine), &pair, false).await?;
        Some(Identity::trusted(caller.actor, caller.grants))
    };
    if !reads {
        follow::look(&engine, &pair).await;
    }
    engine.refresh_drills(&pair).await.map_err(Stop::failed)?;
    let desk = EngineDesk(engine.clone());
    let end = match arguments.command {
        Command::List(_) => list(common, &drills(&engine, &pair)),
        Command::Show { plan, .. } => show(common, &planned(&drills(&engine, &pair), &plan)?),
        Command::Run { plan, confirm, .. } => {
            let planned = planned(&drills(&engine, &pair), &plan)?;
            if !planned.plan.name.as_str().eq_ignore_ascii_case(confirm.trim()) {
                return Err(Stop::usage(format_args!("--confirm: write the name of the plan: {}", planned.plan.name)));
            }
            let seq = done(&desk, who.as_ref(), &pair, planned.plan.id, DrillDeed::Run).await?;
            let Some(seq) = seq else { return Ok(End::Failed) };
            output::tell!("The drill begins, as record {seq}.");
            ended(common, &engine, &pair, seq).await?
        }
        Command::Skip { plan, .. } => {
            let planned = planned(&drills(&engine, &pair), &plan)?;
            let Some(due) = planned.next.first() else {
                return Err(Stop::failed("no date of it is still to come"));
            };
            done(&desk, who.as_ref(), &pair, planned.plan.id, DrillDeed::Skip { due: due.at }).await?;
            output::say!("{} is skipped.", due.there);
            End::Done
        }
        Command::Stop(_) => {
            let drills = drills(&engine, &pair);
            let Some((seq, run)) = drills.under_way() else {
                return Err(Stop::failed("no drill is under way"));
            };
            if let Some(who) = &who {
                desk.stop_drill(who, pair.id(), run.run.id).await.map_err(Stop::failed)?;
            }
            output::tell!("It is being stopped: the flag goes back first.");
            ended(common, &engine, &pair, seq).await?
        }
        Command::Report { record, .. } => {
            let seq = match record {
                Some(seq) => seq,
                None => drills(&engine, &pair)
                    .last()
                    .map(|(seq, _)| seq)
                    .ok_or_else(|| Stop::failed("no drill has run yet"))?,
            };
            report(common, &engine, &pair, seq).await?
        }
    };
    engine.store.close().await;
    Ok(end)
}

fn drills(engine: &Engine, pair: &Pair) -> Arc<Drills> {
    engine.board.snapshot().pair(pair.id()).map(|known| known.drills.clone()).unwrap_or_default()
}

fn planned(drills: &Drills, named: &str) -> Result<Planned, Stop> {
    let id: Option<OperationId> = named.trim().parse().ok();
    let is = |planned: &&Planned| {
        Some(planned.plan.id) == id || planned.plan.name.as_str().eq_ignore_ascii_case(named.trim())
    };
    let found: Vec<&Planned> = drills.plans.iter().filter(is).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let names: Vec<&str> = drills.plans.iter().map(|planned| planned.plan.name.as_str()).collect();
            Err(Stop::failed(format_args!(
                "there is no plan `{named}`: there are {}",
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            )))
        }
        many => {
            let ids: Vec<String> = many.iter().map(|planned| planned.plan.id.to_string()).collect();
            Err(Stop::failed(format_args!("several plans are called that: name one by its id: {}", ids.join(", "))))
        }
    }
}

async fn done(
    desk: &EngineDesk,
    who: Option<&Identity>,
    pair: &Pair,
    plan: OperationId,
    deed: DrillDeed,
) -> Result<Option<u64>, Stop> {
    let Some(who) = who else { return Ok(None) };
    desk.drill(who, pair.id(), plan, deed).await.map_err(Stop::failed)
}

fn list(common: &Common, drills: &Drills) -> End {
    if common.json {
        output::json(&drills.plans.iter().map(drill::Plan::of).collect::<Vec<_>>());
        return End::Done;
    }
    if drills.plans.is_empty() {
        output::say!("Nothing is planned.");
    }
    for planned in &drills.plans {
        let next = planned.next.first().map_or_else(
            || if planned.plan.paused { "paused".to_owned() } else { "no date to come".to_owned() },
            |due| due.there.clone(),
        );
        output::say!("{}  {:<18}  {:<28}  {}", planned.plan.id, planned.plan.kind.as_str(), next, planned.plan.name);
    }
    if let Some((seq, run)) = drills.under_way() {
        output::say!("Under way, record {seq}: {}. {}", run.run.plan.name, words::told(run));
    }
    for record in &drills.runs {
        if let Some(run) = record.drill() {
            output::say!(
                "record {:<6}  {}  {:<12}  {}",
                record.seq,
                time::stamp(run.run.due),
                words::outcome(run).1,
                run.run.plan.name
            );
        }
    }
    End::Done
}

fn show(common: &Common, planned: &Planned) -> End {
    if common.json {
        output::json(&drill::Plan::of(planned));
        return End::Done;
    }
    let plan = &planned.plan;
    output::say!("{}  {}  revision {}", plan.id, plan.name, plan.revision);
    output::say!(
        "{}, owned by {}, {}",
        plan.kind.title(),
        plan.owner,
        if plan.paused { "paused" } else { "on its schedule" }
    );
    for due in &planned.next {
        output::say!("  {}{}", due.there, due.conflicts.iter().map(|told| format!("  {told}")).collect::<String>());
    }
    End::Done
}

/// Drives it, unless a server does, and waits for its end.
async fn ended(common: &Common, engine: &Arc<Engine>, pair: &Arc<Pair>, seq: u64) -> Result<End, Stop> {
    loop {
        follow::look(engine, pair).await;
        engine.go_on_with_drills(pair).await.map_err(Stop::failed)?;
        engine.follow(pair).await.map_err(Stop::failed)?;
        let found = engine.store.record(pair.id(), seq).await.map_err(Stop::failed)?;
        if found.is_some_and(|(record, _)| record.drill().is_some_and(|drill| drill.end.is_some())) {
            return report(common, engine, pair, seq).await;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn report(common: &Common, engine: &Arc<Engine>, pair: &Arc<Pair>, seq: u64) -> Result<End, Stop> {
    let found = EngineDesk(engine.clone()).report(pair.id(), seq).await.map_err(Stop::failed)?;
    let record: &Record = &found.run.record;
    let Some(run) = record.drill() else { return Err(Stop::failed(format_args!("record {seq} is no drill"))) };
    let good = !matches!(run.state(), State::Ended(ended) if !matches!(ended.end.as_str(), "succeeded" | "skipped"));
    let end = if good { End::Done } else { End::Failed };
    if common.json {
        output::json(&drill::Drill::of(&found));
        return Ok(end);
    }
    let (_, state) = words::outcome(run);
    output::say!("{}, record {seq}: {state}. {}", run.run.plan.name, words::told(run));
    if let Some((_, ended)) = &run.end {
        let measured = &ended.measured;
        let time = |span: Option<teal_domain::Millis>| span.map_or_else(|| "not measured".to_owned(), seconds);
        output::say!("flip {} · pickup {} · back {}", time(measured.flip), time(measured.pickup), time(measured.back));
        for judged in judge(&run.run.plan, measured) {
            output::say!("{}  {}: {}", if judged.met { "met    " } else { "NOT MET" }, judged.what, judged.measured);
        }
    }
    Ok(end)
}
