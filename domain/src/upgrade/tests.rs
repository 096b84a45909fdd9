//! Where the upgrade is, position by position. Blue is live with 2.11.0; green goes first.

use super::{Part, Seen, State, Upgrade};
use crate::{
    Actor, Color, FlagVersion, Millis, OperationId, PairSnapshot, Reason, Timestamp,
    environment::LastUpdate,
    history::{MaintenanceRecord, Record, SwitchRecord, What},
    maintenance::Maintenance,
    preflight::{
        catalogue::PARITY,
        tests::fixture::{self, NOW, around, change, in_secs, secs_ago},
    },
    steps::{Course, Step, WatchEnd},
};

const HOUR: u64 = 3600;

fn declared(side: Color, hours_ago: u64) -> MaintenanceRecord {
    let maintenance = Maintenance {
        id: OperationId::new(secs_ago(hours_ago * HOUR), 1),
        side,
        what: Reason::parse("2.11 → 3.0.6").expect("a reason"),
        expects: PARITY.map(str::to_owned).into(),
        until: in_secs(48 * HOUR),
        by: Actor::page("ana"),
        since: secs_ago(hours_ago * HOUR),
        overrides: false,
    };
    MaintenanceRecord { maintenance, lifted: None }
}

fn lifted(side: Color, hours_ago: u64, lifted: u64) -> MaintenanceRecord {
    let lifted = Some((secs_ago(lifted * HOUR), Actor::page("ben")));
    MaintenanceRecord { lifted, ..declared(side, hours_ago) }
}

/// Both sides run 2.11.0, blue is live, and policy names no DAG to smoke-test with.
fn pair() -> PairSnapshot {
    let mut pair = fixture::pair();
    pair.policy.smoke.dags.clear();
    pair.smoke.clear();
    for side in [&mut pair.blue, &mut pair.green] {
        change(side, |side| side.airflow_version = Some("2.11.0".into()));
    }
    pair
}

fn runs(pair: &mut PairSnapshot, color: Color, version: &str) {
    let side = if color == Color::Blue { &mut pair.blue } else { &mut pair.green };
    change(side, |side| {
        side.airflow_version = Some(version.into());
        side.last_update = Some(LastUpdate { status: "SUCCESS".into(), created_at: Some(secs_ago(600)), error: None });
    });
}

fn live(pair: &mut PairSnapshot, color: Color) {
    let flag = crate::Flag::Present {
        value: crate::FlagValue::Color(color),
        version: FlagVersion(32),
        modified_at: secs_ago(300),
    };
    pair.flag.succeed(flag, NOW);
}

/// A switch to green, an hour ago, and how its watch ended.
fn switch(end: Option<WatchEnd>) -> Record {
    let mut course = Course::default();
    course.take(secs_ago(HOUR), Step::Watching { until: in_secs(600), failed_before: None, from: None, ringing: None });
    if let Some(end) = end {
        course.take(secs_ago(600), Step::Watched { end, coverage: None });
    }
    let switch = SwitchRecord { course: course.into(), ..fixture::landed(32) };
    fixture::record(9, What::Switch(switch))
}

fn at(pair: &PairSnapshot, maintenances: &[MaintenanceRecord], switches: &[Record]) -> Upgrade {
    let mut pair = pair.clone();
    let standing = maintenances.first().filter(|latest| latest.ended_at(NOW).is_none());
    pair.maintenance = standing.map(|latest| latest.maintenance.clone());
    Upgrade::of(Seen { pair: &pair, maintenances, switches, now: NOW })
}

#[track_caller]
fn stands(upgrade: &Upgrade, part: Part, says: &str) {
    assert_eq!(upgrade.current(), Some(part), "{upgrade:#?}");
    let stage = upgrade.stages.iter().find(|stage| stage.part == part).expect("a stage");
    assert!(stage.evidence.contains(says), "{says}: {}", stage.evidence);
    let later = upgrade.stages.iter().skip_while(|stage| stage.part != part).skip(1);
    assert!(later.clone().all(|stage| stage.state == State::Later && stage.evidence.contains("Waits")), "{later:?}");
}

