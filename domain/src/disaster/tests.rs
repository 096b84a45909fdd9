//! Every scenario while all is well, and its turn when something is not.

use super::{Case, First, Known, Measurement, Now, Past, Provider, Scenario, Way, guide, happening};
use crate::{
    Actor, Color, Flag, FlagValue, FlagVersion, OperationId, PairSnapshot, Reading, Reason, Timestamp,
    availability::{Seen, State, Subject},
    dags::Strategy,
    history::What,
    home::{Home, Kept, SignIn},
    maintenance::Maintenance,
    preflight::tests::fixture::{NOW, around, change, freeze, in_secs, landed, open, part, record, secs_ago},
    topology::{
        Health, Part, Topology, Verdict,
        tests::{alter, blue_green, full_ha, is_not, one_sided, platform, setup},
    },
};
use std::sync::Arc;

/// A full-HA platform of which all is well: blue is live, and nothing stands against a switch to green.
fn well() -> PairSnapshot {
    let mut pair = full_ha();
    pair.policy.change_ref.required = false;
    pair.home = Arc::new(Home { region: Some("eu-west-1".into()), store: Kept::File, sign_in: SignIn::Nobody });
    pair
}

fn all(pair: &PairSnapshot) -> Vec<Scenario> {
    with(pair, Provider::Answers, None)
}

fn with(pair: &PairSnapshot, provider: Provider, past: Option<&Past>) -> Vec<Scenario> {
    let topology = Topology::of(pair, NOW);
    guide(&Known { pair, topology: &topology, proof: Some(secs_ago(86_400)), provider, past, now: NOW })
}

fn of(pair: &PairSnapshot, case: Case) -> Scenario {
    all(pair).into_iter().find(|scenario| scenario.case == case).expect("each stands there")
}

/// It is happening, stands first, and nothing else is happening.
#[track_caller]
fn first(pair: &PairSnapshot, case: Case) -> Scenario {
    let all = all(pair);
    let now: Vec<(Case, Now)> = all.iter().map(|scenario| (scenario.case, scenario.now)).collect();
    assert_eq!(now[0], (case, Now::Happening), "{now:?}");
    assert!(now[1..].iter().all(|(_, now)| *now != Now::Happening), "{now:?}");
    assert_eq!(happening(pair, &Topology::of(pair, NOW), NOW), [case]);
    all.into_iter().next().expect("a scenario")
}

fn down(pair: &mut PairSnapshot, color: Color) {
    let side = if color == Color::Blue { &mut pair.blue } else { &mut pair.green };
    change(side, |side| side.status = "UNAVAILABLE".to_owned().into());
}

fn flag(pair: &mut PairSnapshot, value: FlagValue) {
    let version = FlagVersion(10);
    pair.flag = Reading::good(Flag::Present { value, version, modified_at: secs_ago(90_000) }, secs_ago(1));
}

