//! A plan as somebody typed it: read field by field, and refused with the field, what is wrong and how it is mended.

use jiff::SignedDuration;
use teal_app::desk::DrillForm;
use teal_domain::{
    Actor, Millis, OperationId, Reason, Timestamp,
    dags::Strategy,
    drill::{Before, Criteria, Guard, Kind, Late, Plan, When},
};

use super::calendar::{Mistake, Schedule};
use crate::{
    change_ref::{self, Needed},
    config::PairConfig,
};

/// The longest name, in characters.
const NAME: usize = 80;
/// The most alarms, and the most people who are to know.
const MOST: usize = 20;
/// So many dates ahead are looked at for gaps that are too short.
const AHEAD: usize = 60;

/// What a plan becomes of, beside the form.
#[derive(Debug)]
pub struct Given<'a> {
    /// The pair.
    pub pair: &'a PairConfig,
    /// The plan that is changed.
    pub before: Option<&'a Plan>,
    /// The id of a new one.
    pub id: OperationId,
    /// Who writes it.
    pub who: &'a Actor,
    /// Now.
    pub now: Timestamp,
}

/// Reads a plan.
pub fn read(form: &DrillForm, given: &Given<'_>) -> Result<Plan, Mistake> {
    let text = |field: &'static str, typed: &str, most: usize| {
        let read = Reason::parse(typed).map_err(|error| (field, sentence(&error.to_string())))?;
        match read.as_str().chars().count() {
            count if count > most => Err((field, format!("It has {count} characters; at most {most} fit."))),
            _ => Ok(read),
        }
    };
    let name = text("name", &form.name, NAME)?;
    let kind = Kind::parse(&form.kind)
        .ok_or_else(|| ("kind", format!("Write one of {}.", Kind::ALL.map(Kind::as_str).join(", "))))?;
    let (when, schedule) = schedule(form)?;
    let window = duration("window", &form.window, Plan::SHORTEST_WINDOW, Plan::LONGEST)?;
    let late = Late::parse(&form.late).ok_or(("late", "Write skip or run.".to_owned()))?;
    let hold = match kind {
        Kind::SwitchAndReturn => duration("hold", &form.hold, Millis::from_secs(60), Plan::LONGEST)?,
        Kind::Tabletop | Kind::OneWay => Millis(0),
    };
    let watch = given.pair.policy.watch.lasts;
    let criteria = Criteria {
        flip: limit("flip", &form.flip)?,
        pickup: limit("pickup", &form.pickup)?,
        nothing_missed: form.nothing_missed,
        nothing_red: form.nothing_red,
    };
    if criteria.nothing_missed && kind == Kind::SwitchAndReturn && hold < watch {
        let minutes = watch.as_secs().div_ceil(60);
        let what = format!(
            "What was missed is told at the end of the watch, which takes {minutes} min by policy. Hold for {minutes}m or more, or leave \
             out that nothing may be missed."
        );
        return Err(("hold", what));
    }
    let flag_only = form.flag_only && kind.flips();
    let policy = &given.pair.policy;
    if flag_only && policy.two_person.is_some() && policy.dags.strategy == Strategy::PauseStandby {
        let what = "Approvers of this pair approve what is done with its DAGs too, so a drill moves them as policy says: leave this out.";
        return Err(("flag_only", what.to_owned()));
    }
    let needed = if kind.flips() { Needed::AsPolicySays } else { Needed::IfGiven };
    let change_ref = change_ref::parse(&policy.change_ref, &form.change_ref, needed)
        .map_err(|error| ("change_ref", error.to_string()))?;
    let plan = Plan {
        id: given.before.map_or(given.id, |plan| plan.id),
        pair: given.pair.id.clone(),
        revision: given.before.map_or(1, |plan| plan.revision + 1),
        name,
        kind,
        when,
        zone: schedule.zone(),
        window,
        late,
        hold,
        flag_only,
        guards: guards(&form.guards)?,
        criteria: if kind.flips() { criteria } else { Criteria::default() },
        owner: text("owner", &form.owner, NAME)?,
        notify: people(&form.notify)?,
        change_ref,
        paused: given.before.is_some_and(|plan| plan.paused),
        changed_at: given.now,
        changed_by: given.who.clone(),
    };
    comes_to_pass(&plan, &schedule, given.now)?;
    Ok(plan)
}