#[test]
fn it_begins_with_declaring_the_maintenance_of_the_standby() {
    let upgrade = at(&pair(), &[], &[]);
    stands(&upgrade, Part::Declare, "Say what is done to Green");
    assert!(!upgrade.has_begun());
    let mut turned = pair();
    live(&mut turned, Color::Green);
    assert_eq!(at(&turned, &[], &[]).first, Color::Blue);
}

#[test]
fn then_the_standby_is_updated_by_a_command_that_can_be_copied() {
    let mut pair = pair();
    let upgrade = at(&pair, &[declared(Color::Green, 2)], &[]);
    stands(&upgrade, Part::Update, "Green is AVAILABLE with Airflow 2.11.0, not yet 3.0.6.");
    assert_eq!((upgrade.from.as_deref(), upgrade.to.as_deref()), (Some("2.11"), Some("3.0.6")));
    assert!(upgrade.command(&pair, Color::Green).ends_with("--airflow-version 3.0.6"));
    change(&mut pair.green, |green| {
        green.status = "UPDATING".to_owned().into();
        green.last_update =
            Some(LastUpdate { status: "PENDING".into(), created_at: Some(secs_ago(23 * 60)), error: None });
    });
    let upgrade = at(&pair, &[declared(Color::Green, 2)], &[]);
    stands(&upgrade, Part::Update, "Green is UPDATING for 23 min, with Airflow 2.11.0.");
    runs(&mut pair, Color::Green, "2.11.0");
    change(&mut pair.green, |green| {
        green.status = "AVAILABLE".to_owned().into();
        green.last_update = Some(LastUpdate {
            status: "FAILED".into(),
            created_at: Some(secs_ago(600)),
            error: Some("INCORRECT_CONFIGURATION".into()),
        });
    });
    stands(&at(&pair, &[declared(Color::Green, 2)], &[]), Part::Update, "failed: INCORRECT_CONFIGURATION.");
}

#[test]
fn then_its_checks_are_looked_at_and_what_was_declared_is_no_finding() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "3.0.6");
    let declared = [declared(Color::Green, 2)];
    let errors = vec![crate::airflow::ImportError { file: "a.py".into(), error: "no".into(), at: None }];
    change(&mut around(&mut pair).green.import_errors, |found| *found = errors);
    stands(&at(&pair, &declared, &[]), Part::Look, "To look at on Green: import-errors.");
    change(&mut around(&mut pair).green.import_errors, Vec::clear);
    let upgrade = at(&pair, &declared, &[]);
    stands(&upgrade, Part::Switch, "Blue is live.");
    let states: Vec<State> = upgrade.stages.iter().map(|stage| stage.state).take(5).collect();
    assert_eq!(states, [State::Done, State::Done, State::Done, State::Skipped, State::Current]);
    assert!(upgrade.stages[3].evidence.contains("Not configured"), "{upgrade:#?}");
}

#[test]
fn where_policy_names_dags_it_is_smoke_tested_before_the_switch() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "3.0.6");
    pair.policy.smoke.dags = vec!["load".into()];
    let declared = [declared(Color::Green, 2)];
    assert_eq!(at(&pair, &declared, &[]).current(), Some(Part::Smoke));
    // It was an hour ago, and the update ten minutes ago.
    pair.smoke = vec![fixture::smoked()];
    assert_eq!(at(&pair, &declared, &[]).current(), Some(Part::Smoke));
    change(&mut pair.green, |side| {
        let update = side.last_update.as_mut().expect("an update");
        update.created_at = Some(secs_ago(2 * HOUR));
    });
    assert_eq!(at(&pair, &declared, &[]).current(), Some(Part::Switch));
}

#[test]
fn what_nobody_has_looked_at_is_not_taken_for_good() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "3.0.6");
    *around(&mut pair) = crate::Surroundings::default();
    stands(&at(&pair, &[declared(Color::Green, 2)], &[]), Part::Look, "To look at on Green: ");
}