fn blockers(first: &[First]) -> String {
    first.iter().map(|first| first.what.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn while_all_is_well_the_scenarios_stand_calm_in_their_order() {
    let all = all(&well());
    assert_eq!(all.iter().map(|scenario| scenario.case).collect::<Vec<_>>(), Case::ALL);
    for scenario in &all {
        assert_eq!(scenario.now, Now::Calm, "{scenario:#?}");
        assert!(!scenario.seen.is_empty() && !scenario.by_itself.is_empty(), "{scenario:#?}");
        assert!(scenario.seen.iter().all(|seen| seen.health == Health::Healthy), "{scenario:#?}");
        assert!(!scenario.to_do.says.is_empty() && scenario.to_do.first.is_empty(), "{scenario:#?}");
    }
    assert_eq!(happening(&well(), &Topology::of(&well(), NOW), NOW), []);
}

#[test]
fn the_guides_claims_stand_where_they_are_about_something_that_exists() {
    let claims = |pair: &PairSnapshot| -> Vec<(Case, Option<&str>)> {
        all(pair).into_iter().map(|scenario| (scenario.case, scenario.claim)).collect()
    };
    for (case, claim) in claims(&well()) {
        let expected = match case {
            Case::Instance => "5 minutes",
            Case::Database => "30 seconds",
            Case::Zone => "1 minute",
            Case::Active | Case::Standby | Case::Teal => {
                assert_eq!(claim, None, "{case:?}: the guides claim nothing of it");
                continue;
            }
        };
        assert!(claim.is_some_and(|claim| claim.contains(expected)), "{case:?}: {claim:?}");
    }
    let mut alone = well();
    alter(&mut platform(&mut alone).database, |database| database.multi_az = false);
    assert_eq!(of(&alone, Case::Database).claim, None, "nothing takes over there");
    assert_eq!(of(&blue_green(), Case::Instance).claim, None, "nothing replaces a single one");
}

#[test]
fn the_active_side_that_fails_leads_to_the_switch_where_nothing_stands_against_it() {
    let mut pair = well();
    down(&mut pair, Color::Blue);
    let scenario = first(&pair, Case::Active);
    assert_eq!(scenario.to_do.way, Way::Switch(Color::Green));
    assert!(scenario.to_do.says.starts_with("Switch to Green."), "{}", scenario.to_do.says);
    assert!(scenario.to_do.first.is_empty());
    assert!(scenario.by_itself[0].contains("never fails over by itself"));
    assert!(scenario.seen.iter().any(|seen| seen.says.contains("UNAVAILABLE")), "{:?}", scenario.seen);
}

#[test]
fn a_scheduler_that_is_silent_or_ill_is_an_active_side_that_fails_and_a_triggerer_is_not() {
    let silent = |secs: u64| {
        let mut pair = well();
        around(&mut pair).blue.heartbeat = Reading::good(Some(secs_ago(secs)), secs_ago(5));
        pair
    };
    first(&silent(400), Case::Active);
    assert_eq!(of(&silent(120), Case::Active).now, Now::Calm);
    let ill = |name: &str| {
        let mut pair = well();
        change(&mut around(&mut pair).blue.health, |parts| {
            parts.iter_mut().filter(|part| part.name == name).for_each(|part| part.healthy = Some(false));
        });
        pair
    };
    first(&ill("scheduler"), Case::Active);
    first(&ill("metadatabase"), Case::Active);
    let triggerer = of(&ill("triggerer"), Case::Active);
    assert_eq!(triggerer.now, Now::Calm);
    assert!(triggerer.seen.iter().any(|seen| seen.health == Health::Degraded), "it is seen all the same");
}

#[test]
fn what_blocks_a_planned_switch_comes_first_and_an_emergency_goes_in_spite_of_it() {
    let mut pair = well();
    down(&mut pair, Color::Blue);
    pair.freezes = Arc::new([freeze(3600)]);
    let scenario = first(&pair, Case::Active);
    assert_eq!(scenario.to_do.way, Way::Switch(Color::Green));
    assert!(scenario.to_do.says.contains("as an emergency"), "{}", scenario.to_do.says);
    assert!(blockers(&scenario.to_do.first).contains("month end"), "{:?}", scenario.to_do.first);

    pair.freezes = Arc::default();
    pair.policy.two_person = Some(crate::Millis::from_secs(3600));
    let asked = of(&pair, Case::Active).to_do;
    assert!(blockers(&asked.first).contains("somebody else's approval"), "{asked:?}");
    assert!(asked.says.contains("as an emergency"));

    pair.policy.two_person = None;
    pair.policy.change_ref.required = true;
    assert!(of(&pair, Case::Active).to_do.first.is_empty(), "what the form asks for is nothing to mend");

    pair.store.fail("the disk is full.", secs_ago(9));
    let scenario = of(&pair, Case::Active);
    assert!(scenario.to_do.says.contains("Mend this first"), "{}", scenario.to_do.says);
    assert!(blockers(&scenario.to_do.first).contains("the disk is full"), "{:?}", scenario.to_do.first);
}

#[test]
fn where_both_sides_are_down_no_switch_is_offered() {
    let mut pair = well();
    down(&mut pair, Color::Blue);
    down(&mut pair, Color::Green);
    let all = all(&pair);
    let (active, standby) = (&all[0], &all[1]);
    assert_eq!((active.case, active.now), (Case::Active, Now::Happening));
    assert_eq!((standby.case, standby.now), (Case::Standby, Now::Happening));
    assert_eq!(active.to_do.way, Way::Console(Part::Environment(Color::Blue)));
    assert!(active.to_do.says.contains("does not help"), "{}", active.to_do.says);
    assert!(blockers(&active.to_do.first).contains("Green is UNAVAILABLE"), "{:?}", active.to_do.first);
}

#[test]
fn a_flag_that_is_missing_or_names_no_side_is_repaired() {
    let mut pair = well();
    pair.flag = Reading::good(Flag::Missing, secs_ago(1));
    let scenario = of(&pair, Case::Active);
    assert_eq!(scenario.now, Now::Happening);
    assert_eq!(scenario.to_do.way, Way::Repair(vec![Color::Blue, Color::Green]));
    assert!(scenario.to_do.says.starts_with("The flag does not exist"), "{}", scenario.to_do.says);
    assert_eq!(of(&pair, Case::Standby).now, Now::Unknown, "nobody knows which side stands by");

    flag(&mut pair, FlagValue::Invalid("purple".into()));
    down(&mut pair, Color::Green);
    let scenario = first(&pair, Case::Active);
    assert_eq!(scenario.to_do.way, Way::Repair(vec![Color::Blue]), "only one of them works");
    assert!(scenario.to_do.says.contains("Set it to Blue, which works; Green does not."), "{}", scenario.to_do.says);
}

#[test]
fn a_flag_that_was_never_read_or_long_ago_makes_nothing_happen_and_nothing_calm() {
    let mut pair = well();
    pair.flag = Reading::default();
    pair.flag.fail("ssm:GetParameters is not allowed.", secs_ago(9));
    let scenario = of(&pair, Case::Active);
    assert_eq!((scenario.now, scenario.to_do.way), (Now::Unknown, Way::Trouble));
    assert!(scenario.seen.iter().any(|seen| seen.says.contains("ssm:GetParameters")), "{:?}", scenario.seen);

    let mut pair = well();
    let known = pair.flag.value().cloned().expect("a flag");
    pair.flag = Reading::good(known, secs_ago(600));
    assert_eq!(of(&pair, Case::Active).now, Now::Unknown);
    let mut pair = well();
    let green = pair.green.value().cloned().expect("an environment");
    pair.green = Reading::good(green, secs_ago(3600));
    assert_eq!(of(&pair, Case::Standby).now, Now::Unknown);
}

#[test]
fn a_switch_that_is_under_way_is_waited_for() {
    let mut pair = well();
    down(&mut pair, Color::Blue);
    flag(&mut pair, FlagValue::Color(Color::Blue));
    pair.open = Some(crate::snapshot::OpenSwitch { target: Color::Green, ..open(None) });
    let scenario = first(&pair, Case::Active);
    assert!(scenario.to_do.says.contains("A switch to Green is under way"), "{}", scenario.to_do.says);
}

#[test]
fn a_standby_that_fails_is_declared_and_not_switched_to() {
    let mut pair = well();
    down(&mut pair, Color::Green);
    let scenario = first(&pair, Case::Standby);
    assert_eq!(scenario.to_do.way, Way::Declare);
    assert!(scenario.to_do.says.starts_with("Do not switch."), "{}", scenario.to_do.says);
    // The other scenario says so too, before anybody needs it.
    assert!(of(&pair, Case::Active).to_do.says.contains("Green does not work either"));

    pair.maintenance = Some(Maintenance {
        id: OperationId::new(Timestamp(1), 1),
        side: Color::Green,
        what: Reason::parse("2.11 → 3.0.6").expect("a reason"),
        expects: vec![],
        until: in_secs(3600),
        by: Actor::page("ana"),
        since: secs_ago(60),
        overrides: false,
    });
    let declared = of(&pair, Case::Standby);
    assert_eq!(declared.now, Now::Calm, "what somebody is at is no outage");
    assert!(declared.to_do.says.contains("2.11 → 3.0.6"), "{}", declared.to_do.says);
}

#[test]
fn with_one_side_there_is_no_standby_and_no_switch() {
    let mut pair = one_sided(full_ha(), "HAMarquez");
    assert_eq!(of(&pair, Case::Standby).now, Now::NotHere);
    assert_eq!(of(&pair, Case::Active).now, Now::Calm, "a flag that nobody said there was is not missed");
    down(&mut pair, Color::Blue);
    let scenario = first(&pair, Case::Active);
    assert_eq!(scenario.to_do.way, Way::Console(Part::Environment(Color::Blue)));
    assert!(scenario.to_do.says.contains("no other side"), "{}", scenario.to_do.says);
    assert!(scenario.by_itself.iter().all(|says| !says.contains("A switch")), "{:?}", scenario.by_itself);
}

#[test]
fn one_instance_that_is_missing_is_waited_for_and_none_that_serves_is_looked_at() {
    let mut pair = well();
    alter(&mut platform(&mut pair).group, |group| group.instances[1].lifecycle = "Terminating".into());
    let scenario = first(&pair, Case::Instance);
    assert!(scenario.to_do.says.starts_with("Wait for 1 instance"), "{}", scenario.to_do.says);
    assert!(scenario.by_itself[0].contains("starts another instance"), "{:?}", scenario.by_itself);

    alter(&mut platform(&mut pair).group, |group| group.instances.clear());
    let scenario = of(&pair, Case::Instance);
    assert!(scenario.to_do.says.contains("why no instance comes into service"), "{}", scenario.to_do.says);
    assert_eq!(scenario.to_do.way, Way::Console(Part::Lineage));

    let mut pair = well();
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.groups[0].targets[0].state = "unhealthy".into());
    assert_eq!(first(&pair, Case::Instance).to_do.way, Way::Trouble);
}

#[test]
fn a_single_instance_is_replaced_by_nobody() {
    let mut pair = blue_green();
    assert_eq!(of(&pair, Case::Instance).now, Now::Calm);
    assert!(of(&pair, Case::Instance).by_itself[0].starts_with("Nothing replaces it"));
    alter(&mut platform(&mut pair).instance, |instance| instance.state = "stopped".into());
    assert!(first(&pair, Case::Instance).to_do.says.starts_with("Start the instance"));
    platform(&mut pair).instance = is_not(&["mwaa-marquez-prod"]);
    for color in Color::BOTH {
        setup(&mut pair, color, |setup| setup.deployment_mode = None);
    }
    assert_eq!(of(&pair, Case::Instance).now, Now::NotHere);
    assert_eq!(of(&pair, Case::Database).now, Now::NotHere);
}

#[test]
fn a_primary_that_fails_over_is_waited_for_and_one_without_standby_is_brought_back_by_hand() {
    let mut pair = well();
    alter(&mut platform(&mut pair).database, |database| database.status = "failing-over".into());
    let scenario = first(&pair, Case::Database);
    assert!(scenario.to_do.says.starts_with("Wait for RDS"), "{}", scenario.to_do.says);
    assert!(scenario.by_itself[0].contains("makes its standby"), "{:?}", scenario.by_itself);

    let mut pair = well();
    alter(&mut platform(&mut pair).database, |database| database.members[1].status = "rebooting".into());
    assert_eq!(of(&pair, Case::Database).now, Now::Calm, "a reader is not the primary");
    alter(&mut platform(&mut pair).database, |database| {
        (database.multi_az, database.status) = (false, "stopped".into());
    });
    let scenario = first(&pair, Case::Database);
    assert_eq!(scenario.to_do.way, Way::Console(Part::Database));
    assert!(scenario.by_itself[0].starts_with("Nothing takes over"), "{:?}", scenario.by_itself);
}

fn loses(pair: &PairSnapshot, zone: &str) -> Vec<(Part, Health, String)> {
    let zones = of(pair, Case::Zone).zones;
    let zone = zones.into_iter().find(|one| one.name == format!("us-east-2{zone}")).expect("the zone");
    zone.losses.into_iter().map(|loss| (loss.part, loss.health, loss.says)).collect()
}

#[test]
fn of_each_zone_it_is_told_what_is_lost_with_it() {
    let pair = well();
    let zones: Vec<String> = of(&pair, Case::Zone).zones.into_iter().map(|zone| zone.name).collect();
    assert_eq!(zones, ["us-east-2a", "us-east-2b"]);
    let lost = loses(&pair, "a");
    assert!(lost.iter().all(|(_, health, _)| *health == Health::Degraded), "{lost:?}");
    let says = |part: Part| lost.iter().find(|(lost, ..)| *lost == part).map(|(.., says)| says.as_str());
    assert!(says(Part::Environment(Color::Blue)).is_some_and(|says| says.contains("subnets in us-east-2b are left")));
    assert!(says(Part::Nat).is_some_and(|says| says.starts_with("1 elsewhere")));
    assert_eq!(says(Part::Balancer), Some("1 of 2 targets that answer is left."));
    assert_eq!(says(Part::Lineage), Some("1 of 2 instances in service is left."));
    assert_eq!(says(Part::Database), Some("Its primary stands here: RDS fails over to another zone."));
    let readers = loses(&pair, "b").into_iter().find(|(part, ..)| *part == Part::Database).expect("a reader");
    assert!(readers.2.starts_with("A reader stands here"), "{readers:?}");
    assert!(of(&pair, Case::Zone).to_do.says.contains("both sides stand in the same zones"));
}

#[test]
fn the_only_nat_gateway_is_what_a_zone_takes_both_sides_down_with() {
    let mut pair = well();
    change(&mut platform(&mut pair).network, |network| drop(network.nat_gateways.pop()));
    let lost = loses(&pair, "a");
    assert_eq!((lost[0].0, lost[0].1), (Part::Nat, Health::Down), "the worst first: {lost:?}");
    assert!(lost[0].2.contains("not even to ask the flag"));
    assert!(loses(&pair, "b").iter().all(|(part, ..)| *part != Part::Nat));
    let to_do = of(&pair, Case::Zone).to_do;
    assert!(to_do.says.starts_with("Without us-east-2a no DAG reaches AWS"), "{}", to_do.says);
    assert_eq!(to_do.way, Way::Console(Part::Nat));
    assert_eq!(to_do.first.len(), 1, "what mends it, by the topology's own judgement");
}

#[test]
fn a_zone_in_which_everything_is_ill_while_elsewhere_something_is_well_is_one_that_fails() {
    let mut pair = well();
    alter(&mut platform(&mut pair).group, |group| group.instances[0].healthy = false);
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.groups[0].targets[0].state = "unhealthy".into());
    assert_eq!(of(&pair, Case::Zone).now, Now::Calm, "one instance is ill, and its gateway works");
    change(&mut platform(&mut pair).network, |network| network.nat_gateways[0].state = "failed".into());
    alter(&mut platform(&mut pair).database, |database| database.members[0].status = "failed".into());
    let scenario = of(&pair, Case::Zone);
    assert_eq!(scenario.now, Now::Happening);
    assert_eq!(scenario.zones.iter().map(|zone| zone.now).collect::<Vec<_>>(), [Now::Happening, Now::Calm]);
    assert!(scenario.to_do.says.starts_with("All that Teal sees in us-east-2a is ill."), "{}", scenario.to_do.says);
}

