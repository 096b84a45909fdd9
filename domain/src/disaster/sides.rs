//! The two sides: the one that is live, and the one that stands by.

use super::{Case, First, Known, Measurement, Now, Scenario, ToDo, Way};
use crate::{
    Color, Flag,
    approval::Answer,
    dags::Strategy,
    environment::Readiness,
    preflight::{self, Check, Given, Verdict},
    topology::{Health, Part, fails},
};

/// What stands against an emergency too: without them nothing could be switched, or not truthfully.
const FIRM: [&str; 3] = ["flag", "label", "store"];
/// What the form itself asks for is nothing to be mended first.
const ASKED: &str = "change-ref";

/// What was not measured of a side that was never observed.
const NOT_YET: &str = "Not measured yet: drills will measure it.";

/// The side that is live. Where there is one only it is that one, flag or not.
fn live(known: &Known<'_>) -> Option<Color> {
    let topology = known.topology;
    let only = topology.one_sided().then(|| topology.nodes.iter().find(|node| node.lit)).flatten();
    known.pair.live().or_else(|| only.and_then(|node| node.part.side()))
}

pub(super) fn active_state(known: &Known<'_>) -> Now {
    let Known { pair, topology, now, .. } = known;
    match live(known) {
        None if pair.flag.value().is_some() && known.health(Part::Flag) == Health::Down => Now::Happening,
        None => Now::Unknown,
        Some(color) if fails(pair, color, *now) => Now::Happening,
        Some(color) => {
            let unknown = [Part::Flag, Part::Environment(color)]
                .iter()
                .any(|part| topology.node(*part).is_some_and(|node| node.health == Health::Unknown));
            if unknown { Now::Unknown } else { Now::Calm }
        }
    }
}

pub(super) fn active(known: &Known<'_>) -> Scenario {
    let live = live(known);
    let [blue, green] = Color::BOTH.map(Part::Environment);
    let seen = match live {
        Some(color) => known.seen(&[Part::Flag, Part::Environment(color)]),
        None => known.seen(&[Part::Flag, blue, green]),
    };
    let switches = known.past.map(super::Past::switches).unwrap_or_default();
    let unmeasured =
        switches.is_empty().then_some("No switch through Teal has been measured yet: drills will do that too.");
    let down = live.and_then(|color| known.past?.side(color));
    Scenario {
        case: Case::Active,
        now: active_state(known),
        seen,
        zones: Vec::new(),
        by_itself: active_by_itself(known),
        claim: None,
        measured: switches.into_iter().chain(down).collect(),
        unmeasured,
        to_do: active_to_do(known, live),
    }
}

fn active_by_itself(known: &Known<'_>) -> Vec<String> {
    let pair = known.pair;
    let mut told = vec!["Nothing. Teal never fails over by itself: a person decides.".to_owned()];
    if pair.policy.watch.reverts {
        told.push(
            "While a switch is watched, Teal takes that switch back if it turns red, since policy says so.".to_owned(),
        );
    }
    if !known.topology.one_sided() {
        told.push(
            match pair.policy.dags.strategy {
                Strategy::FlagOnly => {
                    "A switch moves the flag. DAGs that ask it work on the other side from their next run on."
                }
                Strategy::PauseStandby => {
                    "A switch moves the flag, and after it, by itself, the DAGs: Teal unpauses them on the new side and pauses \
                     them on the old one."
                }
                Strategy::SeparateDags => "A switch moves the flag. Each side has DAGs of its own, which Teal leaves alone.",
            }
            .to_owned(),
        );
    }
    told
}

fn active_to_do(known: &Known<'_>, live: Option<Color>) -> ToDo {
    let Known { pair, topology, now, .. } = known;
    if topology.one_sided() {
        let part = live.map_or(Part::Flag, Part::Environment);
        let says = "There is no other side to switch to. Bring the environment up in the MWAA console.";
        return ToDo::new(says, Way::Console(part));
    }
    let Some(flag) = pair.flag.value() else {
        let says = "Find out first which side is live: `teal doctor` says what keeps Teal from reading the flag.";
        return ToDo::new(says, Way::Trouble);
    };
    let Some(live) = flag.color() else { return repair(known, flag) };
    if let Some(open) = &pair.open {
        let says = format!("A switch to {} is under way: wait for what comes of it.", open.target.title());
        return ToDo::new(says, Way::Switch(open.target));
    }
    let standby = live.other();
    let title = standby.title();
    let blocked = blocked(known, standby);
    if fails(pair, standby, *now) {
        let says = format!(
            "A switch does not help: {title} does not work either. Bring up whichever side is quicker, in the MWAA console."
        );
        let target = blocked.into_iter().filter(|check| check.name == "target").map(First::from).collect();
        return ToDo { says, first: target, way: Way::Console(Part::Environment(live)) };
    }
    let approval = wants_approval(known, standby);
    if blocked.is_empty() && approval.is_none() {
        return ToDo::new(format!("Switch to {title}. Nothing stands against it."), Way::Switch(standby));
    }
    let firm = blocked.iter().any(|check| FIRM.contains(&check.name.as_str()));
    let says = if firm {
        format!("{title} could take over, and the page cannot switch to it as things stand. Mend this first:")
    } else {
        format!(
            "Switch to {title} as an emergency: that goes in spite of what stands against a planned switch, and is marked for \
             ever."
        )
    };
    let first = blocked.into_iter().map(First::from).chain(approval).collect();
    ToDo { says, first, way: Way::Switch(standby) }
}

