//! What holds in every state.

use super::{
    journal::{Confirmed, Told},
    ssm::{Happened, Origin, Value, Written},
    world::{Pair, World},
};
use stateright::Property;
use teal_domain::{
    Base, Flag,
    switch::{Interleaving, Kind, Outcome, Refusal, Verification},
};

/// A rule about one journalled operation.
type Rule = fn(&World, usize, &Confirmed, &Told) -> bool;

fn each(world: &World, rule: Rule) -> bool {
    (0..2).all(|op| world.journal.intents[op].as_ref().is_none_or(|(plan, told)| rule(world, op, plan, told)))
}

/// What must hold in every state of every configuration.
pub fn always() -> Vec<Property<Pair>> {
    vec![
        Property::always("the flag holds only blue or green by our hand", |_, world: &World| {
            world.ssm.written().all(|(_, w)| w.origin == Origin::Outsider || w.value != Value::Purple)
        }),
        Property::always("a confirmed operation writes at most one version", |_, world: &World| {
            (0..2).all(|op| world.ssm.by(op).count() <= 1)
        }),
        Property::always("no put is sent before its intent and its mark are journalled", |_, world: &World| {
            (0..2).all(|op| world.operators[op].sent == 0 || world.journal.told(op).is_some_and(|told| told.marked))
        }),
        Property::always("each version in the journal is there once, with its true author", |_, world: &World| {
            let versions = &world.journal.versions;
            versions.iter().enumerate().all(|(i, imported)| {
                let truth = match world.ssm.log[imported.at] {
                    Happened::Wrote(written) => written,
                    Happened::Deleted => return false,
                };
                let author = imported.wrote.map_or(Origin::Outsider, Origin::Op);
                let once = versions[..i].iter().all(|before| {
                    let same_life = before.incarnation == imported.incarnation;
                    before.at < imported.at && (!same_life || before.version < imported.version)
                });
                let open = imported.wrote.is_none() && imported.follows_a_gap;
                once && imported.version == truth.version && (author == truth.origin || open)
            })
        }),
        Property::always("a switch that is said to have landed wrote that version", |_, world: &World| {
            each(world, |world, op, _, told| {
                let said = told.outcome.iter().filter_map(Outcome::landed).chain(told.corrections.iter().copied());
                said.into_iter().all(|version| world.ssm.by(op).any(|(_, written)| written.version == version.0))
            })
        }),
        Property::always("a switch that is said to have put nothing put nothing", |_, world: &World| {
            (0..2).all(|op| put_nothing_where_it_says_so(world, op))
        }),
        Property::always("no put is sent where the reread did not show what was confirmed", |_, world: &World| {
            each(world, |world, op, plan, _| {
                let operator = &world.operators[op];
                // An emergency goes on where the flag cannot be read.
                operator.sent == 0 || operator.reread || plan.kind == Kind::Emergency
            })
        }),
        Property::always("a flag that was confirmed missing is created, never written over", |_, world: &World| {
            each(world, |world, op, plan, _| {
                plan.base != Base::Missing || world.ssm.by(op).all(|(_, written)| written.version == 1)
            })
        }),
        Property::always("a switch expires only when its confirmation has run out", |pair: &Pair, world: &World| {
            // The slow instance has a clock of its own.
            pair.luck.glimpses > 0
                || each(world, |_, _, _, told| told.outcome != Some(Outcome::Expired) || told.expired)
        }),
        Property::always(
            "a switch said not to have landed is corrected by the next fresh look",
            |pair: &Pair, world: &World| {
                let wrong = |world: &World| (0..2).any(|op| misses_its_correction(world, op, pair.keeps));
                !wrong(world) || !wrong(&world.reconciled(pair.keeps))
            },
        ),
        Property::always("a put that was sent is given up only after the grace period", |_, world: &World| {
            each(world, |_, _, _, told| {
                let given_up = matches!(told.outcome, Some(Outcome::NotLanded | Outcome::Undetermined { .. }));
                !given_up || told.grace_over
            })
        }),
        Property::always(
            "a correction is made at most once, and only of an outcome that was wrong",
            |_, world: &World| {
                each(world, |_, _, _, told| {
                    let wrong = told.outcome.as_ref().is_some_and(|outcome| outcome.landed().is_none());
                    told.corrections.len() <= usize::from(wrong)
                })
            },
        ),
        Property::always("what is said of writes in between is so", |_, world: &World| {
            each(world, |world, op, plan, told| {
                let Some(Outcome::Landed { interleaving, .. }) = &told.outcome else { return true };
                world.ssm.by(op).all(|(at, ours)| interleaving_is_true(world, plan.base, (at, ours), *interleaving))
            })
        }),
        Property::always("a flag that is said to have moved is shown where it moved to", |_, world: &World| {
            each(world, |_, _, plan, told| match (&told.outcome, plan.base) {
                (Some(Outcome::Moved { found }), base) if base.holds(found) => false,
                (
                    Some(Outcome::Moved { found: Flag::Present { modified_at: now, .. } }),
                    Base::Version { modified_at: Some(seen), .. },
                ) => *now > seen,
                _ => true,
            })
        }),
        Property::always("a version that is said to be written over was", |_, world: &World| {
            each(world, |world, op, _, told| match &told.outcome {
                Some(Outcome::Landed { verification: Verification::WrittenOver { .. }, .. }) => {
                    world.ssm.by(op).all(|(at, _)| at + 1 < world.ssm.now())
                }
                _ => true,
            })
        }),
        Property::always(
            "in the end every intent has one outcome, it is true, and the journal is whole",
            |pair: &Pair, world: &World| {
                [true, false].into_iter().filter(|lands| !lands || world.operators.iter().any(|o| o.in_flight > 0)).all(
                    |lands| {
                        let end = world.in_the_end(lands, pair.keeps);
                        (0..2).all(|op| ends_true(pair, &end, op) && put_nothing_where_it_says_so(&end, op))
                            && journal_is_whole(&end, pair.keeps)
                    },
                )
            },
        ),
    ]
}