#[test]
fn where_the_live_side_stands_in_one_zone_alone_and_the_other_does_not_a_switch_helps() {
    let mut pair = well();
    setup(&mut pair, Color::Blue, |setup| setup.subnets = vec!["priv-a".into()]);
    assert_eq!(loses(&pair, "a")[0].0, Part::Environment(Color::Blue));
    let to_do = of(&pair, Case::Zone).to_do;
    assert_eq!(to_do.way, Way::Switch(Color::Green));
    setup(&mut pair, Color::Green, |setup| setup.subnets = vec!["priv-a".into()]);
    let to_do = of(&pair, Case::Zone).to_do;
    assert!(to_do.says.starts_with("Both sides stand in us-east-2a alone"), "{}", to_do.says);
}

#[test]
fn where_nothing_of_the_zones_was_read_nothing_is_known_of_them() {
    let mut pair = well();
    pair.platform = Arc::default();
    let scenario = of(&pair, Case::Zone);
    assert_eq!((scenario.now, scenario.zones), (Now::Unknown, vec![]));
    assert!(scenario.by_itself.iter().any(|says| says.starts_with("Not checked")), "{:?}", scenario.by_itself);
    for case in [Case::Instance, Case::Database] {
        assert_eq!(of(&pair, case).now, Now::Unknown, "{case:?}");
    }
}