/// Only the schedule: for whoever wants to see its dates before the rest is filled in.
pub fn schedule(form: &DrillForm) -> Result<(When, Schedule), Mistake> {
    let needed = |field: &'static str, typed: &str, example: &str| match typed.trim() {
        "" => Err((field, format!("Write one, such as {example}."))),
        typed => Ok(typed.to_owned()),
    };
    let when = match form.when.as_str() {
        "once" => When::Once { at: needed("at", &form.at, "2027-02-02T10:00")? },
        "cron" => When::Cron { pattern: needed("cron", &form.cron, "0 10 * * TUE")? },
        "rule" => When::Rule {
            rrule: needed("rrule", &form.rrule, "FREQ=MONTHLY;BYDAY=1TU")?,
            starts: needed("at", &form.at, "2027-02-02T10:00")?,
        },
        _ => return Err(("when", "Write once, cron or rule.".to_owned())),
    };
    let zone = needed("zone", &form.zone, "Europe/Berlin")?;
    Ok((when.clone(), Schedule::read(&when, &zone)?))
}

/// A plan of which only the schedule is known yet, for what stands in its way.
pub fn at_least(form: &DrillForm, given: &Given<'_>, zone: String) -> Plan {
    let unnamed = || Reason::quoting("A drill").unwrap_or_else(|| unreachable!("these are words"));
    let when = schedule(form).map_or(When::Once { at: String::new() }, |(when, _)| when);
    Plan {
        id: given.id,
        pair: given.pair.id.clone(),
        revision: 1,
        name: unnamed(),
        kind: Kind::Tabletop,
        when,
        zone,
        window: Plan::SHORTEST_WINDOW,
        late: Late::Skip,
        hold: Millis(0),
        flag_only: false,
        guards: Vec::new(),
        criteria: Criteria::default(),
        owner: unnamed(),
        notify: Vec::new(),
        change_ref: None,
        paused: false,
        changed_at: given.now,
        changed_by: given.who.clone(),
    }
}

