//! An exhaustive model check of the switch protocol: two operators, one outsider at the command line,
//! timeouts, crashes, late landings, stale reads. It walks the very machine and the very import that
//! production runs; only SSM, the store and the clocks are imagined.

mod model {
    pub mod action;
    pub mod journal;
    pub mod properties;
    pub mod reached;
    pub mod ssm;
    pub mod world;
}

use model::{
    action::Action,
    reached::{
        corrected, emergency_goes_first, expired, gap, interleaved, loses_the_race, made_anew, moved, rejected,
        too_late, undetermined, unknown_then_landed, verified, waits, written_over,
    },
    ssm::{Describes, Value},
    world::{Luck, Pair, World},
};
use stateright::{Checker, HasDiscoveries, Model, Path};
use std::time::Instant;
use teal_domain::{Color, switch::Kind};

const BLUE: Value = Value::Side(Color::Blue);
const GREEN: Value = Value::Side(Color::Green);

/// Walks every state. What it prints is shown by `cargo test -- --nocapture`, and whenever a check fails.
fn check(pair: &Pair) {
    let began = Instant::now();
    let checker = pair.clone().checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    eprintln!(
        "{}: {} states, {} unique, depth {}, {:.1} s",
        std::thread::current().name().unwrap_or("a model"),
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth(),
        began.elapsed().as_secs_f64()
    );
    for (property, path) in checker.discoveries() {
        if checker.discovery_classification(property).to_string() == "counterexample" {
            eprintln!("\nnot so: {property}\n{}", readable(path));
        }
    }
    checker.assert_properties();
}

/// The story that leads to a state: each step, then the history of the parameter and what was journalled.
fn readable(path: Path<World, Action>) -> String {
    let end = path.last_state().clone();
    let mut lines: Vec<_> = path.into_actions().iter().map(|action| format!("  {action:?}")).collect();
    lines.extend(end.ssm.log.iter().map(|happened| format!("  log: {happened:?}")));
    lines.extend(end.journal.versions.iter().map(|version| format!("  journal: {version:?}")));
    lines.extend(end.journal.intents.iter().flatten().map(|intent| format!("  intent: {intent:?}")));
    lines.extend(end.operators.iter().map(|operator| format!("  {operator:?}")));
    lines.join("\n")
}

const OMITS: &[(Value, Describes)] = &[(BLUE, Describes::Omitted)];
const ANY: &[(Value, Describes)] = &[(GREEN, Describes::Omitted), (Value::Purple, Describes::Otherwise)];

const BOTH: [Option<Kind>; 2] = [Some(Kind::Planned), Some(Kind::Planned)];
const ALONE: [Option<Kind>; 2] = [Some(Kind::Planned), None];

const GOOD: Luck = Luck { writes: 0, deletes: 0, faults: 0, crashes: 0, rejections: 0, stale: 0, glimpses: 0 };

const CALM: Pair =
    Pair { begins: &[BLUE], kinds: BOTH, luck: GOOD, outsider: OMITS, staleness: 1, keeps: 100, reaches: &[] };

#[test]
fn two_operators_who_crash_and_read_stale_flags_leave_one_true_record() {
    check(&Pair {
        luck: Luck { crashes: 1, stale: 6, ..GOOD },
        reaches: &[verified, unknown_then_landed, corrected, moved, waits, expired, too_late, written_over],
        ..CALM
    });
}

#[test]
fn two_operators_and_an_outsider_leave_one_true_record() {
    check(&Pair {
        luck: Luck { writes: 1, stale: 1, ..GOOD },
        outsider: ANY,
        reaches: &[verified, unknown_then_landed, corrected, moved, waits, interleaved, written_over],
        ..CALM
    });
}

#[test]
fn an_outsider_who_deletes_the_flag_between_two_operators_makes_no_record_false() {
    check(&Pair {
        luck: Luck { writes: 1, deletes: 1, ..GOOD },
        staleness: 2,
        reaches: &[verified, corrected, made_anew, undetermined],
        ..CALM
    });
}

#[test]
fn an_outsider_who_writes_and_deletes_around_one_operator_makes_no_record_false() {
    check(&Pair {
        kinds: ALONE,
        luck: Luck { writes: 2, deletes: 1, faults: 1, crashes: 1, stale: 1, ..GOOD },
        outsider: ANY,
        staleness: 2,
        reaches: &[verified, corrected, moved, interleaved, made_anew, undetermined, expired],
        ..CALM
    });
}

#[test]
fn an_instance_that_acts_on_what_it_read_long_ago_calls_no_sent_put_expired() {
    check(&Pair {
        luck: Luck { crashes: 1, glimpses: 1, ..GOOD },
        reaches: &[verified, unknown_then_landed, corrected, waits, expired, too_late],
        ..CALM
    });
}

#[test]
fn an_emergency_beside_a_planned_switch_leaves_one_true_record() {
    check(&Pair {
        kinds: [Some(Kind::Planned), Some(Kind::Emergency)],
        luck: Luck { faults: 1, crashes: 1, stale: 1, ..GOOD },
        reaches: &[verified, corrected, moved, waits, interleaved, emergency_goes_first],
        ..CALM
    });
}

#[test]
fn two_operators_who_create_a_missing_flag_leave_one_true_record() {
    check(&Pair {
        begins: &[],
        luck: Luck { rejections: 1, crashes: 1, stale: 1, ..GOOD },
        reaches: &[verified, unknown_then_landed, moved, loses_the_race, undetermined, rejected],
        ..CALM
    });
}

#[test]
fn a_missing_flag_that_an_outsider_creates_and_deletes_makes_no_record_false() {
    check(&Pair {
        begins: &[],
        kinds: ALONE,
        luck: Luck { writes: 2, deletes: 2, faults: 1, crashes: 1, stale: 1, ..GOOD },
        staleness: 2,
        reaches: &[verified, unknown_then_landed, moved, loses_the_race, undetermined],
        ..CALM
    });
}

#[test]
fn two_operators_who_repair_an_invalid_flag_leave_one_true_record() {
    check(&Pair {
        begins: &[Value::Purple],
        luck: Luck { faults: 1, stale: 1, ..GOOD },
        reaches: &[verified, unknown_then_landed, corrected, moved, waits],
        ..CALM
    });
}

#[test]
fn versions_that_are_no_longer_kept_are_given_to_nobody() {
    check(&Pair {
        kinds: ALONE,
        luck: Luck { writes: 3, crashes: 1, stale: 1, ..GOOD },
        outsider: ANY,
        keeps: 2,
        reaches: &[verified, corrected, interleaved, undetermined, gap],
        ..CALM
    });
}
