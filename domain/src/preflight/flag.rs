//! The flag: whether it can be read, moved and recorded.

use super::{
    Check, Scene,
    made::{block, pass, warn},
};
use crate::{Flag, FlagValue, Millis, PairSnapshot, time::minute};

/// How old a reading of the flag may be before it no longer counts as current.
pub const FLAG_IS_STALE_AFTER: Millis = Millis::from_secs(30);

pub(super) fn flag(Scene { pair, now, .. }: Scene<'_>) -> Check {
    let name = "flag";
    let check = match pair.flag.value() {
        None => {
            block(name, "The flag has not been read yet.", "See `teal doctor` for what keeps Teal from reading it.")
        }
        Some(_) if pair.flag.age(now).is_some_and(|age| age > FLAG_IS_STALE_AFTER) => warn(
            name,
            format!("The flag was last read {} s ago.", pair.flag.age(now).unwrap_or_default().as_secs()),
            "The switch reads it again before it writes; if SSM is away, it stops there.",
        ),
        Some(Flag::Missing) => warn(
            name,
            "The parameter does not exist: no guarded DAG works on either side.",
            "Set the flag to the side that should work.",
        ),
        Some(Flag::Present { value: FlagValue::Invalid(text), .. }) => warn(
            name,
            format!("The flag holds `{text}`, which is neither blue nor green."),
            "Set the flag to the side that should work.",
        ),
        Some(Flag::Present { value: FlagValue::Color(color), version, .. }) => {
            pass(name, format!("The flag says {color}, version {version}."))
        }
    };
    check.read(pair.flag.read_at())
}

pub(super) fn label(pair: &PairSnapshot) -> Check {
    let name = "label";
    let Some(label) = &pair.label else {
        return pass(name, "No label keeps an old version of the parameter in place.");
    };
    let (version, labels) = (label.version, label.labels.join(", "));
    let mend = format!("Move the label off version {version} with `aws ssm unlabel-parameter-version`.");
    if label.puts_left == 0 {
        let evidence =
            format!("Version {version}, the oldest of 100, carries the label {labels}: SSM will refuse the put.");
        block(name, evidence, mend)
    } else {
        let evidence = format!(
            "Version {version}, the oldest, carries the label {labels}: in {} more puts SSM will refuse one.",
            label.puts_left
        );
        warn(name, evidence, mend)
    }
}

pub(super) fn under_way(Scene { pair, given, .. }: Scene<'_>) -> Check {
    let name = "under-way";
    if let Some((_, drill)) = pair.drills.under_way()
        && given.drill != Some(drill.run.id)
    {
        let plan = &drill.run.plan.name;
        return block(
            name,
            format!("The drill “{plan}” is under way: it is {}.", drill.state().as_str()),
            "Stop it on the page Drills, which brings the flag back first; or choose emergency, which interrupts it.",
        );
    }
    match (&pair.open, &pair.following) {
        (Some(open), _) => {
            let (target, actor) = (open.target, &open.actor);
            match open.unknown_until {
                Some(until) => block(
                    name,
                    format!("The outcome of the switch to {target} by {actor} is unknown."),
                    format!(
                        "Wait until it is settled, at {} at the latest, or choose emergency and say why.",
                        minute(until)
                    ),
                ),
                None => warn(
                    name,
                    format!("A switch to {target} by {actor} is under way."),
                    "Wait for it: this one would find the flag moved.",
                ),
            }
        }
        (None, Some(following)) if given.reverts != Some(following.operation) => {
            let target = following.target.title();
            let evidence = match following.course.watching() {
                Some((until, _)) => format!("The switch to {target} is watched until {}.", minute(until)),
                None => format!("What follows the switch to {target} is not done yet."),
            };
            warn(name, evidence, "Wait until it is over; this switch would end it as overtaken.")
        }
        (None, _) => pass(name, "No other switch is under way."),
    }
}

pub(super) fn store(pair: &PairSnapshot) -> Check {
    let name = "store";
    match pair.store.error() {
        None => pass(name, "The journal can be written.").read(pair.store.read_at()),
        Some(error) => block(
            name,
            format!("The journal cannot be written: {}", error.message),
            "Mend the store, or use the emergency command line, which records to a file.",
        ),
    }
}
