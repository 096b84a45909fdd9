//! What surrounds the flag, as far as it is looked at: while nothing of it is, that is one warning and not a dozen.

use super::{
    Check, Scene, Verdict, airflow,
    made::{ALARMS_ARE_OLD_AFTER, are, block, on, pass, warn},
    parity, said, work,
};
use crate::{
    Surroundings,
    policy::Guard,
    surroundings::{Alarm, AlarmState},
    time::age,
};

pub(super) fn checks(scene: Scene<'_>) -> Vec<Check> {
    let mut checks = airflow::checks(scene);
    checks.extend(guard(scene));
    checks.extend(work::checks(scene));
    checks.extend(parity::of_dags(scene));
    if *scene.pair.surroundings != Surroundings::default() {
        return checks;
    }
    // What policy wants to block stays by its own name.
    checks.retain(|check| said(scene.pair, &check.name) == Some(Verdict::Block));
    checks.push(warn(
        "surroundings",
        "Nothing of what surrounds the flag has been looked at yet: neither the two Airflows nor their files and alarms.",
        "Give Teal a minute after its start. Where it stays so, `teal doctor` says what keeps Teal from looking.",
    ));
    checks
}

fn guard(Scene { pair, now, .. }: Scene<'_>) -> Option<Check> {
    let name = "guard";
    let guards: Vec<&Guard> = pair.policy.guards.iter().filter(|guard| guard.before).collect();
    if guards.is_empty() {
        return None;
    }
    let alarms = &pair.surroundings.alarms;
    Some(on(name, "the state of the alarms", alarms, ALARMS_ARE_OLD_AFTER, now, |alarms| {
        let judged: Vec<(Verdict, String, &Guard)> = guards
            .iter()
            .map(|guard| {
                let (verdict, says) = one(guard, alarms.iter().find(|alarm| alarm.name == guard.alarm), now);
                (verdict, says, *guard)
            })
            .collect();
        let worst = judged.iter().map(|(verdict, ..)| *verdict).max().unwrap_or(Verdict::Pass);
        if worst == Verdict::Pass {
            return pass(name, format!("{} in order.", are(guards.len(), "guard")));
        }
        let found = judged.iter().filter(|(verdict, ..)| *verdict != Verdict::Pass);
        let evidence = found.clone().map(|(_, says, _)| says.as_str()).collect::<Vec<_>>().join(" ");
        let runbooks = found.filter_map(|(_, _, guard)| {
            Some((guard, guard.runbook_url.as_ref().or(pair.policy.runbook_url.as_ref())?))
        });
        let mut mend = vec!["Find out why before you switch.".to_owned()];
        mend.extend(runbooks.map(|(guard, url)| format!("Runbook for {}: {url}", guard.alarm)));
        let make = if worst == Verdict::Block { block } else { warn };
        make(name, evidence, mend.join(" "))
    }))
}

fn one(guard: &Guard, alarm: Option<&Alarm>, now: crate::Timestamp) -> (Verdict, String) {
    let name = &guard.alarm;
    let since = |alarm: &Alarm| alarm.since.map_or_else(String::new, |at| format!(" for {}", age(now.since(at))));
    match alarm {
        Some(alarm) => match alarm.state {
            AlarmState::Fine => (Verdict::Pass, String::new()),
            AlarmState::Alarm => {
                (Verdict::Block, format!("{name} has been in alarm{}: {}", since(alarm), ended(&alarm.reason)))
            }
            AlarmState::NoData => (Verdict::Warn, format!("{name} has had too little data{}.", since(alarm))),
            AlarmState::Missing => (Verdict::Warn, format!("There is no alarm named {name}.")),
        },
        None => (Verdict::Warn, format!("{name} was not among the alarms that were read.")),
    }
}

/// Somebody else's words, as a sentence.
fn ended(words: &str) -> String {
    match words.trim() {
        "" => "it gives no reason.".to_owned(),
        words if words.ends_with(['.', '!', '?']) => words.to_owned(),
        words => format!("{words}."),
    }
}
