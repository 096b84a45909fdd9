//! Whether the side that is to become live has shown that its DAGs work there.

use super::{
    Check, Scene,
    made::{named, pass, warn},
    rules::RETURN,
};
use crate::{
    Timestamp,
    smoke::Smoked,
    time::{age, minute},
};

const NAME: &str = "smoke";

pub(super) fn smoke(Scene { pair, target, given, now, .. }: Scene<'_>) -> Option<Check> {
    let rules = &pair.policy.smoke;
    if rules.dags.is_empty() {
        return None;
    }
    let title = target.title();
    let test_it = format!("Smoke-test {title} on the switch page, or with `teal smoke --pair {}`.", pair.id);
    let latest = pair.smoked(target);
    let read = latest.map(|smoked| smoked.test.end.as_ref().map_or(smoked.test.run.begun_at, |(at, _)| *at));
    let check = match wrong(pair, target, latest, now) {
        // Whoever takes a switch back goes where it worked before.
        Some((evidence, _)) if given.reverts.is_some() => pass(NAME, format!("{evidence} {RETURN}")),
        Some((evidence, mend)) => warn(NAME, evidence, mend.unwrap_or(test_it)),
        None => {
            let (dags, ago) = (named(&rules.dags, 5), read.map_or_else(String::new, |at| age(now.since(at))));
            pass(NAME, format!("{dags} ran well on {title} {ago} ago, as a rehearsal."))
        }
    };
    Some(check.read(read))
}

/// What speaks against it, and what to do, where that is not another test.
fn wrong(
    pair: &crate::PairSnapshot,
    target: crate::Color,
    latest: Option<&Smoked>,
    now: Timestamp,
) -> Option<(String, Option<String>)> {
    let (rules, title) = (&pair.policy.smoke, target.title());
    let Some(Smoked { by, test, .. }) = latest else {
        return Some((format!("{title} has not been smoke-tested as far as Teal knows."), None));
    };
    let run = &test.run;
    let Some((ended_at, _)) = &test.end else {
        let evidence =
            format!("A smoke test of {title}, begun by {by} {} ago, is under way.", age(now.since(run.begun_at)));
        return Some((evidence, Some("Wait until it has ended.".to_owned())));
    };
    let ago = age(now.since(*ended_at));
    if !test.good() {
        let bad = test.bad().into_iter().map(|result| format!("{} {}", result.dag, result.fate.told()));
        let evidence = format!("The latest smoke test of {title}, {ago} ago: {}.", named(&bad.collect::<Vec<_>>(), 3));
        let mend = "Find out why in its Airflow, mend it, and smoke-test it again.".to_owned();
        return Some((evidence, Some(mend)));
    }
    let missing: Vec<&String> = rules.dags.iter().filter(|dag| !run.dags.contains(dag)).collect();
    if !missing.is_empty() {
        let evidence = format!("The latest smoke test of {title}, {ago} ago, was without {}.", named(&missing, 5));
        return Some((evidence, None));
    }
    if now.since(*ended_at) > rules.within {
        let evidence = format!("{title} was last smoke-tested {ago} ago; {} are asked for.", age(rules.within));
        return Some((evidence, None));
    }
    let Some(environment) = pair.side(target).value() else {
        let evidence = format!("{title} ran well {ago} ago; whether it was updated since is not known.");
        return Some((evidence, Some("`teal doctor` says what keeps Teal from reading it.".to_owned())));
    };
    let updated = environment.last_update.as_ref().and_then(|update| update.created_at);
    let updated = updated.filter(|at| *at > run.begun_at)?;
    let evidence = format!(
        "{title} ran well {ago} ago, and was updated since, on {}: that proves nothing of what is there now.",
        minute(updated)
    );
    Some((evidence, None))
}
