//! The target's Airflow: whether it answers, lives, could read its files, and lets Teal do what it will do there.

use super::{
    Check, Scene, Verdict,
    made::{AIRFLOW_IS_OLD_AFTER, SETUP_IS_OLD_AFTER, are, block, named, on, on_both, pass, warn},
};
use crate::{
    Color, Millis, Timestamp,
    airflow::{ImportError, Part, Tried, UNTRIED, Wish},
    dags::Strategy,
    time::{age, minute},
};
use std::collections::BTreeMap;

/// What no task runs without.
const VITAL: [&str; 2] = ["scheduler", "metadatabase"];
/// How long a scheduler may be silent.
const SILENT_AFTER: Millis = Millis::from_secs(3 * 60);

pub(super) fn checks(scene: Scene<'_>) -> Vec<Check> {
    let Scene { pair, target, now, .. } = scene;
    let (facts, title) = (pair.surroundings.side(target), target.title());
    let read_at = facts.heartbeat.read_at();
    vec![
        on("airflow", &format!("the health of {title}'s Airflow"), &facts.health, AIRFLOW_IS_OLD_AFTER, now, |parts| {
            health(target, parts)
        }),
        on(
            "heartbeat",
            &format!("the heartbeat of {title}'s scheduler"),
            &facts.heartbeat,
            AIRFLOW_IS_OLD_AFTER,
            now,
            |at| heartbeat(target, *at, read_at.unwrap_or(now)),
        ),
        on(
            "import-errors",
            &format!("the list of {title}'s import errors"),
            &facts.import_errors,
            AIRFLOW_IS_OLD_AFTER,
            now,
            |errors| import_errors(target, errors),
        ),
        permissions(scene),
    ]
}

/// What a part is called among people.
fn called(part: &str) -> String {
    match part {
        "metadatabase" => "metadata database".to_owned(),
        other => other.replace('_', " "),
    }
}

fn health(target: Color, parts: &[Part]) -> Check {
    let (name, title) = ("airflow", target.title());
    let state = |name: &str| parts.iter().find(|part| part.name == name).and_then(|part| part.healthy);
    let ill = |part: &&Part| part.healthy == Some(false);
    let silent: Vec<String> = VITAL.iter().filter(|name| state(name).is_none()).map(|name| called(name)).collect();
    let sick: Vec<String> = parts.iter().filter(ill).map(|part| called(&part.name)).collect();
    if parts.iter().filter(ill).any(|part| VITAL.contains(&&*part.name)) {
        return block(
            name,
            format!("{title}'s {} {} unhealthy: nothing would run there.", named(&sick, 4), verb(sick.len())),
            format!("Look at the scheduler's log of {title}, or choose emergency and say why."),
        );
    }
    if !silent.is_empty() {
        return warn(
            name,
            format!("{title}'s Airflow answers, but says nothing of its {}.", named(&silent, 4)),
            "Open its web server and look there before you go on.",
        );
    }
    if !sick.is_empty() {
        return warn(
            name,
            format!("{title}'s {} {} unhealthy: some DAGs would not run there.", named(&sick, 4), verb(sick.len())),
            format!("Look at that part's log of {title} before you go on."),
        );
    }
    let (well, absent): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.healthy == Some(true));
    let list = |parts: &[&Part]| named(&parts.iter().map(|part| called(&part.name)).collect::<Vec<_>>(), 4);
    let absent = if absent.is_empty() { String::new() } else { format!(" No {} runs there.", list(&absent)) };
    pass(name, format!("{title}'s {} {} healthy.{absent}", list(&well), verb(well.len())))
}