/// The flag names no side: to name one is a repair, which no check blocks.
fn repair(known: &Known<'_>, flag: &Flag) -> ToDo {
    let Known { pair, now, .. } = known;
    let what = match flag {
        Flag::Missing => "The flag does not exist",
        Flag::Present { .. } => "The flag names no side",
    };
    let works = |color: &Color| pair.readiness(*color) == Readiness::Ready && !fails(pair, *color, *now);
    let ready: Vec<Color> = Color::BOTH.into_iter().filter(works).collect();
    let (which, sides) = match ready.as_slice() {
        [one] => (format!("Set it to {}, which works; {} does not.", one.title(), one.other().title()), ready),
        _ => ("Set it to the side that should work.".to_owned(), Color::BOTH.to_vec()),
    };
    ToDo::new(format!("{what}, so no DAG that asks it works on either side. {which}"), Way::Repair(sides))
}

/// What blocks a planned switch, as things stand.
fn blocked(known: &Known<'_>, target: Color) -> Vec<Check> {
    let reverts = known.pair.taken_back(target, known.now).map(|following| following.operation);
    let given = Given { proof: known.proof, reverts, ..Given::default() };
    let checks = preflight::checks(known.pair, target, given, known.now);
    checks.into_iter().filter(|check| check.verdict == Verdict::Block && check.name != ASKED).collect()
}

impl From<Check> for First {
    fn from(check: Check) -> Self {
        Self { what: check.evidence, mend: check.mend }
    }
}

/// A planned switch needs somebody else's word, and has not got it.
fn wants_approval(known: &Known<'_>, target: Color) -> Option<First> {
    let pair = known.pair;
    pair.policy.two_person?;
    let approved = pair.request.as_ref().is_some_and(|open| {
        open.request.target == target
            && !open.is_over(known.now)
            && open.decision.as_ref().is_some_and(|decision| decision.answer == Answer::Approved)
    });
    let needed = !approved && pair.taken_back(target, known.now).is_none();
    needed.then(|| First {
        what: "A planned switch needs somebody else's approval.".to_owned(),
        mend: "Ask for it on the switch page; an emergency does without.".to_owned(),
    })
}

/// The side that stands by, where one does.
fn standing_by(known: &Known<'_>) -> Option<Color> {
    known.pair.live().map(Color::other).filter(|_| !known.topology.one_sided())
}

pub(super) fn standby_state(known: &Known<'_>) -> Now {
    let Known { pair, topology, now, .. } = known;
    match standing_by(known) {
        None if topology.one_sided() => Now::NotHere,
        None => Now::Unknown,
        // What somebody is at is no outage of the side that stands by.
        Some(color) if pair.maintained(color, *now).is_some() => Now::Calm,
        Some(color) if fails(pair, color, *now) => Now::Happening,
        Some(color) if known.health(Part::Environment(color)) == Health::Unknown => Now::Unknown,
        Some(_) => Now::Calm,
    }
}

pub(super) fn standby(known: &Known<'_>) -> Scenario {
    let Known { pair, topology, now, .. } = known;
    let standby = standing_by(known);
    let seen = standby.map(|color| known.seen(&[Part::Environment(color)])).unwrap_or_default();
    let declared = standby.and_then(|color| pair.maintained(color, *now));
    let measured: Vec<Measurement> = standby.and_then(|color| known.past?.side(color)).into_iter().collect();
    let (by_itself, to_do) = match standby {
        None if topology.one_sided() => (
            "There is no second side here.".to_owned(),
            ToDo::new("Nothing: there is none to mend, and none to switch to.", Way::Wait),
        ),
        None => (
            "The flag names no side, so none stands by.".to_owned(),
            ToDo::new("See first to the flag: “The active side fails”.", Way::Wait),
        ),
        Some(color) => {
            let (title, live) = (color.title(), color.other().title());
            let by_itself = format!(
                "Nothing. DAGs go on working on {live}, which is live. A planned switch to {title} is refused while MWAA says that it \
                 is down."
            );
            let to_do = match declared {
                Some(declared) => ToDo::new(
                    format!("Do not switch. It is declared: {}. Mend it, then lift that.", declared.told()),
                    Way::Declare,
                ),
                None => ToDo::new(
                    format!(
                        "Do not switch. Declare what is done to {title}, so that nobody counts on it, and mend it in the MWAA \
                         console: until then nothing stands by for {live}."
                    ),
                    Way::Declare,
                ),
            };
            (by_itself, to_do)
        }
    };
    Scenario {
        case: Case::Standby,
        now: standby_state(known),
        seen,
        zones: Vec::new(),
        by_itself: vec![by_itself],
        claim: None,
        unmeasured: (measured.is_empty() && standby.is_some()).then_some(NOT_YET),
        measured,
        to_do,
    }
}
