//! Runs in an imagined world: a flag, two sides, alarms, and a process that may stop between any two steps.

mod properties;
mod world;

use super::{Before, End, Guard, Kind, Skipped, State, Step, judge, measured::seconds};
use crate::{Color, Millis, preflight::Verdict, surroundings::AlarmState};
use world::{World, guard, plan};

#[test]
fn a_run_goes_over_stays_for_its_hold_and_comes_back() {
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    let begun = world.now;
    let ended = world.run();
    assert_eq!(ended.end, End::Succeeded);
    assert_eq!((world.live(), world.flips), (Some(Color::Blue), 2));
    let steps: Vec<&str> = world.drill.steps.iter().map(|(_, step)| step.as_str()).collect();
    assert_eq!(steps, ["went", "flips", "holds", "returns"]);
    assert!(world.now.since(begun) >= world.drill.run.plan.hold, "it did not come back before its time");
    assert_eq!(ended.measured.versions.map(|version| version.map(|version| version.0)), [Some(9), Some(10), Some(11)]);
    assert!(ended.stranded.is_none());
}

#[test]
fn one_way_stays() {
    let mut world = World::new(plan(Kind::OneWay));
    assert_eq!(world.run().end, End::Succeeded);
    assert_eq!((world.live(), world.flips), (Some(Color::Green), 1));
}

#[test]
fn a_tabletop_run_looks_at_every_check_and_moves_nothing() {
    let mut world = World::new(plan(Kind::Tabletop));
    assert_eq!(world.run().end, End::Succeeded);
    assert_eq!(world.flips, 0);
    assert!(!world.drill.checks().is_empty());

    let mut world = World::new(plan(Kind::Tabletop));
    world.blocks("target", "Green is CREATING.");
    let End::Failed { because } = world.run().end else { panic!("it is not ready") };
    assert_eq!(because, ["target blocks: Green is CREATING."]);
    assert!(world.drill.checks().iter().any(|check| check.verdict == Verdict::Block));
}

#[test]
fn what_blocks_is_waited_for_as_long_as_the_window_is_open() {
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.blocks("freeze", "Closed because: month end.");
    world.look(3);
    assert_eq!(world.drill.state(), State::Waiting { because: Some("freeze blocks: Closed because: month end.") });
    assert_eq!(world.drill.steps.len(), 1, "that it waits is said once");
    world.blocking.clear();
    assert_eq!(world.run().end, End::Succeeded);

    for kind in [Kind::SwitchAndReturn, Kind::Tabletop] {
        let mut world = World::new(plan(kind));
        world.blocks("freeze", "Closed because: month end.");
        let because = "freeze blocks: Closed because: month end.".to_owned();
        assert_eq!(world.run().end, End::Skipped { why: Skipped::Window { because } });
        assert_eq!(world.flips, 0);
    }
}

#[test]
fn a_guard_is_waited_for_or_skips_the_run_and_one_that_was_deleted_is_no_guard_that_is_fine() {
    let waits = || guard("late", Some(Before::Wait), false, false);
    let mut world = World::new(plan(Kind::SwitchAndReturn).with(waits()));
    world.alarm("late", AlarmState::Alarm);
    world.look(2);
    assert_eq!(world.drill.waits_for(), Some("The guard late is in alarm."));
    world.alarm("late", AlarmState::Fine);
    assert_eq!(world.run().end, End::Succeeded);

    let mut world = World::new(plan(Kind::SwitchAndReturn).with(waits()));
    world.alarms.clear();
    world.look(2);
    assert_eq!(world.drill.waits_for(), Some("The guard late does not exist."));

    let mut world = World::new(plan(Kind::SwitchAndReturn).with(guard("late", Some(Before::Skip), false, false)));
    world.alarm("late", AlarmState::Alarm);
    assert_eq!(world.run().end, End::Skipped { why: Skipped::Guard { alarm: "late".into() } });
}

#[test]
fn a_guard_that_goes_off_after_the_flip_brings_the_flag_back_at_once() {
    for (outcome, word) in [(false, "interrupted"), (true, "failed")] {
        let mut world = World::new(plan(Kind::SwitchAndReturn).with(guard("errors", None, !outcome, outcome)));
        world.until_live(Color::Green);
        let over = world.now;
        world.alarm("errors", AlarmState::Alarm);
        let ended = world.run();
        assert_eq!(ended.end.as_str(), word);
        assert!(ended.end.because().starts_with("The guard errors is in alarm"), "{ended:?}");
        assert_eq!(world.live(), Some(Color::Blue));
        assert!(world.now.since(over) < world.drill.run.plan.hold, "before its time");
    }
}

#[test]
fn what_rang_before_the_flip_is_not_of_its_making() {
    let mut world = World::new(plan(Kind::SwitchAndReturn).with(guard("errors", None, true, false)));
    world.alarm("errors", AlarmState::Alarm);
    assert_eq!(world.run().end, End::Succeeded);
}

