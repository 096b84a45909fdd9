//! Teal itself: its store, its sign-in, what it asks of AWS; and what people do without it.

use super::{Case, Known, Now, Provider, Scenario, Seen, ToDo, Way};
use crate::{
    Base, Color, Flag, PairId, PairNames, Timestamp,
    dags::Strategy,
    home::SignIn,
    time::stamp,
    topology::{Health, Node, Part, listed},
};

/// A line for the command line, and when it is the one to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// When.
    pub when: &'static str,
    /// What to type.
    pub line: String,
}

/// How one switches without the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// Teal's own, while its store can be written.
    pub teal: Command,
    /// Teal's own, while it cannot.
    pub spooled: Command,
    /// Without Teal.
    pub raw: Command,
}

/// What a spool file is called in a command.
const SPOOL: &str = "teal-emergency.spool";

impl Commands {
    /// To switch a pair to a side, from the state of the flag that was seen last.
    pub fn of(pair: &PairId, names: &PairNames, region: &str, seen: Option<&Flag>, target: Color) -> Self {
        let base = seen.map(Base::of);
        // Of a flag that was never read nobody knows whether it is there: with its type the put is right either way.
        let overwrite = match base {
            Some(Base::Missing) => "--type String --no-overwrite",
            Some(Base::Version { .. }) => "--overwrite",
            None => "--type String --overwrite",
        };
        let base = base.map_or_else(|| "VERSION".to_owned(), |base| base.to_string());
        let teal = format!("teal switch --pair {pair} --to {target} --confirm {target}@{base}");
        Self {
            teal: Command {
                when: "Where Teal's program and its store are at hand; no server need run",
                line: format!("{teal} --reason \"…\""),
            },
            spooled: Command {
                when: "Where the store cannot be written: it records to a file, to be merged later",
                line: format!("{teal} --emergency --spool {SPOOL} --reason \"…\""),
            },
            raw: Command {
                when: "Without Teal: it shows up as an external change, and waits for a note",
                line: format!(
                    "aws ssm put-parameter --region {region} --name {} --value {target} {overwrite}",
                    names.flag
                ),
            },
        }
    }

    /// All of them.
    pub const fn all(&self) -> [&Command; 3] {
        [&self.teal, &self.spooled, &self.raw]
    }
}

pub(super) fn seen(known: &Known<'_>) -> Vec<Seen> {
    vec![store(known), sign_in(known), aws(known)]
}

pub(super) fn state(seen: &[Seen]) -> Now {
    if seen.iter().any(|seen| seen.health == Health::Down) { Now::Happening } else { Now::Calm }
}

pub(super) fn teal(known: &Known<'_>) -> Scenario {
    let seen = seen(known);
    let measured: Vec<_> = known.past.and_then(super::Past::unseen).into_iter().collect();
    Scenario {
        case: Case::Teal,
        now: state(&seen),
        seen,
        zones: Vec::new(),
        by_itself: by_itself(known),
        claim: None,
        unmeasured: measured
            .is_empty()
            .then_some("Not measured yet: it is a minute's work, once Teal has run for one."),
        measured,
        to_do: to_do(known),
    }
}

fn line(what: &'static str, health: Health, says: impl Into<String>, at: Option<Timestamp>) -> Seen {
    Seen { what, part: None, health, says: says.into(), at, failing: false }
}

fn store(known: &Known<'_>) -> Seen {
    let (what, store) = ("Teal's store", &known.pair.store);
    match store.error() {
        Some(error) => {
            let says = format!("The journal cannot be written since {}. {}", stamp(error.since), error.message);
            line(what, Health::Down, says, store.read_at())
        }
        None if store.read_at().is_some() => {
            line(what, Health::Healthy, "The journal can be written.", store.read_at())
        }
        None => line(what, Health::Unknown, "Whether the journal can be written has not been tried yet.", None),
    }
}

fn sign_in(known: &Known<'_>) -> Seen {
    let what = "Teal's sign-in";
    match (&known.pair.home.sign_in, known.provider) {
        (SignIn::Nobody, _) => line(what, Health::Healthy, "Nobody signs in here.", None),
        (_, Provider::Away) => line(
            what,
            Health::Down,
            "The identity provider cannot be reached: who is in stays in for a while, and nobody else gets in.",
            None,
        ),
        (SignIn::NotTold, Provider::Answers) => line(what, Health::Unknown, "Where people sign in is not known.", None),
        (_, Provider::Answers) => {
            line(what, Health::Healthy, "The identity provider has not failed to answer lately.", None)
        }
    }
}

/// What Teal asks of AWS, all of it together: one thing that cannot be read is that thing's affair.
fn aws(known: &Known<'_>) -> Seen {
    let what = "What Teal asks of AWS";
    let nodes = &known.topology.nodes;
    let at = nodes.iter().filter_map(|node| node.read_at).max();
    // That there is no environment of a name is an answer.
    let answers = |node: &Node| matches!(node.part, Part::Environment(_)) && node.health == Health::Down;
    let named = |of: &dyn Fn(&Node) -> bool| -> Vec<&'static str> {
        nodes.iter().filter(|node| of(node) && !answers(node)).map(|node| node.part.title()).collect()
    };
    let failing = named(&|node| node.failing);
    let unasked = named(&|node| node.read_at.is_none() && !node.failing);
    match (failing.len(), unasked.len()) {
        (0, 0) => line(what, Health::Healthy, "All of it answers.", at),
        (some, _) if some == nodes.len() => {
            line(what, Health::Down, "None of it answers: what is shown is what was read last.", at)
        }
        (0, _) => line(what, Health::Unknown, format!("These have not been asked for yet: {}.", listed(&unasked)), at),
        _ => line(what, Health::Degraded, format!("These could not be read lately: {}.", listed(&failing)), at),
    }
}

fn by_itself(known: &Known<'_>) -> Vec<String> {
    let mut told = vec!["DAGs go on: they ask the flag, and not Teal.".to_owned()];
    if known.pair.policy.dags.strategy == Strategy::PauseStandby {
        told.push(
            "What is still to be paused and unpaused after a switch waits until a Teal is back, or `teal follow` is run."
                .to_owned(),
        );
    }
    told.push(
        "A Teal that comes back takes up a switch that was cut off, and every version of the flag that it missed. Nobody need \
         start it anew when AWS, the store or the provider answers again."
            .to_owned(),
    );
    told
}

fn to_do(known: &Known<'_>) -> ToDo {
    let pair = known.pair;
    let target = pair.live().map_or(Color::Blue, Color::other);
    let commands = Commands::of(&pair.id, &pair.names, &pair.region, pair.flag.value(), target);
    let after = match pair.policy.dags.strategy {
        Strategy::PauseStandby => " Then move the DAGs: `teal follow`, or by hand in both Airflows.",
        Strategy::FlagOnly | Strategy::SeparateDags => "",
    };
    let which = if pair.live().is_none() { ", to the side that should work" } else { "" };
    let says = format!(
        "Leave the flag alone unless the active side fails. If it does, switch on the command line{which}; `teal status` tells \
         the version to confirm.{after}"
    );
    ToDo::new(says, Way::CommandLine(commands))
}