#[test]
fn without_teal_dags_go_on_and_the_command_line_switches() {
    let mut pair = well();
    let calm = of(&pair, Case::Teal);
    assert!(calm.by_itself[0].starts_with("DAGs go on"), "{:?}", calm.by_itself);
    let Way::CommandLine(commands) = &calm.to_do.way else { panic!("{:?}", calm.to_do.way) };
    assert!(commands.teal.line.contains("--to green --confirm green@9 --reason"), "{commands:?}");
    assert!(commands.raw.line.contains("put-parameter --region us-east-2 --name /mwaa/blue-green/active-environment"));
    assert!(commands.raw.line.ends_with("--value green --overwrite"), "{commands:?}");

    pair.store.fail("the disk is full.", secs_ago(9));
    let away = first(&pair, Case::Teal);
    assert!(away.seen.iter().any(|seen| seen.health == Health::Down && seen.says.contains("the disk is full")));

    pair.policy.dags.strategy = Strategy::PauseStandby;
    let moved = of(&pair, Case::Teal);
    assert!(moved.to_do.says.contains("Then move the DAGs"), "{}", moved.to_do.says);
    assert!(moved.by_itself.iter().any(|says| says.contains("waits until a Teal is back")));
}

#[test]
fn a_provider_that_is_away_and_an_aws_that_answers_nothing_are_teals_own_troubles() {
    let mut pair = well();
    let provider = SignIn::at("https://login.example.com");
    pair.home = Arc::new(Home { sign_in: provider, ..Home::clone(&pair.home) });
    let all = with(&pair, Provider::Away, None);
    assert_eq!((all[0].case, all[0].now), (Case::Teal, Now::Happening));

    let mut pair = well();
    platform(&mut pair).secret.fail("secretsmanager:DescribeSecret is not allowed.", secs_ago(9));
    let some = of(&pair, Case::Teal);
    assert_eq!(some.now, Now::Calm);
    let aws = some.seen.iter().find(|seen| seen.health == Health::Degraded).expect("it is told");
    assert_eq!(aws.says, "These could not be read lately: Database secret.");

    pair.flag.fail("timed out", secs_ago(9));
    pair.blue.fail("timed out", secs_ago(9));
    pair.green.fail("timed out", secs_ago(9));
    let found = platform(&mut pair);
    found.network.fail("timed out", secs_ago(9));
    found.balancer.fail("timed out", secs_ago(9));
    found.group.fail("timed out", secs_ago(9));
    found.instance.fail("timed out", secs_ago(9));
    found.database.fail("timed out", secs_ago(9));
    found.blue_bucket.fail("timed out", secs_ago(9));
    found.green_bucket.fail("timed out", secs_ago(9));
    let none = first(&pair, Case::Teal);
    assert!(none.seen.iter().any(|seen| seen.says.starts_with("None of it answers")), "{:?}", none.seen);
}

