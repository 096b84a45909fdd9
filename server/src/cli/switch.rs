//! `teal switch`: the same protocol as the page, from a terminal.

mod told;

use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use teal_domain::{
    Action, Actor, Base, Color, Confirm, Flag, Reason,
    approval::Wanted,
    denial::Wanted as Wish,
    history::{Progress, Record, SwitchRecord},
    preflight::{self, Check},
    switch::{Kind, Outcome, Plan, State},
};

use super::{
    Common, End, Stop,
    caller::{self, Caller},
    output, setup, status,
};
use crate::{
    change_ref::{self, Needed},
    config::Config,
    engine::{
        Engine, Pair,
        clock::{Clock as _, System},
        observe,
        spool::Spool,
        switch::{Hands, Nobody, drive},
        watch::take_flag,
    },
};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The side to make live: blue or green
    #[arg(long)]
    to: Color,
    /// The pair; needed where there are several
    #[arg(long)]
    pair: Option<String>,
    /// The confirmation: the target and the version that you saw, such as green@31 or green@missing. Asked
    /// for on the terminal where it is not given
    #[arg(long, value_name = "COLOR@VERSION")]
    confirm: Option<Confirm>,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    /// The change (the ticket) that it belongs to, where the pair's policy asks for one
    #[arg(long, value_name = "TICKET")]
    change_ref: Option<String>,
    /// Switch in spite of what blocks, as far as policy lets you; the record says for ever what that was
    #[arg(long = "override", conflicts_with = "emergency")]
    in_spite: bool,
    /// Skip what blocks; it is marked as an emergency for ever
    #[arg(long)]
    emergency: bool,
    /// Only say what would be checked and what the checks say; nothing is switched
    #[arg(long, conflicts_with_all = ["confirm", "spool"])]
    dry_run: bool,
    /// Record to this file instead of the store, for when the store is away; merge it later with `teal
    /// history merge FILE`
    #[arg(long, value_name = "FILE", requires = "emergency")]
    spool: Option<PathBuf>,
}

/// How long what surrounds the flag is waited for.
const PATIENCE: Duration = Duration::from_secs(8);
/// And when it cannot wait.
const IN_AN_EMERGENCY: Duration = Duration::from_secs(2);

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    match arguments.spool.clone() {
        Some(file) => spooled(common, arguments, &file).await,
        None => stored(common, arguments).await,
    }
}

async fn stored(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    let engine = match open(&config).await {
        Ok(engine) => engine,
        Err(stop) => return Err(without_store(&config, &arguments, stop).await),
    };
    let pair = setup::the_pair(&engine.pairs, |pair| &pair.config, arguments.pair.as_deref())?.clone();
    let Caller { actor: who, grants } = caller::permitted(&config, Some(&engine), &pair, arguments.emergency).await?;
    if arguments.in_spite && !pair.config.policy.may_override(&grants, pair.id()) {
        return Err(may_not_override(&engine, &pair, &who).await);
    }
    let patience = if arguments.emergency { IN_AN_EMERGENCY } else { PATIENCE };
    look(&engine, &pair, patience).await?;
    let known = engine.board.snapshot();
    let flag = known.pair(pair.id()).and_then(|known| known.flag.value().cloned()).unwrap_or(Flag::Missing);
    let wanted = Wanted { who: &who, target: arguments.to, base: Base::of(&flag), reason: None };
    let now = engine.clock.now();
    let given = |seen| Engine::given(&known, seen, arguments.to, None, now);
    let checks = known.pair(pair.id()).map(|seen| Engine::checks(seen, wanted, given(seen), now)).unwrap_or_default();
    if arguments.dry_run {
        engine.store.close().await;
        return Ok(told::all(common, &checks, &pair.config.policy, now));
    }
    if !common.json {
        told::findings(&checks, &pair.config.policy, now);
    }
    let plan = plan(&arguments, &pair, &flag, who, engine.new_operation(), engine.clock.now(), Some(&checks))?;
    let record = engine.confirmed(&pair, plan).await.map_err(|error| {
        what_works(Stop::failed(format_args!("nothing was switched: {error}")), &pair, &flag, arguments.to)
    })?;
    engine.after_switch(&pair).await;
    engine.store.close().await;
    Ok(report(common, &record))
}

