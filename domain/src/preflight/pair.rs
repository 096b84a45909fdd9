//! The pair: that each side knows which one it is, and that the two are alike in what they are set up with.

use super::{
    Check, Scene,
    made::{ENVIRONMENT_IS_OLD_AFTER, block, on_both, pass, warn},
    parity,
};
use crate::{
    Color, Environment,
    environment::{COLOR_OPTION, Setup},
};

pub(super) fn checks(scene: Scene<'_>) -> Vec<Check> {
    let mut checks = vec![both(scene, "environment-color", color)];
    checks.extend(parity::of_environments(scene));
    checks
}

/// Judges blue and green together.
pub(super) fn both(
    Scene { pair, now, .. }: Scene<'_>,
    name: &str,
    judge: impl FnOnce(&Environment, &Environment) -> Check,
) -> Check {
    let what = |color: Color| format!("{}'s environment", color.title());
    let (blue, green) = (what(Color::Blue), what(Color::Green));
    on_both(name, (&blue, &pair.blue), (&green, &pair.green), ENVIRONMENT_IS_OLD_AFTER, now, judge)
}

fn color(blue: &Environment, green: &Environment) -> Check {
    let name = "environment-color";
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for (side, environment) in [(Color::Blue, blue), (Color::Green, green)] {
        match environment.setup.option(COLOR_OPTION) {
            Some(told) if told == side.as_str() => {}
            Some(told) => wrong.push(format!("{} is told that it is `{told}`", side.title())),
            None if environment.setup == Setup::default() => {
                unknown.push(format!("what {} is set up with is not known", side.title()));
            }
            None => unknown.push(format!("{} has no option `{COLOR_OPTION}`", side.title())),
        }
    }
    let mend = format!("Set the Airflow configuration option `{COLOR_OPTION}` to blue on Blue and to green on Green.");
    if !wrong.is_empty() {
        let so = "DAGs that ask the flag would work on both sides at once, or on neither";
        return block(name, format!("{}: {so}.", wrong.join(", and ")), mend);
    }
    if !unknown.is_empty() {
        let evidence = format!("Whether each side knows which one it is cannot be told: {}.", unknown.join(", and "));
        return warn(name, evidence, format!("{mend} Where a start-up script sets it, look there."));
    }
    pass(name, "Blue is told that it is blue, and Green that it is green.")
}