#[test]
fn what_was_measured_stands_beside_what_is_claimed_and_what_was_not_is_said() {
    let pair = well();
    let observed =
        |subject, state, from, to| Seen { subject, state, why: String::new(), from: secs_ago(from), to: secs_ago(to) };
    let past = Past::of(
        &[record(7, What::Switch(landed(9)))],
        &[
            observed(Subject::Flag, State::Live(Color::Blue), 9_000, 10),
            observed(Subject::Side(Color::Blue), State::Up, 9_000, 10),
            observed(Subject::Side(Color::Green), State::Down, 9_000, 8_400),
            observed(Subject::Lineage, State::Up, 9_000, 10),
        ],
        secs_ago(90_000),
        NOW,
    );
    for scenario in with(&pair, Provider::Answers, Some(&past)) {
        let told: Vec<&Measurement> = scenario.measured.iter().collect();
        match (scenario.case, told.as_slice()) {
            (Case::Active, [Measurement::Switched(one), Measurement::Side(Color::Blue, none)]) => {
                assert_eq!((one.seq, none.times, scenario.unmeasured), (7, 0, None));
            }
            (Case::Standby, [Measurement::Side(Color::Green, once)]) => {
                assert_eq!((once.times, once.longest.as_secs(), scenario.unmeasured), (1, 600, None));
            }
            (Case::Instance, [Measurement::Lineage(_)]) => {
                let unmeasured = scenario.unmeasured.expect("of one instance nothing is measured");
                assert!(unmeasured.contains("drills"), "{unmeasured}");
            }
            (Case::Database | Case::Zone, []) => assert!(scenario.unmeasured.is_some(), "{scenario:?}"),
            (Case::Teal, [Measurement::Unseen(outages)]) => assert_eq!(outages.times, 0),
            other => panic!("{other:?}"),
        }
    }
    for scenario in all(&pair) {
        assert!(scenario.measured.is_empty() && scenario.unmeasured.is_some(), "{scenario:#?}");
    }
}

