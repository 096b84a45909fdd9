//! The DAGs of both sides: their files, which there are, which are paused, when they run, and what they rely on.

use super::{differs, only, sentence};
use crate::{
    Millis, Reading,
    airflow::{Dag, Keys},
    approval,
    dags::Strategy,
    preflight::{
        Check, Scene,
        made::{AIRFLOW_IS_OLD_AFTER, SETUP_IS_OLD_AFTER, are, counted, named, on_both, pass},
    },
    surroundings::{DagFile, Mark, SideFacts},
};

pub(in crate::preflight) fn checks(scene: Scene<'_>) -> Vec<Check> {
    let keys = both(scene, "keys", "the keys", SETUP_IS_OLD_AFTER, |side| &side.keys, |b, g| keys(scene, b, g));
    if scene.pair.policy.dags.strategy == Strategy::SeparateDags {
        let apart = |name| pass(name, "Each side has DAGs of its own, by policy: nothing is compared.");
        return vec![apart("dag-files"), apart("dag-set"), apart("paused-set"), apart("schedules"), keys];
    }
    let dags = |name, judge: fn(Scene<'_>, &[Dag], &[Dag]) -> Check| {
        both(scene, name, "the list of DAGs", AIRFLOW_IS_OLD_AFTER, |side| &side.dags, |b, g| judge(scene, b, g))
    };
    vec![
        both(scene, "dag-files", "the DAG folder", SETUP_IS_OLD_AFTER, |side| &side.files, |b, g| files(scene, b, g)),
        dags("dag-set", set),
        dags("paused-set", paused),
        dags("schedules", schedules),
        keys,
    ]
}

fn both<T>(
    scene: Scene<'_>,
    name: &str,
    what: &str,
    old_after: Millis,
    of: impl Fn(&SideFacts) -> &Reading<T>,
    judge: impl FnOnce(&T, &T) -> Check,
) -> Check {
    let around = &scene.pair.surroundings;
    let (blue, green) = (format!("{what} of Blue"), format!("{what} of Green"));
    on_both(name, (&blue, of(&around.blue)), (&green, of(&around.green)), old_after, scene.now, judge)
}

fn files(scene: Scene<'_>, blue: &[DagFile], green: &[DagFile]) -> Check {
    let name = "dag-files";
    let mut found = only("", blue.iter().map(|file| &*file.key), green.iter().map(|file| &*file.key));
    let twin = |file: &DagFile| green.iter().find(|other| other.key == file.key);
    let (mut other, mut in_parts, mut encrypted) = (Vec::new(), Vec::new(), Vec::new());
    for file in blue {
        let Some(twin) = twin(file) else { continue };
        match file.same(twin) {
            Some(true) => {}
            Some(false) => other.push(&file.key),
            None if [file.mark, twin.mark].contains(&Mark::Encrypted) => encrypted.push(&file.key),
            None => in_parts.push(&file.key),
        }
    }
    if !other.is_empty() {
        found.push(format!("different content: {}", named(&other, 3)));
    }
    let differ = !found.is_empty();
    if !in_parts.is_empty() {
        found.push(format!("uploaded in parts, so not comparable by hash: {}", named(&in_parts, 3)));
    }
    if !encrypted.is_empty() {
        found.push(format!("{}: {}", super::ENCRYPTED, named(&encrypted, 3)));
    }
    if found.is_empty() {
        return pass(name, format!("Both DAG folders hold the same ({}).", counted(blue.len(), "file")));
    }
    let mend = if differ { "Deploy the same DAG files to both buckets." } else { "Compare them by hand." };
    differs(scene, name, sentence(&found), mend)
}

fn set(scene: Scene<'_>, blue: &[Dag], green: &[Dag]) -> Check {
    let name = "dag-set";
    let found = only("", blue.iter().map(|dag| &*dag.id), green.iter().map(|dag| &*dag.id));
    if found.is_empty() {
        return pass(name, format!("Both sides have the same DAGs ({}).", blue.len()));
    }
    differs(scene, name, sentence(&found), "Deploy the same DAGs to both, and look for import errors.")
}

