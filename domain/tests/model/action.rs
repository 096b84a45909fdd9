//! What can happen next, and what then is.

use super::{
    properties,
    ssm::{Describes, Origin, Value},
    world::{Pair, World},
};
use stateright::{Model, Property};
use teal_domain::{
    Flag,
    switch::{Effect, Event},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An operator confirms what a page shows, which may be old.
    Confirms {
        op: usize,
        point: usize,
    },
    CarriesOut {
        op: usize,
    },
    StoreFails {
        op: usize,
        wrote: bool,
    },
    Reads {
        op: usize,
        point: usize,
    },
    CannotRead {
        op: usize,
    },
    /// The put lands (or meets a parameter that it was to create), and the answer arrives.
    PutIsAnswered {
        op: usize,
    },
    /// The put is sent and no answer comes. Whether it lands, and when, is open.
    PutHangs {
        op: usize,
    },
    PutIsRejected {
        op: usize,
    },
    LandsLate {
        op: usize,
    },
    Crashes {
        op: usize,
    },
    ConfirmationRunsOut {
        op: usize,
    },
    GraceIsOver {
        op: usize,
    },
    LeaseRunsOut,
    OutsiderWrites {
        value: Value,
        says: Describes,
    },
    OutsiderDeletes,
    Reconciles {
        point: usize,
    },
    Glimpses {
        op: usize,
    },
    ActsOnGlimpse,
}

impl Pair {
    /// The points that a read may show.
    fn readable(&self, world: &World) -> impl Iterator<Item = usize> + use<> {
        let now = world.ssm.now();
        now.saturating_sub(self.staleness).max(self.begins.len())..=now
    }

    /// The same for one read of the flag, of which only so many may be stale: the machine reads up to six
    /// times, and all their combinations would hide what else there is to see.
    fn flag_readable(&self, world: &World) -> impl Iterator<Item = usize> + use<> {
        let (now, stale) = (world.ssm.now(), world.luck.stale > 0);
        self.readable(world).filter(move |point| stale || *point == now)
    }

    fn driver_actions(&self, world: &World, op: usize, actions: &mut Vec<Action>) {
        let Some(effect) = world.effect(op) else { return };
        match effect {
            Effect::ReadFlag => actions.extend(self.flag_readable(world).map(|point| Action::Reads { op, point })),
            Effect::Put => {
                actions.extend([Action::PutIsAnswered { op }, Action::PutHangs { op }]);
                actions.extend((world.luck.rejections > 0).then_some(Action::PutIsRejected { op }));
            }
            _ => actions.push(Action::CarriesOut { op }),
        }
        if world.luck.faults > 0 {
            match effect {
                Effect::ReadFlag => actions.push(Action::CannotRead { op }),
                Effect::RecordIntent | Effect::MarkPut | Effect::RecordOutcome(_) => {
                    actions.extend([false, true].map(|wrote| Action::StoreFails { op, wrote }));
                }
                Effect::TakeLease => actions.push(Action::StoreFails { op, wrote: false }),
                _ => {}
            }
        }
        // An effect that was carried out and whose event was lost is the same as a crash before the next.
        actions.extend((world.luck.crashes > 0).then_some(Action::Crashes { op }));
    }
}

impl Model for Pair {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.world()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for op in 0..2 {
            // Who confirms first is called operator 0 where they are alike.
            let first = op == 0 || self.kinds[0] != self.kinds[1] || world.operators[0].confirmed.is_some();
            if world.operators[op].confirmed.is_none() && first && self.kinds[op].is_some() {
                actions.extend(self.flag_readable(world).map(|point| Action::Confirms { op, point }));
            }
            self.driver_actions(world, op, actions);
            actions.extend((world.operators[op].in_flight > 0).then_some(Action::LandsLate { op }));
            if let Some(told) = world.journal.told(op).filter(|told| told.outcome.is_none()) {
                // The clocks matter only where somebody asks them: expiry before the mark, grace after it.
                actions.extend((!told.marked && !told.expired).then_some(Action::ConfirmationRunsOut { op }));
                actions.extend((!told.marked && world.luck.glimpses > 0).then_some(Action::Glimpses { op }));
                actions.extend((told.marked && !told.grace_over).then_some(Action::GraceIsOver { op }));
            }
        }
        actions.extend(world.journal.glimpsed.map(|_| Action::ActsOnGlimpse));
        actions.extend(world.lease.map(|_| Action::LeaseRunsOut));
        if world.luck.writes > 0 {
            actions.extend(
                self.outsider.iter().map(|(value, says)| Action::OutsiderWrites { value: *value, says: *says }),
            );
        }
        let exists = world.ssm.flag_at(world.ssm.now()) != Flag::Missing;
        actions.extend((world.luck.deletes > 0 && exists).then_some(Action::OutsiderDeletes));
        actions.extend(self.readable(world).map(|point| Action::Reconciles { point }));
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Confirms { op, point } => {
                world.luck.stale -= u8::from(point < last.ssm.now());
                world.confirm(op, point, self.kinds[op]?);
            }
            Action::CarriesOut { op } => world.carry_out(op),
            Action::StoreFails { op, wrote } => {
                world.luck.faults -= 1;
                world.store_fails(op, wrote);
            }
            Action::Reads { op, point } => {
                world.luck.stale -= u8::from(point < last.ssm.now());
                world.reads(op, point);
            }
            Action::CannotRead { op } => {
                world.luck.faults -= 1;
                world.tell(op, Event::FlagUnreadable("throttled".into()));
            }
            Action::PutIsAnswered { op } => {
                world.sends(op);
                let event = world.lands(op).map_or(Event::PutConflicted, Event::PutReturned);
                world.tell(op, event);
            }
            Action::PutHangs { op } => {
                world.sends(op);
                world.tell(op, Event::PutUnclear("timed out".into()));
            }
            Action::PutIsRejected { op } => {
                world.luck.rejections -= 1;
                world.operators[op].sent += 1;
                world.tell(op, Event::PutRejected { code: "AccessDenied".into(), message: "no".into() });
            }
            Action::LandsLate { op } => drop(world.lands(op)),
            Action::Crashes { op } => {
                world.luck.crashes -= 1;
                world.operators[op].driver = None;
            }
            Action::ConfirmationRunsOut { op } => world.journal.told_mut(op).expired = true,
            Action::GraceIsOver { op } => world.journal.told_mut(op).grace_over = true,
            Action::LeaseRunsOut => world.lease = None,
            Action::OutsiderWrites { value, says } => {
                world.luck.writes -= 1;
                world.ssm.put(value, says, Origin::Outsider, true);
            }
            Action::OutsiderDeletes => {
                world.luck.deletes -= 1;
                world.outsider_deletes();
            }
            Action::Glimpses { op } => {
                world.luck.glimpses -= 1;
                world.journal.glimpsed = Some(op);
            }
            Action::ActsOnGlimpse => world.journal.act_on_glimpse(),
            Action::Reconciles { point } => world.journal.reconcile(&last.ssm, point, self.keeps),
        }
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let reached = self.reaches.iter().map(|reached| reached());
        properties::always().into_iter().chain(reached).collect()
    }

    /// The machine itself is bounded; a broken one that puts again and again would not be.
    fn within_boundary(&self, world: &World) -> bool {
        world.operators.iter().all(|operator| operator.sent <= 2)
    }
}
