//! What a configuration must be able to reach: a property that nothing puts to the test says nothing.

use super::{
    journal::{Confirmed, Told},
    world::{Pair, World},
};
use stateright::Property;
use teal_domain::switch::{Interleaving, Kind, Outcome, Refusal, Verification};

fn some(world: &World, rule: fn(&Confirmed, &Told, &Outcome) -> bool) -> bool {
    let settled =
        |(plan, told): &(Confirmed, Told)| told.outcome.as_ref().is_some_and(|outcome| rule(plan, told, outcome));
    world.journal.intents.iter().flatten().any(settled)
}

pub fn verified() -> Property<Pair> {
    Property::sometimes("a switch lands and is verified by a read", |_, world: &World| {
        some(world, |_, _, outcome| matches!(outcome, Outcome::Landed { verification: Verification::Read, .. }))
    })
}

pub fn unknown_then_landed() -> Property<Pair> {
    Property::sometimes("a switch whose outcome was unknown is found to have landed", |_, world: &World| {
        some(world, |_, told, outcome| {
            told.unknown && matches!(outcome, Outcome::Landed { verification: Verification::History { .. }, .. })
        })
    })
}

pub fn corrected() -> Property<Pair> {
    Property::sometimes("a switch that was given up lands late and is corrected", |_, world: &World| {
        some(world, |_, told, outcome| *outcome == Outcome::NotLanded && !told.corrections.is_empty())
    })
}

pub fn moved() -> Property<Pair> {
    Property::sometimes("a flag that moved stops a switch", |_, world: &World| {
        some(world, |_, _, outcome| matches!(outcome, Outcome::Moved { .. }))
    })
}

pub fn waits() -> Property<Pair> {
    Property::sometimes("a switch waits for one whose outcome is unknown", |_, world: &World| {
        some(world, |_, _, outcome| matches!(outcome, Outcome::Refused { refusal: Refusal::WaitsFor { .. } }))
    })
}

pub fn expired() -> Property<Pair> {
    Property::sometimes("a switch whose process died expires", |_, world: &World| {
        some(world, |_, _, outcome| *outcome == Outcome::Expired)
    })
}

pub fn too_late() -> Property<Pair> {
    Property::sometimes("a confirmation runs out before the put", |_, world: &World| {
        some(world, |_, _, outcome| matches!(outcome, Outcome::Refused { refusal: Refusal::TooLate }))
    })
}

pub fn interleaved() -> Property<Pair> {
    Property::sometimes("somebody writes between the confirmation and the put", |_, world: &World| {
        some(world, |_, _, outcome| {
            matches!(outcome, Outcome::Landed { interleaving: Interleaving::SomebodyWrote, .. })
        })
    })
}

pub fn made_anew() -> Property<Pair> {
    Property::sometimes("a put makes a deleted parameter anew", |_, world: &World| {
        some(world, |_, _, outcome| matches!(outcome, Outcome::Landed { interleaving: Interleaving::MadeAnew, .. }))
    })
}

pub fn undetermined() -> Property<Pair> {
    Property::sometimes("the history that would tell is gone", |_, world: &World| {
        some(world, |_, _, outcome| matches!(outcome, Outcome::Undetermined { .. }))
    })
}

pub fn written_over() -> Property<Pair> {
    Property::sometimes("a switch is written over before it is verified", |_, world: &World| {
        some(world, |_, _, outcome| {
            matches!(outcome, Outcome::Landed { verification: Verification::WrittenOver { .. }, .. })
        })
    })
}

pub fn rejected() -> Property<Pair> {
    Property::sometimes("SSM refuses a put", |_, world: &World| {
        some(world, |_, _, outcome| matches!(outcome, Outcome::Refused { refusal: Refusal::Rejected { .. } }))
    })
}

pub fn emergency_goes_first() -> Property<Pair> {
    Property::sometimes("an emergency does not wait for an unknown outcome", |_, world: &World| {
        let lands = some(world, |plan, _, outcome| plan.kind == Kind::Emergency && outcome.landed().is_some());
        let unknown = |told: &Told| told.unknown && told.outcome.is_none();
        lands && world.journal.intents.iter().flatten().any(|(_, told)| unknown(told))
    })
}

pub fn loses_the_race() -> Property<Pair> {
    Property::sometimes("somebody else creates the missing flag first", |_, world: &World| {
        let creates = |(plan, told): &(Confirmed, Told)| told.marked && !plan.overwrites();
        let lost = |op: usize| world.operators[op].sent > 0 && world.journal.intents[op].as_ref().is_some_and(creates);
        (0..2).any(|op| lost(op) && world.ssm.by(op).next().is_none() && world.operators[op].in_flight == 0)
    })
}

pub fn gap() -> Property<Pair> {
    Property::sometimes("versions are gone before anybody reads them", |_, world: &World| {
        world.journal.versions.iter().any(|version| version.follows_a_gap)
    })
}
