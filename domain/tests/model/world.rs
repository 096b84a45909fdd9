//! The state that the checker walks: the parameter, the journal, two drivers of the machine that production
//! runs, the lease, and how much bad luck is left.

use super::{
    journal::{Confirmed, Journal},
    ssm::{Describes, Happened, Origin, Ssm, Value, operation},
};
use stateright::Property;
use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};
use teal_domain::{
    FlagVersion,
    switch::{Effect, Event, Kind, Plan, Switch},
};

/// A driver that is alive: the machine, and the effect that it is about to carry out.
#[derive(Clone, PartialEq, Eq)]
pub struct Driver {
    pub switch: Arc<Switch>,
    pub effect: Effect,
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, next {:?}", self.switch.state(), self.effect)
    }
}

impl Hash for Driver {
    /// The plan is hashed with the operator.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.switch.state(), &self.effect).hash(hasher);
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Operator {
    pub confirmed: Option<Confirmed>,
    pub driver: Option<Driver>,
    /// The last read before the put showed the flag as it was confirmed.
    pub reread: bool,
    /// How many puts left for SSM, however they ended.
    pub sent: u8,
    /// How many of them have neither landed nor been answered.
    pub in_flight: u8,
}

/// How often each kind of bad luck may still strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Luck {
    /// The outsider writes.
    pub writes: u8,
    /// The outsider deletes the parameter.
    pub deletes: u8,
    /// The store fails, or the flag cannot be read.
    pub faults: u8,
    /// A process is killed.
    pub crashes: u8,
    /// SSM refuses a put.
    pub rejections: u8,
    /// The flag is read as it was before.
    pub stale: u8,
    /// An instance reads of an open switch and acts on that much later.
    pub glimpses: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub ssm: Ssm,
    pub journal: Journal,
    pub operators: [Operator; 2],
    pub lease: Option<usize>,
    pub luck: Luck,
}

/// One configuration.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What the outsider wrote before the story begins.
    pub begins: &'static [Value],
    /// What each operator confirms; none: they stay away.
    pub kinds: [Option<Kind>; 2],
    pub luck: Luck,
    /// What the outsider may write.
    pub outsider: &'static [(Value, Describes)],
    /// How many events behind the truth a read may be.
    pub staleness: usize,
    /// How many versions SSM keeps.
    pub keeps: usize,
    /// What it must be possible to reach.
    pub reaches: &'static [fn() -> Property<Pair>],
}

impl Pair {
    pub fn world(&self) -> World {
        let mut ssm = Ssm::default();
        for value in self.begins {
            ssm.put(*value, Describes::Otherwise, Origin::Outsider, true);
        }
        // Teal reconciles when it starts, so the journal knows what was there before.
        let mut journal = Journal::default();
        journal.reconcile(&ssm, ssm.now(), self.keeps);
        World { ssm, journal, operators: Default::default(), lease: None, luck: self.luck }
    }
}

impl World {
    pub fn confirm(&mut self, op: usize, point: usize, kind: Kind) {
        let confirmed = Confirmed::new(op, &self.ssm.flag_at(point), kind);
        let (switch, effect) = Switch::begin(Plan::clone(&confirmed));
        self.operators[op].driver = Some(Driver { switch: Arc::new(switch), effect });
        self.operators[op].confirmed = Some(confirmed);
    }

    pub fn effect(&self, op: usize) -> Option<&Effect> {
        self.operators[op].driver.as_ref().map(|driver| &driver.effect)
    }

    /// Hands the driver what came of its effect. One that has nothing more to do goes home and gives the
    /// lease back.
    pub fn tell(&mut self, op: usize, event: Event) {
        let driver = self.operators[op].driver.as_mut().expect("only a live driver has effects");
        driver.effect = Arc::make_mut(&mut driver.switch).on(event);
        if driver.effect == Effect::Rest {
            self.goes_home(op);
        }
    }

    pub fn reads(&mut self, op: usize, point: usize) {
        let flag = self.ssm.flag_at(point);
        let operator = &mut self.operators[op];
        if operator.sent == 0 {
            operator.reread = operator.confirmed.as_ref().is_some_and(|plan| plan.base.holds(&flag));
        }
        self.tell(op, Event::FlagRead(flag));
    }

