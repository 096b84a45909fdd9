//! What a run does next, by what is on record of it and what is seen now. Pure: the process carries it out.

use super::{Before, DrillRecord, End, Ended, Guard, Kind, Measured, Skipped, Step, judge, run::Checked};
use crate::{
    Base, Color, Flag, Millis, OperationId, Timestamp,
    history::{Progress, SwitchRecord},
    preflight::{Check, Verdict},
    surroundings::{Alarm, AlarmState},
    switch::{Outcome, Refusal},
    watch::Rang,
};

/// How often the flag is tried to be brought back before people are called.
const ATTEMPTS: usize = 6;
/// How long to wait after the first attempt that came to nothing, and the longest such wait.
const FIRST_WAIT: Millis = Millis::from_secs(15);
const LONGEST_WAIT: Millis = Millis::from_secs(300);
/// How long the DAGs of the way back are waited for before the run ends without them.
const SETTLES: Millis = Millis::from_secs(30 * 60);
/// Where nothing has been planned for the DAGs so long after the way back, nothing will be.
const PLANS_WITHIN: Millis = Millis::from_secs(60);

/// What is seen now.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Now.
    pub now: Timestamp,
    /// An id that no operation has yet.
    pub fresh: OperationId,
    /// The flag, as it was read just now; none where it could not be.
    pub flag: Option<&'a Flag>,
    /// The checks of a planned switch to the other side, all of them; none where nobody has looked just now.
    pub checks: Option<&'a [Check]>,
    /// The alarms that the plan names and those that guard the pair, as they were read just now; none where they could not be.
    pub alarms: Option<&'a [Alarm]>,
    /// Something else that is going on with the pair, in a sentence: another switch, or a smoke test.
    pub busy: Option<&'a str>,
    /// The switch that it has begun to the other side, as far as one is on record.
    pub over: Option<&'a SwitchRecord>,
    /// The switch that it has begun to come back.
    pub back: Option<&'a SwitchRecord>,
    /// The side to come back to.
    pub home: Side,
    /// How long a switch is watched, by policy.
    pub watch: Millis,
}

/// Whether the side to come back to could take over, as far as that was read just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Nobody has looked.
    #[default]
    Unread,
    /// It could.
    Works,
    /// It could not.
    Down,
}

/// How far a switch of a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half<'a> {
    /// There is no record of it: nothing was put.
    NotBegun,
    /// It has not ended.
    UnderWay,
    /// It landed then.
    Landed(Timestamp),
    /// It ended in another way.
    Ended(&'a Outcome),
}