/// The DAGs that both sides have.
fn shared<'a>(blue: &'a [Dag], green: &'a [Dag]) -> impl Iterator<Item = (&'a Dag, &'a Dag)> {
    blue.iter().filter_map(|dag| Some((dag, green.iter().find(|other| other.id == dag.id)?)))
}

fn paused(scene: Scene<'_>, blue: &[Dag], green: &[Dag]) -> Check {
    if scene.pair.policy.dags.strategy == Strategy::PauseStandby {
        return moves(scene);
    }
    let name = "paused-set";
    let differ = |on_blue: bool| {
        let stand = shared(blue, green).filter(move |(blue, green)| (blue.paused, green.paused) == (on_blue, !on_blue));
        stand.map(|(dag, _)| dag.id.as_str()).collect::<Vec<_>>()
    };
    let says =
        |side: &str, dags: Vec<&str>| (!dags.is_empty()).then(|| format!("paused only on {side}: {}", named(&dags, 3)));
    let found: Vec<String> = [says("Blue", differ(true)), says("Green", differ(false))].into_iter().flatten().collect();
    if found.is_empty() {
        return pass(name, "The same DAGs are paused on both sides.");
    }
    differs(
        scene,
        name,
        sentence(&found),
        "Pause or unpause them alike: what is paused on the target would not run there.",
    )
}

/// Under pause-standby the sides differ on purpose: told is what would move.
fn moves(scene: Scene<'_>) -> Check {
    let name = "paused-set";
    let (target, source) = (scene.target, scene.target.other());
    let plan = approval::planned(scene.pair, target, scene.now);
    let unpause = plan.moves.iter().filter(|dag| dag.unpause).count();
    let at_once: Vec<&str> = plan.moves.iter().filter(|dag| dag.fires).map(|dag| dag.dag.as_str()).collect();
    let mut told = vec![format!(
        "{} unpaused on {} and {} paused on {}; {} paused on both.",
        are(unpause, "DAG"),
        target.title(),
        plan.pause().len(),
        source.title(),
        if plan.stay.len() == 1 { "1 stays".to_owned() } else { format!("{} stay", plan.stay.len()) },
    )];
    if !at_once.is_empty() {
        told.push(format!("Likely to fire at once: {}.", named(&at_once, 3)));
    }
    if plan.missing.is_empty() {
        return pass(name, told.join(" "));
    }
    told.push(format!("Works on {} and is not on {}: {}.", source.title(), target.title(), named(&plan.missing, 3)));
    differs(scene, name, told.join(" "), "Deploy what is missing, or know that nobody will run it.")
}

fn schedules(scene: Scene<'_>, blue: &[Dag], green: &[Dag]) -> Check {
    let name = "schedules";
    let other: Vec<String> = shared(blue, green)
        .filter(|(blue, green)| blue.schedule != green.schedule)
        .map(|(blue, green)| {
            let says = |dag: &Dag| dag.schedule.clone().unwrap_or_else(|| "none".to_owned());
            format!("{} ({} on Blue, {} on Green)", blue.id, says(blue), says(green))
        })
        .collect();
    if other.is_empty() {
        return pass(name, "The DAGs of both sides have the same schedules.");
    }
    differs(
        scene,
        name,
        format!("Other schedules: {}.", named(&other, 3)),
        "Deploy the same DAG files to both, and compare the variables that schedules are made of.",
    )
}

fn keys(scene: Scene<'_>, blue: &Keys, green: &Keys) -> Check {
    let name = "keys";
    let names = |list: &'_ [String]| list.to_vec();
    let mut found = Vec::new();
    for (kind, blue, green) in [
        ("connections", names(&blue.connections), names(&green.connections)),
        ("variables", names(&blue.variables), names(&green.variables)),
        ("pools", names(&blue.pools), names(&green.pools)),
    ] {
        found.extend(only(kind, blue.iter().map(String::as_str), green.iter().map(String::as_str)));
    }
    if found.is_empty() {
        return pass(name, "Both sides know the same connections, variables and pools by name.");
    }
    differs(scene, name, sentence(&found), "Add what is missing: a DAG that relies on it fails on that side.")
}
