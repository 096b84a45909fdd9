//! Driving a run: what is seen now is gathered, the domain says what is next, and that is carried out. Each step is on record
//! before the next is thought of.

use std::{sync::Arc, time::Duration};

use teal_domain::{
    Actor, Base, Color, Confirm, EnvironmentStatus, Flag, OperationId, Reason,
    approval::Wanted,
    drill::{DrillRecord, Next, Seen, Side, Step, next},
    history::Record,
    preflight::{self, Check},
    surroundings::Alarm,
    switch::{Kind, Plan},
};

use super::super::{Engine, Pair, approval::Asking, follow::in_time, observe};
use crate::{aws::airflow::client::Airflow, store::Result};

/// How long what is looked at anew before a flip is waited for.
const PATIENCE: Duration = Duration::from_secs(8);
/// More steps are not taken in one go: whoever drives holds the run for a minute.
const MOST: usize = 12;

/// Takes a run as far as it goes now.
pub(super) async fn drive(engine: &Arc<Engine>, pair: &Arc<Pair>, mut drill: DrillRecord) -> Result<()> {
    for _ in 0..MOST {
        let look = Look::at(engine, pair, &drill).await?;
        if ask(engine, pair, &mut drill, &look).await? {
            continue;
        }
        match next(&drill, &look.seen(engine, pair)) {
            Next::Look => return Ok(()),
            Next::Take(step) => {
                if !take(engine, pair, &mut drill, step).await? {
                    return Ok(());
                }
            }
            Next::Switch { operation, target, base, back } => {
                let Some(plan) = plan(engine, pair, &drill, &look, (operation, target, base, back)) else {
                    return Ok(());
                };
                // Back it goes as any revert does; forth with every check, as they are at that moment.
                let record = match back {
                    Some(_) => engine.switch(pair, plan).await?,
                    None => engine.confirmed(pair, plan).await?,
                };
                tracing::info!(pair = %pair.id(), run = %drill.run.id, seq = record.seq, "a drill has switched");
            }
            Next::End(ended) => {
                let (now, run) = (engine.clock.now(), drill.run.id);
                if engine.store.end_drill(pair.id(), run, ended.clone(), now).await? {
                    let (end, because) = (ended.end.as_str(), ended.end.because());
                    if let Some(side) = ended.stranded {
                        tracing::error!(pair = %pair.id(), %run, live = %side, because, "a drill could not bring the flag back");
                    } else {
                        tracing::info!(pair = %pair.id(), %run, end, because, "a drill has ended");
                    }
                }
                return Ok(());
            }
        }
        engine.refresh_records(pair).await;
    }
    Ok(())
}

async fn take(engine: &Arc<Engine>, pair: &Arc<Pair>, drill: &mut DrillRecord, step: Step) -> Result<bool> {
    let (now, teal) = (engine.clock.now(), Actor::teal());
    let holder = Some(engine.name());
    if !engine.store.take_drill_step(pair.id(), drill.run.id, holder, &teal, step.clone(), now).await? {
        return Ok(false);
    }
    tracing::info!(pair = %pair.id(), run = %drill.run.id, step = step.as_str(), "a step of a drill");
    drill.steps.push((now, step));
    Ok(true)
}

/// Where policy asks for two people, Teal asks for approval: once a run. Whoever wrote the plan does not give it. Answers
/// whether it has just asked.
async fn ask(engine: &Arc<Engine>, pair: &Arc<Pair>, drill: &mut DrillRecord, look: &Look) -> Result<bool> {
    let plan = &drill.run.plan;
    let waits = drill.flip().is_none() && drill.stopped().is_none() && drill.asked().is_none();
    if pair.config.policy.two_person.is_none() || !plan.kind.flips() || !waits || look.busy.is_some() {
        return Ok(false);
    }
    let Some((flag, live)) = look.flag.as_ref().and_then(|flag| Some((flag, flag.color()?))) else { return Ok(false) };
    let Some(reason) = plan.reason() else { return Ok(false) };
    let confirm = Confirm { target: live.other(), base: Base::of(flag) };
    let people = [Some(plan.changed_by.name.clone()), drill.run.asked_by.as_ref().map(|who| who.name.clone())];
    let people = people.into_iter().flatten().collect();
    let asking = Asking { confirm, reason, change_ref: plan.change_ref.clone(), people };
    match engine.ask(pair, &Actor::teal(), asking).await? {
        Ok(record) => take(engine, pair, drill, Step::Asked { record }).await,
        Err(not) => {
            tracing::debug!(pair = %pair.id(), run = %drill.run.id, %not, "approval of a drill was not asked for");
            Ok(false)
        }
    }
}

/// What is seen now.
struct Look {
    fresh: OperationId,
    flag: Option<Flag>,
    checks: Option<Vec<Check>>,
    alarms: Option<Vec<Alarm>>,
    busy: Option<String>,
    over: Option<Record>,
    back: Option<Record>,
    home: Side,
}

impl Look {
    async fn at(engine: &Arc<Engine>, pair: &Arc<Pair>, drill: &DrillRecord) -> Result<Self> {
        let of = async |begun: Option<(OperationId, Color, Base)>| match begun {
            Some((operation, ..)) => engine.store.record_of(operation).await,
            None => Ok(None),
        };
        let (over, back) = (of(drill.flip()).await?, of(drill.way_back()).await?);
        let flag = in_time(pair.ports.flag.read_one(&pair.config.names.flag)).await.ok();
        let mut look = Self {
            fresh: engine.new_operation(),
            alarms: alarms(pair, drill).await,
            busy: None,
            checks: None,
            home: Side::Unread,
            flag,
            over,
            back,
        };
        let landed = look.over.as_ref().is_some_and(|record| record.version().is_some());
        if landed {
            if let Some((_, target, _)) = drill.flip() {
                look.home = works(engine, pair, target.other()).await;
            }
        } else {
            look.busy = busy(engine, pair, drill).await?;
            look.checks = look.checks(engine, pair, drill).await?;
        }
        Ok(look)
    }