#[test]
fn a_red_watch_fails_the_run_and_brings_the_flag_back_also_one_way() {
    for kind in [Kind::SwitchAndReturn, Kind::OneWay] {
        let mut world = World::new(plan(kind));
        world.until_live(Color::Green);
        world.turns_red("scheduler", "The scheduler of the new side is unhealthy.");
        let ended = world.run();
        assert_eq!(ended.end, End::Failed { because: vec!["The scheduler of the new side is unhealthy.".into()] });
        assert_eq!(world.live(), Some(Color::Blue), "{kind:?}");
    }
}

#[test]
fn somebody_elses_switch_interrupts_and_is_left_to_them() {
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.until_live(Color::Green);
    world.somebody_writes(Color::Blue);
    let ended = world.run();
    assert_eq!(ended.end.as_str(), "interrupted");
    assert_eq!(world.flips, 1, "Teal did not write again");

    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.until_live(Color::Green);
    world.somebody_writes(Color::Green);
    assert_eq!(world.run().end.as_str(), "interrupted");
    assert_eq!(world.live(), Some(Color::Green), "whoever wrote the same side once more wants it there");
}

#[test]
fn whoever_stops_a_run_has_the_flag_brought_back_first() {
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.until_live(Color::Green);
    world.stop();
    let ended = world.run();
    assert_eq!(ended.end, End::Interrupted { because: "olga stopped it.".into() });
    assert_eq!(world.live(), Some(Color::Blue));

    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.blocks("freeze", "Closed.");
    world.look(2);
    world.stop();
    assert_eq!(world.run().end.as_str(), "interrupted");
    assert_eq!(world.flips, 0);
}

#[test]
fn a_flag_that_cannot_be_brought_back_is_tried_within_bounds_and_then_said_loudly() {
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.until_live(Color::Green);
    world.home_is_down = true;
    let ended = world.run();
    assert_eq!(ended.stranded, Some(Color::Green));
    let End::Failed { because } = &ended.end else { panic!("{ended:?}") };
    assert!(because[0].contains("could not be brought back to Blue"), "{because:?}");
    assert!(because[0].contains("Blue does not work"), "and why: {because:?}");
    let attempts = world.drill.steps.iter().filter(|(_, step)| matches!(step, Step::NotReturned { .. })).count();
    assert_eq!(attempts, 6);

    // One that gets well in time is returned to.
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.until_live(Color::Green);
    world.home_is_down = true;
    world.until(|world| matches!(world.drill.steps.last(), Some((_, Step::NotReturned { .. }))));
    world.home_is_down = false;
    assert_eq!((world.run().stranded, world.live()), (None, Some(Color::Blue)));
}

#[test]
fn a_flip_that_cannot_be_told_ends_the_run_as_unknown() {
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.undetermined = true;
    assert_eq!(world.run().end.as_str(), "unknown");
}

#[test]
fn a_flip_that_is_refused_is_tried_again_while_the_window_is_open() {
    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.refusals = 2;
    assert_eq!(world.run().end, End::Succeeded);
    let waits = world.drill.steps.iter().filter(|(_, step)| matches!(step, Step::Waits { .. })).count();
    assert_eq!(waits, 2, "each is said");

    let mut world = World::new(plan(Kind::SwitchAndReturn));
    world.refusals = usize::MAX;
    assert_eq!(world.run().end.as_str(), "skipped");
    assert!(world.switches.len() < 12, "not in a circle: {}", world.switches.len());
    assert_eq!(world.live(), Some(Color::Blue));
}

#[test]
fn what_was_measured_is_held_against_what_counts_as_good() {
    let mut slow = plan(Kind::SwitchAndReturn);
    slow.criteria.flip = Some(Millis(150));
    slow.criteria.pickup = Some(Millis::from_secs(60));
    let mut world = World::new(slow);
    let ended = world.run();
    let End::Failed { because } = &ended.end else { panic!("{ended:?}") };
    assert_eq!(
        because,
        &["Flip within 0.15 s: 0.20 s.", "Way back within 0.15 s: 0.20 s.", "Pickup within 1.00 min: not known."]
            .map(|told| told.replace("1.00 min", "60 s"))
    );
    let judged = judge(&world.drill.run.plan, &ended.measured);
    assert_eq!(judged.iter().map(|judged| judged.met).collect::<Vec<_>>(), [false, false, false]);
}

#[test]
fn what_could_not_be_told_is_not_met() {
    let mut strict = plan(Kind::SwitchAndReturn);
    strict.criteria.nothing_missed = true;
    let ended = World::new(strict).run();
    assert_eq!(ended.end, End::Failed { because: vec!["Nothing missed or run twice: could not be told.".into()] });
}

#[test]
fn times_are_told_as_people_read_them() {
    let told = [180, 9_999, 41_000, 120_000, 185_000].map(|millis| seconds(Millis(millis)));
    assert_eq!(told, ["0.18 s", "9.99 s", "41 s", "2 min", "3 min 5 s"]);
}

#[test]
fn only_a_good_run_that_moved_the_flag_proves_anything() {
    let proves = |kind| {
        let mut world = World::new(plan(kind));
        world.run();
        world.drill.proves().is_some()
    };
    assert!(proves(Kind::SwitchAndReturn) && proves(Kind::OneWay) && !proves(Kind::Tabletop));
}

impl super::Plan {
    fn with(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }
}
