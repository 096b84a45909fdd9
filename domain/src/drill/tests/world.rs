//! The world that runs go through in tests: it carries out what the machine wants, and can be made to fail.

use crate::{
    Actor, Base, Color, Flag, FlagValue, FlagVersion, Millis, OperationId, Reason, Timestamp,
    drill::{
        Before, Criteria, DrillRecord, Ended, Guard, Half, Kind, Late, Next, Plan, Run, Seen, Side, Step, When, next,
    },
    history::{Progress, SwitchRecord},
    journal::Timings,
    preflight::{Check, Verdict, tests::fixture::landed},
    steps,
    surroundings::{Alarm, AlarmState},
    switch::{Interleaving, Outcome, Refusal, Verification},
};
use std::collections::BTreeMap;

const DUE: Timestamp = Timestamp(1_800_000_000_000);
const WATCH: Millis = Millis::from_secs(900);

/// A plan that asks for nothing.
pub fn plan(kind: Kind) -> Plan {
    Plan {
        id: OperationId::new(DUE, 1),
        pair: "dev".parse().expect("a pair"),
        revision: 1,
        name: Reason::parse("Tuesday failover").expect("a name"),
        kind,
        when: When::Cron { pattern: "0 10 * * TUE".into() },
        zone: "Europe/Berlin".into(),
        window: Millis::from_secs(1800),
        late: Late::Skip,
        hold: Millis::from_secs(600),
        flag_only: false,
        guards: Vec::new(),
        criteria: Criteria::default(),
        owner: Reason::parse("olga").expect("an owner"),
        notify: Vec::new(),
        change_ref: None,
        paused: false,
        changed_at: DUE,
        changed_by: Actor::page("olga"),
    }
}

pub fn guard(alarm: &str, before: Option<Before>, during: bool, outcome: bool) -> Guard {
    Guard { alarm: alarm.into(), before, during, outcome }
}

pub struct World {
    pub now: Timestamp,
    pub drill: DrillRecord,
    pub flag: (Color, u64),
    pub switches: BTreeMap<OperationId, SwitchRecord>,
    pub alarms: Vec<Alarm>,
    pub blocking: Vec<Check>,
    /// How often the flag was written by Teal.
    pub flips: usize,
    pub home_is_down: bool,
    pub flag_is_away: bool,
    pub undetermined: bool,
    /// How many switches to come are refused.
    pub refusals: usize,
    fresh: u128,
}

impl World {
    pub fn new(plan: Plan) -> Self {
        let alarms = plan.guards.iter().map(|guard| alarm(&guard.alarm, AlarmState::Fine, None)).collect();
        let run = Run { id: OperationId::new(DUE, 2), plan, due: DUE, asked_by: None };
        Self {
            now: DUE,
            drill: DrillRecord::begun(run),
            flag: (Color::Blue, 9),
            switches: BTreeMap::new(),
            alarms,
            blocking: Vec::new(),
            flips: 0,
            home_is_down: false,
            flag_is_away: false,
            undetermined: false,
            refusals: 0,
            fresh: 100,
        }
    }

    pub fn live(&self) -> Option<Color> {
        Some(self.flag.0)
    }

    pub fn blocks(&mut self, name: &str, evidence: &str) {
        self.blocking.push(Check {
            name: name.into(),
            group: crate::preflight::Group::default(),
            verdict: Verdict::Block,
            evidence: evidence.into(),
            mend: "Wait.".into(),
            read_at: None,
        });
    }

    pub fn alarm(&mut self, name: &str, state: AlarmState) {
        self.alarms.retain(|alarm| alarm.name != name);
        self.alarms.push(alarm(name, state, Some(self.now)));
    }

    pub fn stop(&mut self) {
        self.drill.steps.push((self.now, Step::Stopped { by: Actor::page("olga") }));
    }

    pub fn somebody_writes(&mut self, color: Color) {
        self.flag = (color, self.flag.1 + 1);
    }

    /// The watch of the latest switch finds something.
    pub fn turns_red(&mut self, what: &str, because: &str) {
        let now = self.now;
        let red = steps::Step::Red { what: what.into(), because: because.into(), reverts: false, held: None };
        if let Some((operation, ..)) = self.drill.flip()
            && let Some(switch) = self.switches.get_mut(&operation)
        {
            switch.course.take(now, red);
        }
    }

