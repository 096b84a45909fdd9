//! What policy asks for beyond what the sides are like: the calendar, the wait, the proof, the ticket.

use super::{
    Check, Scene, Verdict,
    made::{block, pass, warn},
};
use crate::{
    Flag, Millis, freeze,
    time::{age, minute},
};

pub(super) fn checks(scene: Scene<'_>) -> Vec<Check> {
    let mut checks = vec![freeze(scene)];
    checks.extend([anti_flap(scene), proven_on(scene), change_ref(scene)].into_iter().flatten());
    checks
}

/// What is said to a switch that takes another back.
pub(super) const RETURN: &str = "It takes back a switch, which is not held up by this.";

fn freeze(Scene { pair, given, now, .. }: Scene<'_>) -> Check {
    let name = "freeze";
    if let Some((window, opens)) = freeze::closed(&pair.freezes, now) {
        if given.reverts.is_some() {
            return pass(name, format!("Closed because of {}. {RETURN}", window.because));
        }
        return block(
            name,
            format!("Closed because of {}; opens {}.", window.because, minute(opens)),
            "Wait until it opens, ask somebody who may override it, or choose emergency and say why.",
        );
    }
    match pair.freezes.iter().filter(|window| window.from > now).min_by_key(|window| window.from) {
        Some(next) => pass(name, format!("Open until {}; then closed because of {}.", minute(next.from), next.because)),
        None => pass(name, "No freeze is near."),
    }
}

fn anti_flap(scene @ Scene { pair, given, now, .. }: Scene<'_>) -> Option<Check> {
    let name = "anti-flap";
    let wait = pair.policy.anti_flap?;
    let landed =
        pair.current.as_ref().filter(|record| record.version().is_some()).map(crate::history::Record::happened_at);
    // A switch that has just landed is followed before its version is read back from AWS.
    let followed = pair.following.as_ref().map(|following| following.landed_at);
    let Some(last) = pair.live_since.or(landed).max(followed) else { return Some(unread(scene, wait)) };
    let (ago, until) = (age(now.since(last)), last + wait);
    Some(if now >= until {
        pass(name, format!("The flag was last moved {ago} ago; {} are asked for.", age(wait)))
    } else if given.reverts.is_some() {
        pass(name, format!("The flag was last moved {ago} ago. {RETURN}"))
    } else {
        block(
            name,
            format!("The flag was last moved {ago} ago, and {} must lie between two switches.", age(wait)),
            format!("Wait until {}, or choose emergency and say why.", minute(until)),
        )
    })
}

/// The journal tells of no move. Where there is a flag all the same, it has not been read yet, or does not answer: then
/// only the flag itself tells when it was last written.
fn unread(Scene { pair, given, now, .. }: Scene<'_>, wait: Millis) -> Check {
    let name = "anti-flap";
    let Some(Flag::Present { modified_at, .. }) = pair.flag.value() else {
        return pass(name, "There is no flag that could have been moved.");
    };
    let written = format!("The flag was last written {} ago", age(now.since(*modified_at)));
    if now >= *modified_at + wait {
        return pass(name, format!("{written}; {} are asked for.", age(wait)));
    }
    if given.reverts.is_some() {
        return pass(name, format!("{written}. {RETURN}"));
    }
    warn(
        name,
        format!("{written}. Whether that moved it is not known: the journal has not been read yet."),
        "Give Teal a moment to read its journal. Where it stays so, `teal doctor` says what keeps it from that.",
    )
}

fn proven_on(Scene { pair, given, now, .. }: Scene<'_>) -> Option<Check> {
    let name = "proven-on";
    let rule = pair.policy.proven_on.as_ref()?;
    let other = &rule.pair;
    let counts = "What counts is a planned switch there that landed and was watched to its end with nothing wrong";
    if let Some(at) = given.proof.filter(|at| now.since(*at) <= rule.within) {
        let evidence =
            format!("{other} was switched and found good {} ago, on {}. {counts}.", age(now.since(at)), minute(at));
        return Some(pass(name, evidence));
    }
    if given.reverts.is_some() {
        return Some(pass(name, format!("{other} has not been tried within {}. {RETURN}", age(rule.within))));
    }
    let last = given
        .proof
        .map_or_else(|| "none is known".to_owned(), |at| format!("the last one was {} ago", age(now.since(at))));
    let evidence = format!("{other} has had no good switch within {}: {last}. {counts}.", age(rule.within));
    let mend = format!("Switch {other} first and watch it to the end.");
    Some(if rule.otherwise == Verdict::Block { block(name, evidence, mend) } else { warn(name, evidence, mend) })
}

fn change_ref(Scene { pair, given, .. }: Scene<'_>) -> Option<Check> {
    let name = "change-ref";
    let rule = &pair.policy.change_ref;
    if !rule.required {
        return None;
    }
    Some(match given.change_ref {
        Some(change) => pass(name, format!("It belongs to {change}.")),
        None if given.reverts.is_some() => pass(name, RETURN),
        None => {
            let like = rule.pattern.as_ref().map_or_else(String::new, |pattern| format!(" It reads like {pattern}."));
            block(
                name,
                format!("A switch here names the change that it belongs to.{like}"),
                "Name it when you confirm.",
            )
        }
    })
}