#[test]
fn what_was_never_asked_for_is_no_aws_that_is_away_and_a_flag_that_was_never_read_is_not_called_missing() {
    let mut pair = well();
    pair.platform = Arc::default();
    (pair.flag, pair.blue, pair.green) = (Reading::default(), Reading::default(), Reading::default());
    let teal = of(&pair, Case::Teal);
    assert_eq!(teal.now, Now::Calm, "Teal has just begun: {:?}", teal.seen);
    assert!(teal.seen.iter().any(|seen| seen.says.starts_with("These have not been asked for yet: Flag,")), "{teal:?}");
    let Way::CommandLine(commands) = &teal.to_do.way else { panic!("{:?}", teal.to_do.way) };
    assert!(commands.teal.line.contains("--confirm blue@VERSION "), "{commands:?}");
    assert!(commands.raw.line.ends_with("--type String --overwrite"), "{commands:?}");
    pair.flag = Reading::good(Flag::Missing, secs_ago(1));
    let Way::CommandLine(commands) = of(&pair, Case::Teal).to_do.way else { panic!("commands") };
    assert!(commands.raw.line.ends_with("--type String --no-overwrite"), "{commands:?}");
}

fn together(pair: &PairSnapshot, what: &str) -> (Verdict, String) {
    let risks = Topology::of(pair, NOW).teal;
    let risk = risks.into_iter().find(|risk| risk.what == what).unwrap_or_else(|| panic!("no {what}"));
    (risk.verdict, risk.because)
}

