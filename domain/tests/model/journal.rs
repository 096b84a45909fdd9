//! The journal as the model keeps it, with what the store promises: one outcome an operation (the first),
//! one correction, and no mark for a put of an operation that is settled or whose confirmation has run out.

use super::ssm::{Ssm, at, moment, operation, operator};
use std::{
    collections::HashSet,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};
use teal_domain::{
    Actor, Base, Color, Flag, FlagVersion, Incarnation, Reason, Timestamp, VersionRecord,
    reconcile::{Discovery, Known, discover, look},
    switch::{Effect, Event, Found, Interleaving, Kind, Outcome, Plan, Switch, Verification},
};

/// A version that was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Imported {
    pub incarnation: u64,
    pub version: u64,
    pub at: usize,
    pub carries: Option<usize>,
    pub wrote: Option<usize>,
    /// The versions before it are gone, so its description may be one of theirs.
    pub follows_a_gap: bool,
}

/// What was journalled about one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Told {
    pub marked: bool,
    pub unknown: bool,
    pub outcome: Option<Outcome>,
    /// Not in a real journal: up to which point the history was read that gave "not landed".
    pub read_up_to: usize,
    pub corrections: Vec<FlagVersion>,
    /// The store's clock says that the confirmation has run out.
    pub expired: bool,
    /// The store's clock says that the grace period, counted from the mark, is over.
    pub grace_over: bool,
}

impl Told {
    /// The outcome with the correction, as whoever recovers the switch is told.
    pub fn stands(&self) -> Option<Outcome> {
        self.corrections.first().map_or_else(
            || self.outcome.clone(),
            |version| {
                let verification = Verification::AnswerOnly { why: "it landed late".into() };
                Some(Outcome::Landed { version: *version, interleaving: Interleaving::None, verification })
            },
        )
    }

    pub fn settle(&mut self, outcome: Outcome) -> Outcome {
        self.outcome.get_or_insert(outcome).clone()
    }

    pub fn correct(&mut self, version: FlagVersion) {
        if self.corrections.is_empty() {
            self.corrections.push(version);
        }
    }

    /// Whether the store takes the mark.
    pub fn mark(&mut self) -> bool {
        let takes = !self.marked && !self.expired && self.outcome.is_none();
        self.marked |= takes;
        takes
    }
}

/// A plan that is cheap to clone and to hash: what differs between plans of one operator is what they saw.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirmed(Arc<Plan>);

impl fmt::Debug for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} to {} from {:?}", self.kind, self.target, self.base)
    }
}

impl Confirmed {
    pub fn new(op: usize, saw: &Flag, kind: Kind) -> Self {
        let from = saw.color();
        Self(Arc::new(Plan {
            operation: operation(op),
            pair: "dev".parse().expect("a pair"),
            kind: if from.is_none() { Kind::Repair } else { kind },
            from,
            target: from.map_or(Color::BOTH[op], Color::other),
            base: Base::of(saw),
            actor: Actor::page("ana"),
            reason: Reason::parse("upgrade").expect("a reason"),
            confirmed_at: Timestamp(0),
            expires_at: Timestamp(120_000),
            approval: None,
            unproven: false,
            change_ref: None,
            overridden: Vec::new(),
            reverts: None,
            maintenance: None,
            drill: None,
            flag_only: false,
            preflight: None,
        }))
    }
}

impl Hash for Confirmed {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.0.operation, self.0.base).hash(hasher);
    }
}

impl Deref for Confirmed {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.0
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Journal {
    pub versions: Vec<Imported>,
    /// The intents, and what came after each.
    pub intents: [Option<(Confirmed, Told)>; 2],
    /// A slow instance read of this operation when its put was not marked.
    pub glimpsed: Option<usize>,
}

impl Journal {
    pub fn told(&self, op: usize) -> Option<&Told> {
        self.intents[op].as_ref().map(|(_, told)| told)
    }

    pub fn told_mut(&mut self, op: usize) -> &mut Told {
        &mut self.intents[op].as_mut().expect("the intent comes first").1
    }

    /// Another switch of the pair that was marked and has no outcome.
    pub fn unknown_beside(&self, op: usize) -> Option<usize> {
        let other = 1 - op;
        self.told(other).is_some_and(|told| told.marked && told.outcome.is_none()).then_some(other)
    }

    /// Reads the parameter's history as it was at `point`, imports it, and looks at every operation, also at
    /// one whose driver is alive: another instance cannot know that it is.
    pub fn reconcile(&mut self, ssm: &Ssm, point: usize, keeps: usize) {
        let exists = ssm.latest_at(point).is_some();
        if exists {
            self.import(&ssm.history_at(point, keeps));
        }
        let known = exists.then(|| self.known());
        for op in 0..2 {
            let wrote = self.versions.iter().find(|version| version.wrote == Some(op));
            let wrote = wrote.map(|version| (FlagVersion(version.version), moment(version.at)));
            let Some((plan, told)) = &mut self.intents[op] else { continue };
            let Some(found) = look(wrote, plan.base, known.as_ref()) else { continue };
            let mut switch = Switch::recovered(Plan::clone(plan), told.marked, told.stands());
            let looked = Event::Looked { found, grace_over: told.grace_over, expired: told.expired };
            match switch.on(looked) {
                Effect::RecordOutcome(outcome) if told.outcome.is_none() => {
                    told.read_up_to = if outcome == Outcome::NotLanded { point } else { 0 };
                    told.settle(outcome);
                }
                Effect::RecordCorrection { version } => told.correct(version),
                Effect::Rest => {}
                other => panic!("a switch that was looked at answered with {other:?}"),
            }
        }
    }

    /// The slow instance acts, by a clock that runs ahead: to it the confirmation has run out. What saves the
    /// record is a promise of the store: "expired" is not taken for a put that is marked by now.
    pub fn act_on_glimpse(&mut self) {
        let Some((plan, told)) = self.glimpsed.take().and_then(|op| self.intents[op].as_mut()) else { return };
        let mut switch = Switch::recovered(Plan::clone(plan), false, None);
        let looked = Event::Looked { found: Found::Nowhere, grace_over: false, expired: true };
        match switch.on(looked) {
            Effect::RecordOutcome(Outcome::Expired) if told.marked => {}
            Effect::RecordOutcome(outcome) => drop(told.settle(outcome)),
            other => panic!("a switch that was looked at answered with {other:?}"),
        }
    }

    fn import(&mut self, history: &[VersionRecord]) {
        let carried: HashSet<_> = self.versions.iter().filter_map(|version| version.carries).map(operation).collect();
        let mut follows_a_gap = false;
        for discovery in discover(&self.known(), history, &carried) {
            match discovery {
                Discovery::Version { incarnation, record, first_with, .. } => self.versions.push(Imported {
                    incarnation: incarnation.0,
                    version: record.version.0,
                    at: at(record.modified_at),
                    carries: record.operation().map(operator),
                    wrote: first_with.map(operator),
                    follows_a_gap: std::mem::take(&mut follows_a_gap),
                }),
                Discovery::Gap { .. } => follows_a_gap = true,
                Discovery::MadeAnew { .. } => {}
            }
        }
    }

    fn known(&self) -> Known {
        let incarnation = self.versions.last().map_or(0, |version| version.incarnation);
        let of_this_life = self.versions.iter().filter(|version| version.incarnation == incarnation);
        let versions = of_this_life.map(|version| (FlagVersion(version.version), moment(version.at))).collect();
        Known { incarnation: Incarnation(incarnation), versions, latest: None }
    }
}