impl<'a> Half<'a> {
    /// Of a record, if there is one.
    pub const fn of(switch: Option<&'a SwitchRecord>) -> Self {
        let Some(switch) = switch else { return Self::NotBegun };
        match &switch.progress {
            Progress::Ended { at, outcome: Outcome::Landed { .. } } => Self::Landed(*at),
            Progress::Ended { at, .. } if switch.landed_late.is_some() => Self::Landed(*at),
            Progress::Ended { outcome, .. } => Self::Ended(outcome),
            _ => Self::UnderWay,
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing now: look again.
    Look,
    /// This goes on record; then ask again.
    Take(Step),
    /// The switch that is on record as about to be begun is carried out.
    Switch {
        /// It.
        operation: OperationId,
        /// To where.
        target: Color,
        /// From where the flag stood.
        base: Base,
        /// It is the way back, which takes this switch back.
        back: Option<OperationId>,
    },
    /// It ends.
    End(Ended),
}

/// What a run does next.
pub fn next(drill: &DrillRecord, seen: &Seen<'_>) -> Next {
    if drill.end.is_some() {
        return Next::Look;
    }
    let Some((operation, target, base)) = drill.flip() else { return before(drill, seen) };
    match Half::of(seen.over) {
        Half::NotBegun if drill.stopped().is_some() || seen.now > drill.run.window_ends() => before(drill, seen),
        Half::NotBegun => Next::Switch { operation, target, base, back: None },
        Half::UnderWay => Next::Look,
        Half::Landed(at) => over(drill, seen, at),
        Half::Ended(Outcome::Undetermined { why }) => {
            end(drill, seen, End::Unknown { because: format!("What became of the flip cannot be told. {why}") })
        }
        // It came to nothing: that is said once, and then it waits again.
        Half::Ended(outcome) => match drill.steps.last() {
            Some((_, Step::Flips { .. })) => {
                Next::Take(Step::Waits { because: format!("The switch came to nothing: {}.", told(outcome)) })
            }
            _ if rests(drill, seen.now) => Next::Look,
            _ => before(drill, seen),
        },
    }
}

/// Whether it is too early for another attempt to flip. The end of its window is not waited past.
fn rests(drill: &DrillRecord, now: Timestamp) -> bool {
    let flips = drill.steps.iter().filter(|(_, step)| matches!(step, Step::Flips { .. }));
    let (attempts, last) = flips.fold((0_usize, None), |(count, _), (at, _)| (count + 1, Some(*at)));
    let may_go_on = drill.stopped().is_none() && now <= drill.run.window_ends();
    may_go_on && last.is_some_and(|last| now.since(last) < pause(attempts))
}

/// How long to wait after so many attempts that came to nothing: after each twice as long, and never more than five minutes.
fn pause(attempts: usize) -> Millis {
    let doubled = 2_u64.saturating_pow(u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
    Millis(FIRST_WAIT.0.saturating_mul(doubled)).min(LONGEST_WAIT)
}

/// Nothing has been switched yet.
fn before(drill: &DrillRecord, seen: &Seen<'_>) -> Next {
    let skip = |why| ended(End::Skipped { why }, Measured::default(), None);
    if let Some(by) = drill.stopped() {
        return ended(
            End::Interrupted { because: format!("{} stopped it before it began to switch.", by.name) },
            Measured::default(),
            None,
        );
    }
    if seen.now > drill.run.window_ends() {
        let because = drill.waits_for().unwrap_or_default().to_owned();
        return skip(Skipped::Window { because });
    }
    let wait = |because: String| match drill.waits_for() {
        Some(known) if known == because => Next::Look,
        _ => Next::Take(Step::Waits { because }),
    };
    let guards = drill.run.plan.guards.iter().filter_map(|guard| Some((guard, guard.before?)));
    let guards: Vec<(&Guard, Before)> = guards.collect();
    let Some(alarms) = seen.alarms else { return wait("The alarms could not be read.".to_owned()) };
    let ill = |guard: &Guard| {
        let state =
            alarms.iter().find(|alarm| alarm.name == guard.alarm).map_or(AlarmState::Missing, |alarm| alarm.state);
        matches!(state, AlarmState::Alarm | AlarmState::Missing).then_some(state)
    };
    if let Some((guard, _)) = guards.iter().find(|(guard, then)| *then == Before::Skip && ill(guard).is_some()) {
        return skip(Skipped::Guard { alarm: guard.alarm.clone() });
    }
    if let Some((guard, state)) = guards.iter().find_map(|(guard, _)| Some((guard, ill(guard)?))) {
        let is = if state == AlarmState::Missing { "does not exist" } else { "is in alarm" };
        return wait(format!("The guard {} {is}.", guard.alarm));
    }
    if let Some(busy) = seen.busy {
        return wait(busy.to_owned());
    }
    let Some(flag) = seen.flag else { return wait("The flag could not be read.".to_owned()) };
    let Some(live) = flag.color() else { return wait("The flag names no side.".to_owned()) };
    let Some(checks) = seen.checks else { return wait("What a switch needs could not be looked at.".to_owned()) };
    let blocking: Vec<&Check> = checks.iter().filter(|check| check.verdict == Verdict::Block).collect();
    let flips = drill.run.plan.kind.flips();
    // What time alone mends is waited for; of the rest a tabletop drill is there to tell.
    let waits = |check: &&&Check| flips || matches!(check.name.as_str(), "freeze" | "under-way" | "store");
    if let Some(check) = blocking.iter().find(waits) {
        return wait(format!("{} blocks: {}", check.name, check.evidence));
    }
    let target = live.other();
    let went = Step::Went { target, checks: checks.iter().map(Checked::from).collect() };
    match drill.steps.last() {
        Some((_, Step::Went { .. })) if flips => {
            let ringing = alarms.iter().filter_map(Rang::of).collect();
            Next::Take(Step::Flips { operation: seen.fresh, target, base: Base::of(flag), ringing })
        }
        Some((_, Step::Went { checks, .. })) => {
            let blocked = checks.iter().filter(|check| check.verdict == Verdict::Block);
            let because: Vec<String> =
                blocked.map(|check| format!("{} blocks: {}", check.name, check.evidence)).collect();
            let end = if because.is_empty() { End::Succeeded } else { End::Failed { because } };
            ended(end, Measured::default(), None)
        }
        _ => Next::Take(went),
    }
}

/// The flag is on the other side, since then.
fn over(drill: &DrillRecord, seen: &Seen<'_>, landed: Timestamp) -> Next {
    let Some(switch) = seen.over else { return Next::Look };
    let (plan, target) = (&drill.run.plan, switch.target);
    if drill.way_back().is_some() || drill.attempts_back().1 > 0 {
        return back(drill, seen, target.other());
    }
    let Some(until) = drill.holds_until() else {
        let lasts = if plan.kind == Kind::SwitchAndReturn { plan.hold } else { seen.watch };
        return Next::Take(Step::Holds { until: landed + lasts });
    };
    if let Some(by) = switch.course.reverted_by() {
        let by_policy = switch.course.attempts().iter().any(|(_, attempt)| *attempt == by);
        let otherwise = if by_policy {
            let red = switch.course.red().into_iter().map(|(_, because)| because.to_owned());
            End::Failed { because: red.chain([format!("Teal took it back by policy, with switch {by}.")]).collect() }
        } else {
            End::Interrupted { because: format!("Somebody took it back while it was watched, with switch {by}.") }
        };
        return end(drill, seen, otherwise);
    }
    let version = match &switch.progress {
        Progress::Ended { outcome, .. } => switch.landed_late.or(outcome.landed()),
        _ => None,
    };
    if let Some(flag) = seen.flag
        && flag.version() != version
    {
        let stands = flag.color().map_or("names no side".to_owned(), |color| format!("names {}", color.title()));
        let because = format!("Somebody else wrote the flag meanwhile: it {stands}. Teal leaves it to them.");
        return ended_now(drill, seen, End::Interrupted { because }, None);
    }
    if let Some(rang) = rings(drill, seen, switch) {
        return Next::Take(rang);
    }
    let ill = drill.rang().next().is_some() || drill.stopped().is_some();
    if ill || (plan.kind == Kind::SwitchAndReturn && seen.now >= until) {
        return back(drill, seen, target.other());
    }
    // What follows a switch that stays is told by its watch, and that may take a moment longer than its time.
    let watched = switch.course.watched().is_some() || seen.now >= until + PLANS_WITHIN;
    if plan.kind == Kind::OneWay && seen.now >= until && watched {
        return end(drill, seen, End::Succeeded);
    }
    Next::Look
}

/// What went off since the flip and is not on record yet.
fn rings(drill: &DrillRecord, seen: &Seen<'_>, switch: &SwitchRecord) -> Option<Step> {
    let known = |what: &str| drill.rang().any(|(known, ..)| known == what);
    let ringing = drill.steps.iter().rev().find_map(|(_, step)| match step {
        Step::Flips { ringing, .. } => Some(ringing.as_slice()),
        _ => None,
    });
    let heeded = drill.run.plan.guards.iter().filter(|guard| guard.during || guard.outcome);
    for guard in heeded {
        let alarm = seen.alarms.unwrap_or_default().iter().find(|alarm| alarm.name == guard.alarm);
        // What rang at the flip already is not of its making.
        let rang = alarm.and_then(|alarm| Some((alarm, Rang::of(alarm)?)));
        let Some((alarm, rang)) = rang.filter(|(_, rang)| !ringing.unwrap_or_default().contains(rang)) else {
            continue;
        };
        let what = format!("guard {}", rang.alarm);
        if !known(&what) {
            let because = format!("The guard {} is in alarm: {}", rang.alarm, crate::reason::plain(&alarm.reason));
            return Some(Step::Rang { what, because, interrupts: !guard.outcome });
        }
    }
    let red = switch.course.red();
    let (what, because) = red.into_iter().find(|(what, _)| !known(what))?;
    Some(Step::Rang { what: what.to_owned(), because: because.to_owned(), interrupts: false })
}

/// The flag is to come back to `home`.
fn back(drill: &DrillRecord, seen: &Seen<'_>, home: Color) -> Next {
    let way = drill.way_back();
    let half = if way.is_some() { Half::of(seen.back) } else { Half::NotBegun };
    match half {
        Half::UnderWay => return Next::Look,
        Half::Landed(at) => return settled(drill, seen, at),
        Half::NotBegun => {
            if let Some((operation, target, base)) = way
                && matches!(drill.steps.last(), Some((_, Step::Returns { .. })))
            {
                return Next::Switch { operation, target, base, back: drill.flip().map(|(over, ..)| over) };
            }
        }
        Half::Ended(outcome) => {
            if matches!(drill.steps.last(), Some((_, Step::Returns { .. }))) {
                return Next::Take(Step::NotReturned { because: format!("It came to nothing: {}.", told(outcome)) });
            }
        }
    }
    // Wherever it stands by its own word, that counts: a put of which nobody knew may have landed.
    if let Some(flag) = seen.flag.filter(|flag| flag.color() == Some(home)) {
        let version = flag.version().map_or_else(String::new, |version| format!(" as version {version}"));
        let because = format!("The flag is back on {}{version}, and not by this run as far as is known.", home.title());
        return ended_now(drill, seen, End::Interrupted { because }, None);
    }
    let (_, failed) = drill.attempts_back();
    if failed >= ATTEMPTS {
        let last = drill.steps.iter().rev().find_map(|(_, step)| match step {
            Step::NotReturned { because } => Some(because.as_str()),
            _ => None,
        });
        let (there, home_title) = (home.other().title(), home.title());
        let because = format!(
            "The flag could not be brought back to {home_title} in {ATTEMPTS} attempts, and {there} is live. Switch to {home_title} on the \
             switch page, as an emergency if need be. {}",
            last.unwrap_or_default()
        );
        return ended_now(drill, seen, End::Failed { because: vec![because] }, Some(home.other()));
    }
    if let Some((at, Step::NotReturned { .. })) = drill.steps.last() {
        let wait = FIRST_WAIT
            .0
            .saturating_mul(2_u64.saturating_pow(u32::try_from(failed.saturating_sub(1)).unwrap_or(u32::MAX)));
        if seen.now.since(*at) < Millis(wait) {
            return Next::Look;
        }
    }
    let not = |because: &str| Next::Take(Step::NotReturned { because: because.to_owned() });
    match (seen.flag, seen.home) {
        (None, _) => not("The flag could not be read."),
        (Some(flag), _) if flag.color().is_none() => not("The flag names no side."),
        (_, Side::Unread) => not(&format!("Whether {} works could not be read.", home.title())),
        (_, Side::Down) => not(&format!("{} does not work: its environment or its Airflow is down.", home.title())),
        (Some(flag), Side::Works) => {
            Next::Take(Step::Returns { operation: seen.fresh, target: home, base: Base::of(flag) })
        }
    }
}

/// The flag is back since then: the run ends once its DAGs are where they were.
fn settled(drill: &DrillRecord, seen: &Seen<'_>, landed: Timestamp) -> Next {
    let Some(switch) = seen.back else { return Next::Look };
    let since = seen.now.since(landed);
    let (course, planned) = (&switch.course, switch.course.plan.is_some());
    let done = course.dags_done() || (!planned && since >= PLANS_WITHIN) || since >= SETTLES;
    if done { end(drill, seen, End::Succeeded) } else { Next::Look }
}

/// It ends: well, unless anything speaks against that.
fn end(drill: &DrillRecord, seen: &Seen<'_>, otherwise: End) -> Next {
    ended_now(drill, seen, otherwise, None)
}

fn ended_now(drill: &DrillRecord, seen: &Seen<'_>, otherwise: End, stranded: Option<Color>) -> Next {
    let mut measured = Measured::of(seen.over, seen.back);
    for (_, because, _) in drill.rang() {
        if !measured.red.iter().any(|red| red == because) {
            measured.red.push(because.to_owned());
        }
    }
    let end = if otherwise == End::Succeeded { verdict(drill, &measured) } else { otherwise };
    ended(end, measured, stranded)
}

fn verdict(drill: &DrillRecord, measured: &Measured) -> End {
    if let Some(by) = drill.stopped() {
        return End::Interrupted { because: format!("{} stopped it.", by.name) };
    }
    let failed: Vec<String> =
        drill.rang().filter(|(.., interrupts)| !interrupts).map(|(_, because, _)| because.to_owned()).collect();
    if failed.is_empty()
        && let Some((_, because, _)) = drill.rang().next()
    {
        return End::Interrupted { because: because.to_owned() };
    }
    let unmet = judge(&drill.run.plan, measured).into_iter().filter(|judged| !judged.met).map(|judged| judged.told());
    let mut because = failed;
    because.extend(unmet.filter(|told| !because_of_red(told, measured)).collect::<Vec<_>>());
    if because.is_empty() { End::Succeeded } else { End::Failed { because } }
}

/// What is red is told by itself already.
fn because_of_red(told: &str, measured: &Measured) -> bool {
    !measured.red.is_empty() && told.starts_with("Nothing red")
}

const fn ended(end: End, measured: Measured, stranded: Option<Color>) -> Next {
    Next::End(Ended { end, measured, stranded })
}

/// An outcome without a flip, in a few words.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused { refusal } => match refusal {
            Refusal::StoreAway { .. } => "the store could not be written".to_owned(),
            Refusal::LeaseHeld { holder } => format!("{holder} was switching"),
            Refusal::WaitsFor { .. } => "the outcome of another switch was unknown".to_owned(),
            Refusal::Unreadable { .. } => "the flag could not be read".to_owned(),
            Refusal::TooLate => "it took too long to begin".to_owned(),
            Refusal::Blocked { checks } => format!("blocked by {}", checks.join(", ")),
            Refusal::Rejected { code, .. } => format!("SSM said {code}"),
        },
        Outcome::Moved { .. } => "the flag had moved".to_owned(),
        other => other.as_str().replace('_', " "),
    }
}