#[test]
fn teal_its_store_and_its_sign_in_are_on_the_list_of_what_goes_down_together_and_only_what_is_known_is_judged() {
    let mut pair = full_ha();
    let whats = ["Teal", "Teal's store", "Teal's sign-in"];
    assert_eq!(Topology::of(&pair, NOW).teal.iter().map(|risk| risk.what).collect::<Vec<_>>(), whats);
    for what in whats {
        assert_eq!(together(&pair, what).0, Verdict::NotChecked, "{what}: nothing is known of it");
    }
    assert!(together(&pair, "Teal").1.contains("runs_in"), "how to let it know");

    let home =
        |region: &str, sign_in: SignIn| Arc::new(Home { region: Some(region.to_owned()), store: Kept::File, sign_in });
    let pool = "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Ab1";
    pair.home = home("us-east-2", SignIn::at(pool));
    for what in whats {
        assert!(matches!(together(&pair, what).0, Verdict::Risk { .. }), "{what}: {:?}", together(&pair, what));
    }
    pair.home = home("eu-west-1", SignIn::at("https://cognito-idp.eu-west-1.amazonaws.com/x"));
    assert_eq!(together(&pair, "Teal").0, Verdict::Fine);
    assert_eq!(together(&pair, "Teal's sign-in").0, Verdict::Fine);
    assert!(matches!(together(&pair, "Teal's store").0, Verdict::Risk { .. }), "a file goes with its machine");
    pair.home = home("eu-west-1", SignIn::at("https://login.example.com"));
    let (verdict, because) = together(&pair, "Teal's sign-in");
    assert_eq!(verdict, Verdict::NotChecked);
    assert!(because.contains("login.example.com"), "{because}");
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/t/1";
    pair.home = home("eu-west-1", SignIn::behind(arn, pool));
    assert!(matches!(together(&pair, "Teal's sign-in").0, Verdict::Risk { .. }), "its provider stands here");
    let elsewhere = SignIn::behind(arn, "https://login.example.com");
    pair.home = home("eu-west-1", elsewhere);
    assert_eq!(together(&pair, "Teal's sign-in").0, Verdict::NotChecked, "one half of it nobody can place");
    pair.home = home("eu-west-1", SignIn::Nobody);
    assert_eq!(together(&pair, "Teal's sign-in").0, Verdict::Fine);
}

#[test]
fn a_green_airflow_that_is_ill_stands_against_the_switch_before_anybody_needs_it() {
    let mut pair = well();
    part(&mut pair, "scheduler", Some(false));
    assert_eq!(first(&pair, Case::Standby).to_do.way, Way::Declare);
}