    /// One look: asks the machine, and carries out what it wants.
    pub fn step(&mut self) -> Next {
        let wanted = self.wanted();
        match wanted.clone() {
            Next::Look => {}
            Next::Take(step) => self.drill.steps.push((self.now, step)),
            Next::Switch { operation, target, base, back } => self.switch(operation, target, base, back),
            Next::End(ended) => self.drill.end = Some((self.now, ended)),
        }
        wanted
    }

    /// What the machine wants now.
    pub fn wanted(&mut self) -> Next {
        self.fresh += 1;
        let flag = self.seen_flag();
        let checks = self.checks();
        let of =
            |flip: Option<(OperationId, Color, Base)>| flip.and_then(|(operation, ..)| self.switches.get(&operation));
        let seen = Seen {
            now: self.now,
            fresh: OperationId::new(self.now, self.fresh),
            flag: flag.as_ref(),
            checks: Some(&checks),
            alarms: Some(&self.alarms),
            busy: None,
            over: of(self.drill.flip()),
            back: of(self.drill.way_back()),
            home: if self.home_is_down { Side::Down } else { Side::Works },
            watch: WATCH,
        };
        next(&self.drill, &seen)
    }

    fn checks(&self) -> Vec<Check> {
        let good = Check { name: "flag".into(), verdict: Verdict::Pass, ..blank() };
        std::iter::once(good).chain(self.blocking.iter().cloned()).collect()
    }

    fn seen_flag(&self) -> Option<Flag> {
        let (color, version) = self.flag;
        let value = FlagValue::Color(color);
        let flag = Flag::Present { value, version: FlagVersion(version), modified_at: DUE };
        (!self.flag_is_away).then_some(flag)
    }

    /// A switch by the protocol: the intent is recorded once, the put is made if nothing stands against it.
    fn switch(&mut self, operation: OperationId, target: Color, base: Base, back: Option<OperationId>) {
        assert!(!self.switches.contains_key(&operation), "an operation is begun once");
        let moved = base.version() != Some(FlagVersion(self.flag.1));
        let outcome = if self.refusals > 0 {
            self.refusals -= 1;
            Outcome::Refused { refusal: Refusal::TooLate }
        } else if moved {
            Outcome::Moved { found: self.seen_flag().unwrap_or(Flag::Missing) }
        } else if self.undetermined {
            Outcome::Undetermined { why: "the history is gone".into() }
        } else {
            self.flag = (target, self.flag.1 + 1);
            self.flips += 1;
            let version = FlagVersion(self.flag.1);
            Outcome::Landed { version, interleaving: Interleaving::None, verification: Verification::Read }
        };
        let mut record = SwitchRecord { operation, target, base, reverts: back, ..landed(9) };
        record.from = Some(target.other());
        record.progress = Progress::Ended { at: self.now, outcome };
        record.timings = Some(Timings { total: Millis(200), ..Timings::default() });
        self.switches.insert(operation, record);
    }

    /// So many looks, ten seconds apart.
    pub fn look(&mut self, times: usize) {
        for _ in 0..times {
            if self.step() == Next::Look {
                self.now = self.now + Millis::from_secs(10);
            }
        }
    }

    /// Goes on until something is so.
    pub fn until(&mut self, so: impl Fn(&Self) -> bool) {
        for _ in 0..10_000 {
            if so(self) {
                return;
            }
            self.look(1);
        }
        panic!("it never came to pass: {:?}", self.drill.steps);
    }

    /// Goes on until the flag is on that side, and that is on record.
    pub fn until_live(&mut self, color: Color) {
        self.until(|world| world.live() == Some(color) && world.drill.holds_until().is_some());
    }

    /// Goes on to the end.
    pub fn run(&mut self) -> Ended {
        self.until(|world| world.drill.end.is_some());
        self.drill.end.clone().map(|(_, ended)| ended).expect("an end")
    }

    /// How far the switches of the run have come.
    pub fn landed(&self, back: bool) -> usize {
        let of = |switch: &&SwitchRecord| switch.reverts.is_some() == back;
        let landed = |switch: &&SwitchRecord| matches!(Half::of(Some(switch)), Half::Landed(_));
        self.switches.values().filter(of).filter(landed).count()
    }
}

fn blank() -> Check {
    Check {
        name: String::new(),
        group: crate::preflight::Group::default(),
        verdict: Verdict::Pass,
        evidence: "It is so.".into(),
        mend: String::new(),
        read_at: None,
    }
}

fn alarm(name: &str, state: AlarmState, since: Option<Timestamp>) -> Alarm {
    Alarm { name: name.into(), state, since, reason: "Threshold crossed".into() }
}