    fn seen<'a>(&'a self, engine: &Engine, pair: &Pair) -> Seen<'a> {
        Seen {
            now: engine.clock.now(),
            fresh: self.fresh,
            flag: self.flag.as_ref(),
            checks: self.checks.as_deref(),
            alarms: self.alarms.as_deref(),
            busy: self.busy.as_deref(),
            over: self.over.as_ref().and_then(Record::switch),
            back: self.back.as_ref().and_then(Record::switch),
            home: self.home,
            watch: pair.config.policy.watch.lasts,
        }
    }

    /// The checks of a planned switch to the other side, on what was looked at just now.
    async fn checks(&self, engine: &Arc<Engine>, pair: &Arc<Pair>, drill: &DrillRecord) -> Result<Option<Vec<Check>>> {
        let Some((flag, live)) = self.flag.as_ref().and_then(|flag| Some((flag, flag.color()?))) else {
            return Ok(None);
        };
        observe::look(engine, pair, PATIENCE).await;
        engine.refreshed_records(pair).await?;
        let Some(known) = engine.known_now(pair).await? else { return Ok(None) };
        let (snapshot, now, plan) = (engine.board.snapshot(), engine.clock.now(), &drill.run.plan);
        let (target, reason) = (live.other(), plan.reason());
        let mut given = Engine::given(&snapshot, &known, target, plan.change_ref.as_ref(), now);
        given.drill = Some(drill.run.id);
        let teal = Actor::teal();
        let wanted = Wanted {
            who: &teal,
            target,
            base: Base::of(flag),
            reason: reason.as_ref(),
            change_ref: plan.change_ref.as_ref(),
        };
        let mut checks = Engine::checks(&known, wanted, given, now);
        if !plan.kind.flips() {
            // Nobody approves what moves nothing, and it belongs to no change.
            checks.retain(|check| !matches!(check.name.as_str(), "approval" | "change-ref"));
        }
        Ok(Some(checks))
    }
}

/// The alarms that a run heeds; none where they could not be read.
async fn alarms(pair: &Pair, drill: &DrillRecord) -> Option<Vec<Alarm>> {
    let names: Vec<String> = drill.run.plan.guards.iter().map(|guard| guard.alarm.clone()).collect();
    if names.is_empty() {
        return Some(Vec::new());
    }
    in_time(pair.ports.around.as_ref()?.alarms.alarms(&names)).await.ok()
}

/// What else is going on with the pair.
async fn busy(engine: &Engine, pair: &Pair, drill: &DrillRecord) -> Result<Option<String>> {
    let own = drill.flip().map(|(operation, ..)| operation);
    let open = engine.store.open_operations(pair.id()).await?;
    if open.iter().any(|operation| operation.outcome.is_none() && Some(operation.plan.operation) != own) {
        return Ok(Some("A switch is under way.".to_owned()));
    }
    if let Some(record) = engine.store.following(pair.id()).await? {
        return Ok(Some(format!("What follows the switch of record {} is not over yet.", record.seq)));
    }
    if engine.store.smoke_under_way(pair.id()).await?.is_some() {
        return Ok(Some("A smoke test is under way.".to_owned()));
    }
    Ok(None)
}

/// Whether a side could take over, asked just now.
async fn works(engine: &Engine, pair: &Pair, side: Color) -> Side {
    let names = &pair.config.names;
    let name = if side == Color::Blue { &names.blue } else { &names.green };
    let Ok(environment) = in_time(pair.ports.environments.read(name)).await else { return Side::Unread };
    if environment.status != EnvironmentStatus::Available {
        return Side::Down;
    }
    let Some(around) = &pair.ports.around else { return Side::Works };
    let airflow = Airflow::new(&*around.airflow, name, environment.airflow_version.as_deref());
    match in_time(airflow.health()).await {
        Ok(parts) => {
            let vital = ["scheduler", "metadatabase"];
            let ill = parts.iter().any(|part| part.healthy == Some(false) && vital.contains(&part.name.as_str()));
            if ill { Side::Down } else { Side::Works }
        }
        Err(error) => {
            tracing::debug!(pair = %pair.id(), %side, %error, now = ?engine.clock.now(), "the side to come back to was not heard");
            Side::Unread
        }
    }
}

/// A switch of a run: like any other, through the same protocol, by Teal.
fn plan(
    engine: &Engine,
    pair: &Pair,
    drill: &DrillRecord,
    look: &Look,
    (operation, target, base, back): (OperationId, Color, Base, Option<OperationId>),
) -> Option<Plan> {
    let now = engine.clock.now();
    let reason = match back {
        None => drill.run.plan.reason()?,
        Some(_) => Reason::quoting(&format!("Back from the drill: {}", drill.run.plan.name))?,
    };
    Some(Plan {
        operation,
        pair: pair.id().clone(),
        kind: Kind::Planned,
        from: Some(target.other()),
        target,
        base,
        actor: Actor::teal(),
        reason,
        confirmed_at: now,
        expires_at: now + Plan::CONFIRMATION_LIVES,
        preflight: look.checks.as_deref().map(preflight::digest),
        approval: None,
        unproven: false,
        change_ref: drill.run.plan.change_ref.clone(),
        overridden: Vec::new(),
        reverts: back,
        maintenance: None,
        drill: Some(drill.run.id),
        flag_only: drill.run.plan.flag_only,
    })
}