/// What is never due, and what is due again before it has ended.
fn comes_to_pass(plan: &Plan, schedule: &Schedule, now: Timestamp) -> Result<(), Mistake> {
    let field = match plan.when {
        When::Once { .. } => "at",
        When::Cron { .. } => "cron",
        When::Rule { .. } => "rrule",
    };
    let dates = schedule.dates(now, now + Millis::from_secs(5 * 366 * 86_400), AHEAD);
    if dates.is_empty() {
        let what = match plan.when {
            When::Once { .. } => "That is over already: write a time that is still to come.",
            _ => "It never comes to pass in the next five years: mend it, or plan it once.",
        };
        return Err((field, what.to_owned()));
    }
    let gap = dates.windows(2).map(|two| two[1].since(two[0])).min();
    match gap {
        Some(gap) if gap <= plan.spans() => {
            let (field, what) =
                if plan.hold > plan.window { ("hold", "hold and window") } else { ("window", "window and hold") };
            let (spans, gap) = (plan.spans().as_secs() / 60, gap.as_secs() / 60);
            Err((
                field,
                format!(
                    "Its {what} come to {spans} min, and it is due again after {gap} min: let it be due less often, or shorten them."
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// `name before=wait during`, one a line.
fn guards(text: &str) -> Result<Vec<Guard>, Mistake> {
    let mut guards: Vec<Guard> = Vec::new();
    let wrong = |what: String| Err(("guards", what));
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, does): (Vec<&str>, Vec<&str>) = line
            .split_whitespace()
            .partition(|word| !matches!(*word, "before=wait" | "before=skip" | "during" | "outcome"));
        let alarm = name.join(" ");
        let shown: String = alarm.chars().take(60).collect();
        if alarm.is_empty() || alarm.chars().count() > 255 || alarm.chars().any(char::is_control) {
            return wrong("A guard needs the name of its alarm in CloudWatch.".to_owned());
        }
        if does.is_empty() {
            return wrong(format!(
                "`{shown}` does nothing: write what it does behind its name, such as `{shown} before=wait during`. There are before=wait, \
                 before=skip, during and outcome."
            ));
        }
        if guards.iter().any(|guard| guard.alarm == alarm) {
            return wrong(format!("`{shown}` stands there twice: write all that it does in one line."));
        }
        let has = |word: &str| does.contains(&word);
        if has("before=wait") && has("before=skip") || has("during") && has("outcome") {
            return wrong(format!("`{shown}` does two things that exclude each other: leave one out."));
        }
        let before = has("before=wait").then_some(Before::Wait).or(has("before=skip").then_some(Before::Skip));
        guards.push(Guard { alarm, before, during: has("during"), outcome: has("outcome") });
    }
    if guards.len() > MOST {
        return wrong(format!("There are {} guards; at most {MOST} are heeded.", guards.len()));
    }
    Ok(guards)
}

fn people(text: &str) -> Result<Vec<String>, Mistake> {
    let all = text.split([',', ';', '\n', ' ']).map(str::trim).filter(|address| !address.is_empty());
    let people: Vec<String> = all.map(str::to_owned).collect();
    let plain = |address: &str| {
        let sane = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-@".contains(c);
        address.len() <= 254
            && address.chars().all(sane)
            && address
                .split_once('@')
                .is_some_and(|(who, place)| !who.is_empty() && place.contains('.') && !place.contains('@'))
    };
    if let Some(wrong) = people.iter().find(|address| !plain(address)) {
        let shown: String = wrong.chars().filter(|c| !c.is_control()).take(60).collect();
        return Err((
            "notify",
            format!("`{shown}` is no e-mail address: write them like ana@example.com, apart by commas."),
        ));
    }
    if people.len() > MOST {
        return Err(("notify", format!("There are {} addresses; at most {MOST} fit.", people.len())));
    }
    Ok(people)
}

fn limit(field: &'static str, typed: &str) -> Result<Option<Millis>, Mistake> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    duration(field, typed, Millis(1), Plan::LONGEST).map(Some)
}

fn duration(field: &'static str, typed: &str, least: Millis, most: Millis) -> Result<Millis, Mistake> {
    let shown: String = typed.trim().chars().filter(|c| !c.is_control()).take(40).collect();
    let mend = "write a number with its unit (ms, s, m or h), such as 15m";
    let read = typed.trim().parse::<SignedDuration>().ok();
    let millis = read.and_then(|read| u64::try_from(read.as_millis()).ok()).map(Millis);
    match millis {
        None if shown.is_empty() => Err((field, format!("It is missing: {mend}."))),
        None => Err((field, format!("`{shown}` is no duration: {mend}."))),
        Some(millis) if millis < least => {
            Err((field, format!("`{shown}` is too short: write {} or more.", told(least))))
        }
        Some(millis) if millis > most => Err((field, format!("`{shown}` is too long: write {} or less.", told(most)))),
        Some(millis) => Ok(millis),
    }
}

/// A duration as it is typed.
pub fn told(span: Millis) -> String {
    match span.0 {
        millis if millis % 3_600_000 == 0 && millis > 0 => format!("{}h", millis / 3_600_000),
        millis if millis % 60_000 == 0 => format!("{}m", millis / 60_000),
        millis if millis % 1_000 == 0 => format!("{}s", millis / 1_000),
        millis => format!("{millis}ms"),
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests;
