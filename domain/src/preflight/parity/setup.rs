//! What MWAA tells of both environments: version, class, workers, options, and the files that they are set up with.

use super::{ENCRYPTED, differs, only, sentence};
use crate::{
    Color, Environment, Reading,
    environment::{COLOR_OPTION, OptionValue, Setup},
    preflight::{
        Check, Scene,
        made::{SETUP_IS_OLD_AFTER, doubt, named, pass, warn},
        pair::both,
    },
    surroundings::DagFile,
};
use std::collections::BTreeMap;

/// A file and its version.
type File = Option<(String, Option<String>)>;

pub(in crate::preflight) fn checks(scene: Scene<'_>) -> [Check; 7] {
    [
        both(scene, "airflow-version", |blue, green| version(scene, blue, green)),
        both(scene, "class", |blue, green| class(scene, blue, green)),
        both(scene, "workers", |blue, green| workers(scene, blue, green)),
        both(scene, "options", |blue, green| options(scene, blue, green)),
        both(scene, "requirements", |blue, green| {
            file(scene, "requirements", "requirements file", blue, green, |s| &s.requirements)
        }),
        both(scene, "plugins", |blue, green| file(scene, "plugins", "plugins file", blue, green, |s| &s.plugins)),
        both(scene, "startup", |blue, green| file(scene, "startup", "start-up script", blue, green, |s| &s.startup)),
    ]
}

fn version(scene: Scene<'_>, blue: &Environment, green: &Environment) -> Check {
    let name = "airflow-version";
    match (&blue.airflow_version, &green.airflow_version) {
        (Some(blue), Some(green)) if blue == green => pass(name, format!("Both run Airflow {blue}.")),
        (Some(blue), Some(green)) => differs(
            scene,
            name,
            format!("Blue runs Airflow {blue}, Green {green}."),
            "Upgrade the standby, or declare the maintenance if that is under way.",
        ),
        _ => warn(name, "MWAA does not tell the Airflow version of both sides.", CONSOLE),
    }
}

const CONSOLE: &str = "Compare the two in the MWAA console.";

fn class(scene: Scene<'_>, blue: &Environment, green: &Environment) -> Check {
    let name = "class";
    match (&blue.class, &green.class) {
        (Some(blue), Some(green)) if blue == green => pass(name, format!("Both are {blue}.")),
        (Some(blue), Some(green)) => differs(
            scene,
            name,
            format!("Blue is {blue}, Green {green}."),
            "Give the smaller one the other's class, or make sure that it carries the load.",
        ),
        _ => warn(name, "MWAA does not tell the class of both sides.", CONSOLE),
    }
}

fn workers(scene: Scene<'_>, blue: &Environment, green: &Environment) -> Check {
    let name = "workers";
    let has = |environment: &Environment| {
        let (least, most) = environment.workers?;
        let schedulers = environment.schedulers.map_or_else(String::new, |count| format!(" and {count} schedulers"));
        Some(format!("{least} to {most} workers{schedulers}"))
    };
    match (has(blue), has(green)) {
        (Some(blue), Some(green)) if blue == green => pass(name, format!("Both have {blue}.")),
        (Some(blue), Some(green)) => differs(
            scene,
            name,
            format!("Blue has {blue}, Green {green}."),
            "Give both the same, or make sure that the one with fewer carries the load.",
        ),
        _ => warn(name, "MWAA does not tell the workers of both sides.", CONSOLE),
    }
}

/// Options may hold secrets: only their names are told, and their values are known by their marks alone.
fn options(scene: Scene<'_>, blue: &Environment, green: &Environment) -> Check {
    let name = "options";
    let (blue, green) = (&blue.setup.options, &green.setup.options);
    let names = |options: &'_ BTreeMap<String, OptionValue>| {
        options.keys().filter(|key| *key != COLOR_OPTION).cloned().collect::<Vec<_>>()
    };
    let (blue_names, green_names) = (names(blue), names(green));
    let mut found = only("", blue_names.iter().map(String::as_str), green_names.iter().map(String::as_str));
    let other: Vec<&String> =
        blue_names.iter().filter(|key| green.get(*key).is_some_and(|value| Some(value) != blue.get(*key))).collect();
    if !other.is_empty() {
        found.push(format!("set to something else: {}", named(&other, 5)));
    }
    if found.is_empty() {
        return pass(name, format!("Both have the same configuration options ({}).", blue_names.len()));
    }
    differs(scene, name, sentence(&found), "Set them alike in the MWAA console; `environment_color` alone must differ.")
}

fn file(
    scene: Scene<'_>,
    name: &str,
    what: &str,
    blue: &Environment,
    green: &Environment,
    of: impl Fn(&Setup) -> &File,
) -> Check {
    let mend = format!("Give both sides the same {what}.");
    let ((blue_path, blue_version), (green_path, green_version)) = match (of(&blue.setup), of(&green.setup)) {
        (None, None) => return pass(name, format!("Neither side has a {what}.")),
        (Some((path, _)), None) => return differs(scene, name, format!("Only Blue has a {what}: {path}."), &mend),
        (None, Some((path, _))) => return differs(scene, name, format!("Only Green has a {what}: {path}."), &mend),
        (Some(blue), Some(green)) => (blue, green),
    };
    // Two buckets number their versions apart: only the content's hash tells whether it is the same.
    let one_bucket = blue.setup.bucket.is_some() && blue.setup.bucket == green.setup.bucket;
    let known = |side: Color, path: &str| {
        let artifacts: &Reading<Vec<DagFile>> = &scene.pair.surroundings.side(side).artifacts;
        let fresh = doubt("", artifacts, SETUP_IS_OLD_AFTER, scene.now).is_none();
        artifacts.value().filter(|_| fresh)?.iter().find(|file| file.key == *path).cloned()
    };
    if one_bucket && blue_path == green_path && blue_version == green_version {
        return pass(name, format!("Both sides have {blue_path}, in the same version."));
    }
    let known = known(Color::Blue, blue_path).zip(known(Color::Green, green_path));
    match known.map(|(blue, green)| blue.same(&green)) {
        _ if one_bucket && blue_path == green_path => {
            differs(scene, name, format!("Both sides have {blue_path}, in two versions."), &mend)
        }
        Some(Some(true)) => pass(name, format!("Both sides have the same {what}, by its hash.")),
        Some(Some(false)) => {
            differs(scene, name, format!("The {what}s differ: {blue_path} on Blue, {green_path} on Green."), &mend)
        }
        _ if blue_path != green_path => {
            differs(scene, name, format!("Blue has the {what} {blue_path}, Green {green_path}."), &mend)
        }
        Some(None) => warn(
            name,
            format!("Both sides have {blue_path}, {ENCRYPTED}, or it was uploaded in parts."),
            format!("Compare the two {what}s by hand."),
        ),
        None => warn(
            name,
            format!(
                "Both sides have {blue_path}, each in its own bucket. Whether it is the same cannot be told without their hashes, which have not been read."
            ),
            format!("Compare the two {what}s by hand."),
        ),
    }
}