fn put_nothing_where_it_says_so(world: &World, op: usize) -> bool {
    let operator = &world.operators[op];
    let Some((plan, told)) = &world.journal.intents[op] else { return true };
    let nothing = operator.in_flight == 0 && world.ssm.by(op).next().is_none();
    match &told.outcome {
        // These come after a put: SSM refused it.
        Some(Outcome::Refused { refusal: Refusal::Rejected { .. } }) => nothing,
        Some(Outcome::Moved { .. }) if plan.base == Base::Missing => nothing,
        Some(Outcome::Moved { .. } | Outcome::NothingToDo | Outcome::Refused { .. } | Outcome::Expired) => {
            nothing && operator.sent == 0
        }
        Some(Outcome::Landed { .. } | Outcome::NotLanded | Outcome::Undetermined { .. }) | None => true,
    }
}

/// Whether the log bears out what is said of the time between the confirmation and our version.
fn interleaving_is_true(world: &World, base: Base, (at, ours): (usize, &Written), said: Interleaving) -> bool {
    let seen = match base {
        Base::Version { modified_at: Some(moment), .. } => Some(super::ssm::at(moment)),
        _ => None,
    };
    let between = &world.ssm.log[seen.map_or(0, |seen| seen + 1)..at];
    let somebody_wrote = between.iter().any(|happened| matches!(happened, Happened::Wrote(w) if w.life == ours.life));
    let made_anew = seen.is_some() && between.contains(&Happened::Deleted);
    match said {
        // A number says only so much: where the parameter was made anew and had just reached the confirmed
        // number, ours follows it too. That it was made anew, the journal then tells in an entry of its own.
        Interleaving::None => !somebody_wrote || made_anew,
        Interleaving::SomebodyWrote => somebody_wrote,
        Interleaving::MadeAnew => made_anew,
    }
}

/// Something that can be read was written by a switch whose record says otherwise.
fn misses_its_correction(world: &World, op: usize, keeps: usize) -> bool {
    let unsaid = |told: &Told| {
        let unsaid = matches!(told.outcome, Some(Outcome::NotLanded | Outcome::Undetermined { .. }));
        unsaid && told.corrections.is_empty()
    };
    world.journal.told(op).is_some_and(unsaid) && readable(world, keeps).any(|(_, w)| w.origin == Origin::Op(op))
}

/// What a fresh read of the history shows, less what follows a gap in the journal: nobody knows whose it is.
fn readable(world: &World, keeps: usize) -> impl Iterator<Item = (usize, &Written)> {
    let open = |at: usize| world.journal.versions.iter().any(|version| version.at == at && version.follows_a_gap);
    world.ssm.readable_at(world.ssm.now(), keeps).into_iter().filter(move |(at, _)| !open(*at))
}

fn ends_true(pair: &Pair, world: &World, op: usize) -> bool {
    let Some(told) = world.journal.told(op) else { return true };
    let version = world.ssm.by(op).next();
    match told.outcome.as_ref() {
        None => false,
        Some(Outcome::Landed { .. }) => version.is_some(),
        // What landed after the history was read, and was destroyed before the next look, nobody can know.
        Some(Outcome::NotLanded) => version.is_none_or(|(at, _)| !told.corrections.is_empty() || at >= told.read_up_to),
        // It is said only where there was a moment without a parameter, or where versions are gone.
        Some(Outcome::Undetermined { .. }) => {
            let kept_all = world.journal.versions.iter().all(|version| !version.follows_a_gap);
            pair.begins.is_empty() || world.ssm.log.contains(&Happened::Deleted) || !kept_all
        }
        Some(_) => version.is_none(),
    }
}

/// Every version that can still be read is imported, and no switch waits for its correction.
fn journal_is_whole(world: &World, keeps: usize) -> bool {
    let imported = |at: usize| world.journal.versions.iter().any(|imported| imported.at == at);
    world.ssm.readable_at(world.ssm.now(), keeps).into_iter().all(|(at, _)| imported(at))
        && (0..2).all(|op| !misses_its_correction(world, op, keeps))
}