/// Somebody wanted to override what they may not. It is written down.
async fn may_not_override(engine: &Arc<Engine>, pair: &Pair, who: &Actor) -> Stop {
    let why = crate::desk::who_overrides(pair);
    engine.deny(who, Wish::ToDo(Action::Switch), Some(pair.id()), "teal switch --override", why.clone());
    if let Err(error) = engine.denials.flush(&engine.store).await {
        eprintln!("warning: that you were refused could not be written down: {error}");
    }
    Stop { message: format!("teal: nothing was switched: {why}"), end: End::NotSwitched }
}

async fn open(config: &Config) -> Result<Arc<Engine>, Stop> {
    setup::store_place(config)?;
    setup::engine(config).await
}

/// The store cannot be opened: whoever is here at three in the morning is told what works all the same.
async fn without_store(config: &Config, arguments: &Arguments, stop: Stop) -> Stop {
    let pairs = setup::pairs(config).await;
    let pair = match setup::the_pair(&pairs, |pair| &pair.config, arguments.pair.as_deref()) {
        Ok(pair) => pair,
        Err(unclear) => return unclear,
    };
    match pair.ports.flag.read_one(&pair.config.names.flag).await {
        Ok(flag) => what_works(stop, pair, &flag, arguments.to),
        Err(error) => Stop { message: format!("{}\nThe flag could not be read either: {error}", stop.message), ..stop },
    }
}

fn what_works(stop: Stop, pair: &Pair, flag: &Flag, target: Color) -> Stop {
    let commands = crate::desk::emergency_commands(pair, Some(flag), target).join("\n  ");
    Stop { message: format!("{}\nWhat works without the store:\n  {commands}", stop.message), ..stop }
}

/// What a page would know: the flag, both sides and what surrounds it, and what the store says.
async fn look(engine: &Arc<Engine>, pair: &Arc<Pair>, patience: Duration) -> Result<(), Stop> {
    let names = &pair.config.names;
    let (flag, (), ()) = tokio::join!(
        pair.ports.flag.read_one(&names.flag),
        observe::look(engine, pair, patience),
        engine.refresh_records(pair),
    );
    // What it must have been tried on.
    let proven_on = pair.config.policy.proven_on.as_ref().and_then(|rule| engine.pair(&rule.pair));
    if let Some(other) = proven_on {
        engine.refresh_records(other).await;
    }
    let now = engine.clock.now();
    let read = flag.as_ref().ok().and_then(Flag::version);
    let known = engine.store.known(&pair.parameter).await.map_err(Stop::failed)?;
    // What was written meanwhile comes before this switch in the journal, as it did in the world.
    if known.versions.last_key_value().map(|(version, _)| *version) != read
        && let Err(error) = engine.reconcile(pair).await
    {
        eprintln!("warning: the journal could not be brought into line first: {error}");
    }
    let flag = flag
        .map_err(|error| Stop::failed(format_args!("the flag could not be read, so nothing was switched: {error}")))?;
    engine.board.update(pair.id(), now, |known| {
        take_flag(known, flag, now);
    });
    Ok(())
}

async fn spooled(common: &Common, arguments: Arguments, file: &std::path::Path) -> Result<End, Stop> {
    // The store may be what is broken: its place is not checked here.
    let config = setup::config_without_store(common)?;
    let pairs = setup::pairs(&config).await;
    let pair = setup::the_pair(&pairs, |pair| &pair.config, arguments.pair.as_deref())?;
    let who = caller::permitted(&config, None, pair, arguments.emergency).await?.actor;
    let clock = System::default();
    let flag = pair.ports.flag.read_one(&pair.config.names.flag).await.unwrap_or_else(|error| {
        eprintln!("warning: {error}");
        Flag::Missing
    });
    let random = u128::from_le_bytes(clock.random()[..16].try_into().unwrap_or_default());
    let now = clock.now();
    let plan = plan(&arguments, pair, &flag, who, teal_domain::OperationId::new(now, random), now, None)?;
    let spool = Spool::open(file).map_err(|error| Stop::failed(format_args!("{}: {error}", file.display())))?;
    let hands = Hands { recorder: &spool, pair, clock: &clock, witness: &Nobody };
    let driven = drive(plan.clone(), hands).await;
    let progress = match driven.switch.state() {
        State::Settled(outcome) => Progress::Ended { at: clock.now(), outcome: outcome.clone() },
        State::Settling(outcome) => {
            eprintln!("warning: the outcome could not be written to {}", file.display());
            Progress::Ended { at: clock.now(), outcome: outcome.clone() }
        }
        _ => Progress::Unknown { since: clock.now(), cause: None },
    };
    eprintln!(
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
        course: Box::default(),
    };
    Ok(said(common, &switch))
}