#[test]
fn after_the_switch_the_watch_has_to_end_well_before_the_other_side_is_touched() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "3.0.6");
    live(&mut pair, Color::Green);
    let declared = [declared(Color::Green, 2)];
    stands(&at(&pair, &declared, &[switch(None)]), Part::Watch, "It goes on until");
    stands(&at(&pair, &declared, &[switch(Some(WatchEnd::Red))]), Part::Watch, "switch back");
    stands(&at(&pair, &declared, &[switch(Some(WatchEnd::Unseen))]), Part::Watch, "only in part");
    let upgrade = at(&pair, &declared, &[switch(Some(WatchEnd::Good))]);
    stands(&upgrade, Part::Other, "Blue is AVAILABLE with Airflow 2.11.0, not yet 3.0.6.");
    stands(&upgrade, Part::Other, "lift the maintenance of Green and declare that of Blue");
    assert_eq!(upgrade.stages[5].at, Some(secs_ago(600)), "when the watch ended");
}

#[test]
fn the_other_sides_maintenance_carries_the_same_upgrade_on() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "3.0.6");
    live(&mut pair, Color::Green);
    let both = [declared(Color::Blue, 0), lifted(Color::Green, 2, 0)];
    let good = [switch(Some(WatchEnd::Good))];
    let upgrade = at(&pair, &both, &good);
    assert_eq!(upgrade.first, Color::Green);
    stands(&upgrade, Part::Other, "Blue: 2.11 → 3.0.6, until");
    runs(&mut pair, Color::Blue, "3.0.6");
    stands(&at(&pair, &both, &good), Part::Lift, "Blue: 2.11 → 3.0.6");
    let over = [lifted(Color::Blue, 1, 0), lifted(Color::Green, 2, 1)];
    let upgrade = at(&pair, &over, &good);
    assert_eq!(upgrade.current(), None, "{upgrade:#?}");
    // A switch that came after the second declaration is none of the first one's.
    let upgrade = at(&pair, &[declared(Color::Blue, 2), lifted(Color::Green, 3, 2)], &good);
    assert_eq!(upgrade.first, Color::Blue, "{upgrade:#?}");
}

#[test]
fn lifted_in_between_it_goes_on_where_it_was_and_later_it_is_the_past() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "3.0.6");
    live(&mut pair, Color::Green);
    let good = [switch(Some(WatchEnd::Good))];
    let between = [lifted(Color::Green, 2, 0)];
    stands(&at(&pair, &between, &good), Part::Other, "Blue is AVAILABLE with Airflow 2.11.0");
    let long_ago = [lifted(Color::Green, 20 * 24, 15 * 24)];
    stands(&at(&pair, &long_ago, &good), Part::Declare, "Blue");
    // Lifted before anything was switched: that one is over.
    live(&mut pair, Color::Blue);
    stands(&at(&pair, &between, &[]), Part::Declare, "Green");
}

#[test]
fn a_side_that_became_live_before_its_update_is_not_to_be_updated() {
    let mut pair = pair();
    live(&mut pair, Color::Green);
    let upgrade = at(&pair, &[declared(Color::Green, 2)], &[switch(Some(WatchEnd::Good))]);
    stands(&upgrade, Part::Update, "Green is live and has not been updated: switch to Blue first");
}

#[test]
fn versions_that_nobody_has_heard_of_are_versions_like_others() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "4.0.0");
    let mut record = declared(Color::Green, 2);
    record.maintenance.what = Reason::parse("to Airflow 4.0.0").expect("a reason");
    stands(&at(&pair, &[record.clone()], &[]), Part::Switch, "Blue is live");
    // Where no version was named, another one than the live side's is an update too.
    record.maintenance.what = Reason::parse("the next Airflow").expect("a reason");
    stands(&at(&pair, &[record], &[]), Part::Switch, "Blue is live");
}

#[test]
fn what_ran_out_before_the_switch_is_declared_anew() {
    let mut record = declared(Color::Green, 2);
    record.maintenance.until = Timestamp(NOW.0) - Millis(1);
    stands(&at(&pair(), &[record], &[]), Part::Declare, "Green");
}

#[test]
fn a_side_that_does_not_answer_is_not_taken_for_updated() {
    let mut pair = pair();
    runs(&mut pair, Color::Green, "3.0.6");
    pair.green.fail("MWAA timed out.", NOW);
    stands(&at(&pair, &[declared(Color::Green, 2)], &[]), Part::Update, "when it last answered. MWAA timed out.");
}