const fn verb(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Judged from the moment at which it was read: how old that is stands beside it.
fn heartbeat(target: Color, at: Option<Timestamp>, read_at: Timestamp) -> Check {
    let (name, title) = ("heartbeat", target.title());
    let mend = format!("Look at the scheduler's log of {title}: while it is silent, no task begins there.");
    match at {
        None => warn(name, format!("CloudWatch has no heartbeat of {title}'s scheduler."), mend),
        Some(at) if read_at.since(at) > SILENT_AFTER => warn(
            name,
            format!("{title}'s scheduler had sent no heartbeat for {}, since {}.", age(read_at.since(at)), minute(at)),
            mend,
        ),
        Some(at) => pass(name, format!("{title}'s scheduler sent a heartbeat at {}.", minute(at))),
    }
}

fn import_errors(target: Color, errors: &[ImportError]) -> Check {
    let (name, title) = ("import-errors", target.title());
    if errors.is_empty() {
        return pass(name, format!("{title} could import all its DAG files."));
    }
    let files: Vec<&str> = errors.iter().map(|error| error.file.as_str()).collect();
    warn(
        name,
        format!("{} broken on {title}: {}.", are(files.len(), "file"), named(&files, 3)),
        format!("Mend them: the DAGs in them do not run on {title}."),
    )
}

/// What was tried on both sides: both are looked at, and under pause-standby both are paused or unpaused.
fn permissions(Scene { pair, target, now, .. }: Scene<'_>) -> Check {
    let name = "permissions";
    let moves = pair.policy.dags.strategy == Strategy::PauseStandby;
    let tests = !pair.policy.smoke.dags.is_empty();
    let used = |wish: Wish| match wish {
        Wish::PauseDags | Wish::ReadDags | Wish::EndRuns => moves,
        Wish::BeginRuns => moves || tests,
        _ => true,
    };
    // A tick that was run already is covered by a run of Teal's before its DAG is unpaused.
    let needed = |wish: Wish| moves && matches!(wish, Wish::PauseDags | Wish::BeginRuns | Wish::EndRuns);
    let source = target.other();
    let what = |side: Color| format!("what Teal may do in {}'s Airflow", side.title());
    let judge = |to: &Vec<Tried>, from: &Vec<Tried>| {
        let (mut verdict, mut found, mut refusals) = (Verdict::Pass, Vec::new(), 0);
        for (side, tried) in [(target, to), (source, from)] {
            // What was not answered has one reason as a rule, which is told once.
            let mut untried: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for wish in Wish::ALL.into_iter().filter(|wish| used(*wish)) {
                let says = match tried.iter().find(|tried| tried.wish == wish) {
                    Some(Tried { refused: None, .. }) => continue,
                    Some(Tried { refused: Some(why), .. }) => match why.strip_prefix(UNTRIED) {
                        Some(why) => {
                            untried.entry(why).or_default().push(wish.as_str());
                            continue;
                        }
                        None => format!("is refused: {why}"),
                    },
                    None => "has not been tried.".to_owned(),
                };
                let refused = says.starts_with("is");
                refusals += usize::from(refused);
                let vital = refused && needed(wish);
                verdict = verdict.max(if vital { Verdict::Block } else { Verdict::Warn });
                found.push(format!("On {}, {} {says}", side.title(), wish.as_str()));
            }
            for (why, wishes) in untried {
                verdict = verdict.max(Verdict::Warn);
                let wishes = named(&wishes, Wish::ALL.len());
                found.push(format!("On {}, {wishes} could not be tried: {why}", side.title()));
            }
        }
        let mend = if refusals == 0 {
            "See why it does not answer. What Teal may do there is tried again by itself."
        } else {
            "Give Teal's role the Airflow role that allows it, on both sides."
        };
        match verdict {
            Verdict::Pass => pass(name, "On both sides Teal may do in Airflow all that it will do there."),
            Verdict::Warn => warn(name, found.join(" "), mend),
            Verdict::Block => block(name, found.join(" "), mend),
        }
    };
    let around = &pair.surroundings;
    on_both(
        name,
        (&what(target), &around.side(target).tried),
        (&what(source), &around.side(source).tried),
        SETUP_IS_OLD_AFTER,
        now,
        judge,
    )
}