    fn goes_home(&mut self, op: usize) {
        self.operators[op].driver = None;
        if self.lease == Some(op) {
            self.lease = None;
        }
    }

    /// Carries out an effect that is not a read, not a put, and does not fail.
    pub fn carry_out(&mut self, op: usize) {
        match self.effect(op).cloned() {
            Some(Effect::RecordIntent) => {
                let event = self.record_intent(op);
                self.tell(op, event);
            }
            Some(Effect::TakeLease) if self.lease.is_none_or(|holder| holder == op) => {
                self.lease = Some(op);
                let waits_for = self.journal.unknown_beside(op).map(operation);
                self.tell(op, Event::LeaseTaken { waits_for });
            }
            Some(Effect::TakeLease) => self.tell(op, Event::LeaseHeld { holder: "the other".into() }),
            Some(Effect::MarkPut) => {
                let event = if self.journal.told_mut(op).mark() { Event::PutMarked } else { Event::MarkRefused };
                self.tell(op, event);
            }
            Some(Effect::RecordUnknown { .. }) => {
                self.journal.told_mut(op).unknown = true;
                self.tell(op, Event::UnknownRecorded);
            }
            Some(Effect::RecordOutcome(outcome)) => {
                let first = self.journal.told_mut(op).settle(outcome);
                self.tell(op, Event::OutcomeRecorded(first));
            }
            Some(Effect::RecordCorrection { version }) => {
                self.journal.told_mut(op).correct(version);
                self.tell(op, Event::CorrectionRecorded);
            }
            Some(Effect::ReadFlag | Effect::Put | Effect::Rest) | None => {}
        }
    }

    fn record_intent(&mut self, op: usize) -> Event {
        if self.journal.intents[op].is_some() {
            return Event::IntentKnown;
        }
        let confirmed = self.operators[op].confirmed.clone().expect("a driver has a plan");
        self.journal.intents[op] = Some((confirmed, super::journal::Told::default()));
        Event::IntentRecorded
    }

    /// The store says that it failed; it may have written all the same.
    pub fn store_fails(&mut self, op: usize, wrote: bool) {
        if wrote {
            match self.effect(op).cloned() {
                Some(Effect::RecordIntent) => drop(self.record_intent(op)),
                Some(Effect::MarkPut) => drop(self.journal.told_mut(op).mark()),
                Some(Effect::RecordOutcome(outcome)) => drop(self.journal.told_mut(op).settle(outcome)),
                _ => {}
            }
        }
        self.tell(op, Event::StoreFailed("disk full".into()));
    }

    pub fn sends(&mut self, op: usize) {
        self.operators[op].sent += 1;
        self.operators[op].in_flight += 1;
    }

    /// A put arrives, early or late.
    pub fn lands(&mut self, op: usize) -> Option<FlagVersion> {
        self.operators[op].in_flight -= 1;
        let plan = self.operators[op].confirmed.as_ref().expect("it was confirmed");
        self.ssm.put(Value::Side(plan.target), Describes::Op(op), Origin::Op(op), plan.overwrites())
    }

    /// What would stand in the end: every process is gone, what is in flight lands (or is lost), the clocks
    /// run out, and somebody reconciles.
    pub fn in_the_end(&self, lands: bool, keeps: usize) -> Self {
        let mut end = self.clone();
        for op in 0..2 {
            end.operators[op].driver = None;
            while lands && end.operators[op].in_flight > 0 {
                end.lands(op);
            }
            end.operators[op].in_flight = 0;
            if let Some((_, told)) = &mut end.journal.intents[op] {
                (told.expired, told.grace_over) = (true, true);
            }
        }
        end.journal.reconcile(&end.ssm, end.ssm.now(), keeps);
        end
    }

    pub fn reconciled(&self, keeps: usize) -> Self {
        let mut world = self.clone();
        world.journal.reconcile(&world.ssm, world.ssm.now(), keeps);
        world
    }

    pub fn outsider_deletes(&mut self) {
        self.ssm.log.push(Happened::Deleted);
    }
}
