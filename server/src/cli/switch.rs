//! `teal switch`: the same protocol as the page, from a terminal.

mod dags;
mod ended;
mod planned;
mod spooled;
mod told;

use std::{path::PathBuf, sync::Arc, time::Duration};

use teal_domain::{
    Action, Actor, Base, Color, Confirm, Flag, PairSnapshot, approval::Wanted, denial::Wanted as Wish, history::What,
    preview::preview,
};
use tokio::time::timeout;

use super::{
    Common, End, IN_AN_EMERGENCY, Stop,
    caller::{self, Caller},
    output, setup, status,
};
use crate::{
    config::Config,
    engine::{Engine, Pair, going_back, observe, watch::take_flag},
};
use planned::Seen;

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

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    match arguments.spool.clone() {
        Some(file) => spooled::run(common, arguments, &file).await,
        None => Box::pin(stored(common, arguments)).await,
    }
}

async fn stored(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    let engine = match open(&config).await {
        Ok(engine) => engine,
        Err(stop) => return Err(without_store(&config, &arguments, stop).await),
    };
    let pair = setup::the_pair(&engine.pairs, |pair| &pair.config, arguments.pair.as_deref())?.clone();
    // All that is outside at once: in an emergency nothing of it holds up the flip for longer than two seconds.
    let (who, flag) = tokio::join!(
        caller::permitted(&config, Some(&engine), &pair, arguments.emergency),
        look(&engine, &pair, arguments.emergency),
    );
    let (Caller { actor: who, grants }, flag) = (who?, flag?);
    let may_override = pair.config.policy.may_override(&grants, pair.id());
    if arguments.in_spite && !may_override {
        return Err(may_not_override(&engine, &pair, &who).await);
    }
    let (known, now) = (engine.board.snapshot(), engine.clock.now());
    let seen = known.pair(pair.id());
    let reverts = seen.and_then(|seen| going_back::taken_back(seen, arguments.to, now));
    let change_ref = planned::change_ref(&arguments, &pair, flag.as_ref(), reverts)?;
    let base = flag.as_ref().map_or(Base::Missing, Base::of);
    let wanted = Wanted { who: &who, target: arguments.to, base, reason: None, change_ref: change_ref.as_ref() };
    let given = |seen| Engine::given(&known, seen, arguments.to, change_ref.as_ref(), now);
    let checks = seen.map(|seen| Engine::checks(seen, wanted, given(seen), now)).unwrap_or_default();
    let dags = seen.and_then(|seen| preview(seen, arguments.to, now));
    let told = told::Told { arguments: &arguments, base, checks: &checks, dags, pair: &pair, may_override, now };
    if arguments.dry_run {
        engine.store.close().await;
        return Ok(told.all(common));
    }
    if !common.json {
        told.findings();
    }
    let from = seen.and_then(|seen| journalled(seen, arguments.confirm));
    let seen = Seen { flag: flag.as_ref(), journalled: from, checks: Some(&checks), change_ref };
    let plan = planned::plan(&arguments, &pair, seen, who, engine.new_operation(), engine.clock.now())?;
    let record = engine.confirmed(&pair, plan).await.map_err(|error| {
        let stop = Stop::failed(format_args!("nothing was switched: {error}"));
        what_works(stop, &pair, flag.as_ref(), arguments.to)
    })?;
    engine.after_switch(&pair).await;
    engine.store.close().await;
    Ok(ended::report(common, &pair, &record))
}

/// Somebody wanted to override what they may not. It is written down.
async fn may_not_override(engine: &Arc<Engine>, pair: &Pair, who: &Actor) -> Stop {
    let why = pair.config.policy.who_overrides(pair.id());
    engine.deny(who, Wish::ToDo(Action::Switch), Some(pair.id()), "teal switch --override", why.clone());
    if let Err(error) = engine.denials.flush(&engine.store).await {
        output::tell!("warning: that you were refused could not be written down: {error}");
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
        Ok(flag) => what_works(stop, pair, Some(&flag), arguments.to),
        Err(error) => Stop { message: format!("{}\nThe flag could not be read either: {error}", stop.message), ..stop },
    }
}

fn what_works(stop: Stop, pair: &Pair, flag: Option<&Flag>, target: Color) -> Stop {
    let commands = crate::desk::emergency_commands(pair, flag, target).join("\n  ");
    Stop { message: format!("{}\nWhat works without the store:\n  {commands}", stop.message), ..stop }
}

/// What a page would know: the flag, both sides and what surrounds it, and what the store says. In an emergency the
/// flag may remain unread: the protocol reads it once more, and the person says which version they saw.
async fn look(engine: &Arc<Engine>, pair: &Arc<Pair>, emergency: bool) -> Result<Option<Flag>, Stop> {
    let patience = if emergency { IN_AN_EMERGENCY } else { PATIENCE };
    let (flag, (), ()) =
        tokio::join!(read(pair, emergency), observe::look(engine, pair, patience), engine.refresh_records(pair));
    // What it must have been tried on.
    let proven_on = pair.config.policy.proven_on.as_ref().and_then(|rule| engine.pair(&rule.pair));
    if let Some(other) = proven_on {
        engine.refresh_records(other).await;
    }
    let now = engine.clock.now();
    // What was written meanwhile comes before this switch in the journal, as it did in the world. An emergency does not
    // wait for the parameter's history: it is read after the flip.
    if !emergency {
        let read = flag.as_ref().ok().and_then(Flag::version);
        let known = engine.store.known(&pair.parameter).await.map_err(Stop::failed)?;
        if known.versions.last_key_value().map(|(version, _)| *version) != read
            && let Err(error) = engine.reconcile(pair).await
        {
            output::tell!("warning: the journal could not be brought into line first: {error}");
        }
    }
    match flag {
        Ok(flag) => {
            engine.board.update(pair.id(), now, |known| take_flag(known, flag.clone(), now));
            Ok(Some(flag))
        }
        Err(why) if emergency => {
            output::tell!("warning: the flag could not be read: {why}");
            engine.board.update(pair.id(), now, |known| known.flag.fail(why, now));
            Ok(None)
        }
        Err(why) => Err(Stop::failed(format_args!("the flag could not be read, so nothing was switched: {why}"))),
    }
}

/// The flag, or why it could not be read in time.
async fn read(pair: &Pair, emergency: bool) -> Result<Flag, String> {
    let asked = pair.ports.flag.read_one(&pair.config.names.flag);
    let read = if emergency {
        timeout(IN_AN_EMERGENCY, asked).await.map_err(|_| "SSM did not answer within 2 s.".to_owned())?
    } else {
        asked.await
    };
    read.map_err(|error| error.to_string())
}

/// What the journal says that the flag held at the version that somebody confirms.
fn journalled(known: &PairSnapshot, confirm: Option<Confirm>) -> Option<Color> {
    let confirmed = confirm?.base.version()?;
    let current = known.current.as_ref().filter(|current| current.version() == Some(confirmed))?;
    match &current.what {
        What::Switch(switch) => Some(switch.target),
        What::External(external) => external.value.color(),
        _ => None,
    }
}