fn plan(
    arguments: &Arguments,
    pair: &Pair,
    flag: &Flag,
    actor: Actor,
    operation: teal_domain::OperationId,
    now: teal_domain::Timestamp,
    checks: Option<&[Check]>,
) -> Result<Plan, Stop> {
    let confirm = match arguments.confirm {
        Some(confirm) => confirm,
        None => ask(arguments.to, pair, flag)?,
    };
    if confirm.target != arguments.to {
        return Err(Stop::usage(format_args!(
            "--to says {} and --confirm says {}: nothing was switched",
            arguments.to, confirm.target
        )));
    }
    let reason = match &arguments.reason {
        Some(reason) => reason.clone(),
        None => prompt("Why? ")?,
    };
    let reason = Reason::parse(&reason).map_err(Stop::usage)?;
    let kind = match flag.color() {
        _ if arguments.emergency => Kind::Emergency,
        None => Kind::Repair,
        Some(_) => Kind::Planned,
    };
    let change_ref = arguments.change_ref.as_deref().unwrap_or_default();
    let change_ref = change_ref::parse(&pair.config.policy.change_ref, change_ref, Needed::of(kind))
        .map_err(|error| Stop::usage(format_args!("{error} Say it with --change-ref")))?;
    // What was shown a moment ago is overridden, and nothing that comes up since.
    let overridden = checks.filter(|_| arguments.in_spite).map(preflight::blocking).unwrap_or_default();
    // Between looking and confirming the flag may have moved: the person's word stands, the protocol stops.
    let base = match (confirm.base, Base::of(flag)) {
        (Base::Version { version, modified_at: None }, Base::Version { version: read, modified_at })
            if version == read =>
        {
            Base::Version { version, modified_at }
        }
        (confirmed, _) => confirmed,
    };
    let from = flag.color().filter(|_| base.version() == flag.version());
    Ok(Plan {
        operation,
        pair: pair.id().clone(),
        kind,
        from,
        target: arguments.to,
        base,
        actor,
        reason,
        confirmed_at: now,
        expires_at: now + Plan::CONFIRMATION_LIVES,
        preflight: checks.map(preflight::digest),
        approval: None,
        unproven: false,
        change_ref,
        overridden,
        reverts: None,
    })
}

fn ask(target: Color, pair: &Pair, flag: &Flag) -> Result<Confirm, Stop> {
    if !std::io::stdin().is_terminal() {
        let seen = Base::of(flag);
        return Err(Stop::usage(format_args!(
            "nobody is at a terminal to confirm: say what you saw, such as --confirm {target}@{seen}. Now: {}",
            status::said(&Ok(flag.clone()))
        )));
    }
    eprintln!("{}: {}.", pair.config.title, status::said(&Ok(flag.clone())));
    let typed = prompt(&format!("Type {} to make {} live: ", target.title(), target.title()))?;
    if typed.trim().eq_ignore_ascii_case(target.as_str()) {
        Ok(Confirm { target, base: Base::of(flag) })
    } else {
        Err(Stop { message: "teal: not confirmed: nothing was switched".into(), end: End::NotSwitched })
    }
}

fn prompt(question: &str) -> Result<String, Stop> {
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage("say why with --reason"));
    }
    eprint!("{question}");
    std::io::stderr().flush().map_err(Stop::failed)?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Stop::failed)?;
    Ok(line)
}

fn report(common: &Common, record: &Record) -> End {
    match record.switch() {
        Some(switch) => {
            if common.json {
                output::json(record);
                end(switch)
            } else {
                said(common, switch)
            }
        }
        None => End::Failed,
    }
}

fn said(common: &Common, switch: &SwitchRecord) -> End {
    if common.json {
        output::json(switch);
    } else {
        println!("{}", teal_app::words::record::told(switch));
        if let Some(timings) = switch.timings {
            println!("{} ms from the command to verified.", timings.total.0);
        }
        println!("Operation {}", switch.operation);
    }
    end(switch)
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
