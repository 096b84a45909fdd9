//! What is typed becomes a plan, or a sentence that says which field, what and how to mend it.

use super::*;
use teal_domain::policy::ChangeRefRule;

/// Tuesday 1 December 2026, 09:00 UTC.
const NOW: Timestamp = Timestamp(1_796_115_600_000);

fn form() -> DrillForm {
    DrillForm {
        pair: "dev".into(),
        name: "Tuesday failover".into(),
        kind: "switch-and-return".into(),
        when: "cron".into(),
        cron: "0 10 * * TUE".into(),
        zone: "europe/berlin".into(),
        window: "30m".into(),
        late: "skip".into(),
        hold: "15m".into(),
        guards: "errors on green before=wait during\n\nlag outcome".into(),
        flip: "5s".into(),
        pickup: "2m".into(),
        nothing_red: true,
        owner: "olga".into(),
        notify: "ana@example.com, bo@example.org".into(),
        ..DrillForm::default()
    }
}

fn config() -> PairConfig {
    crate::config::example_pair()
}

fn read_in(pair: &PairConfig, form: &DrillForm) -> Result<Plan, Mistake> {
    let who = Actor::page("olga");
    read(form, &Given { pair, before: None, id: OperationId::new(NOW, 1), who: &who, now: NOW })
}

#[test]
fn what_is_typed_becomes_a_plan() {
    let plan = read_in(&config(), &form()).expect("a plan");
    assert_eq!((plan.revision, plan.zone.as_str(), plan.kind), (1, "Europe/Berlin", Kind::SwitchAndReturn));
    assert_eq!((plan.window, plan.hold), (Millis::from_secs(1_800), Millis::from_secs(900)));
    assert_eq!((plan.criteria.flip, plan.criteria.pickup), (Some(Millis::from_secs(5)), Some(Millis::from_secs(120))));
    let guards: Vec<_> =
        plan.guards.iter().map(|guard| (guard.alarm.as_str(), guard.before, guard.during, guard.outcome)).collect();
    assert_eq!(guards, [("errors on green", Some(Before::Wait), true, false), ("lag", None, false, true)]);
    assert_eq!(plan.notify, ["ana@example.com", "bo@example.org"]);
}

/// A field, what is typed into the form, and what is said of it.
type Case = (&'static str, fn(&mut DrillForm), &'static str);

#[test]
fn each_mistake_names_its_field_and_how_it_is_mended() {
    let config = config();
    let cases: [Case; 20] = [
        ("name", |form| form.name = " ".into(), "Say why: a reason is needed."),
        ("name", |form| form.name = "x".repeat(81), "at most 80 fit"),
        ("kind", |form| form.kind = "flip".into(), "tabletop, switch-and-return, one-way"),
        ("zone", |form| form.zone = "Mars/Olympus".into(), "is no time zone"),
        ("zone", |form| form.zone = String::new(), "Write one, such as Europe/Berlin."),
        ("cron", |form| form.cron = "0 0 30 2 *".into(), "never comes to pass"),
        ("cron", |form| form.cron = "often".into(), "is no pattern"),
        ("at", |form| (form.when, form.at) = ("once".into(), "2026-02-30T10:00".into()), "is on no calendar"),
        ("at", |form| (form.when, form.at) = ("once".into(), "2026-11-30T10:00".into()), "That is over already"),
        ("window", |form| form.window = "soon".into(), "`soon` is no duration"),
        ("window", |form| form.window = "10s".into(), "too short: write 1m or more"),
        ("hold", |form| form.hold = "25h".into(), "too long: write 24h or less"),
        ("hold", |form| (form.cron, form.hold) = ("0 * * * *".into(), "45m".into()), "is due again after 60 min"),
        ("hold", |form| (form.nothing_missed, form.hold) = (true, "5m".into()), "Hold for 15m or more"),
        ("late", |form| form.late = "perhaps".into(), "skip or run"),
        ("guards", |form| form.guards = "errors".into(), "does nothing"),
        ("guards", |form| form.guards = "errors during outcome".into(), "exclude each other"),
        ("guards", |form| form.guards = "errors during\nerrors outcome".into(), "stands there twice"),
        ("notify", |form| form.notify = "ana".into(), "`ana` is no e-mail address"),
        ("owner", |form| form.owner = String::new(), "Say why"),
    ];
    for (field, change, says) in cases {
        let mut form = form();
        change(&mut form);
        let (found, said) = read_in(&config, &form).expect_err(field);
        assert!(found == field && said.contains(says), "{field}: {found}: {said}");
    }
}

#[test]
fn a_window_over_midnight_is_fine_and_so_is_a_plan_for_once() {
    let mut late = form();
    (late.cron, late.window) = ("50 23 * * TUE".into(), "2h".into());
    read_in(&config(), &late).expect("a plan");
    let mut once = form();
    (once.when, once.at) = ("once".into(), "2026-12-24T23:50".into());
    read_in(&config(), &once).expect("a plan");
}

#[test]
fn a_tabletop_drill_needs_neither_a_hold_nor_a_change_and_one_that_flips_needs_what_policy_asks_for() {
    let mut config = config();
    config.policy.change_ref = ChangeRefRule { required: true, pattern: Some("CHG[0-9]{7}".into()) };
    let (field, said) = read_in(&config, &form()).expect_err("no change");
    assert!(field == "change_ref" && said.contains("names the change"), "{said}");
    let mut tabletop = form();
    (tabletop.kind, tabletop.hold) = ("tabletop".into(), String::new());
    let plan = read_in(&config, &tabletop).expect("a plan");
    assert_eq!((plan.hold, &plan.criteria), (Millis(0), &Criteria::default()), "nothing is measured of it");
}

#[test]
fn where_approvers_approve_what_is_done_with_dags_a_drill_does_not_leave_them_out() {
    let mut config = config();
    config.policy.two_person = Some(Millis::from_secs(3600));
    config.policy.dags.strategy = Strategy::PauseStandby;
    let mut form = form();
    form.flag_only = true;
    assert_eq!(read_in(&config, &form).expect_err("refused").0, "flag_only");
}

#[test]
fn durations_are_told_as_they_are_typed() {
    let told = [1_500_u64, 5_000, 90_000, 900_000, 7_200_000].map(|millis| told(Millis(millis)));
    assert_eq!(told, ["1500ms", "5s", "90s", "15m", "2h"]);
}
