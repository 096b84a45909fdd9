use super::*;
use crate::{
    FlagVersion, Subject, Surroundings,
    airflow::{Task, Work},
    dags::Strategy,
    preflight::tests::fixture,
};
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_000_000);
const PLAN: &str = "cd";

fn at(name: &str, subject: &str) -> Actor {
    Actor::page(name).known_as(Subject::new("https://issuer.example", subject))
}

fn olga() -> Actor {
    at("olga", "1")
}

fn base(version: u64) -> Base {
    Base::Version { version: FlagVersion(version), modified_at: Some(Timestamp(900)) }
}

fn reason(text: &str) -> Reason {
    Reason::parse(text).expect("a reason")
}

fn open() -> OpenRequest {
    let request = Request {
        id: OperationId::new(NOW, 7),
        pair: "dev".parse().expect("a pair"),
        from: Some(Color::Blue),
        target: Color::Green,
        base: base(31),
        actor: olga(),
        people: Vec::new(),
        reason: reason("upgrade"),
        change_ref: None,
        preflight: "ab".into(),
        dags: Some(AskedDags { plan: PLAN.into(), strategy: Strategy::FlagOnly, counts: None }),
        asked_at: NOW,
        expires_at: NOW + crate::Millis::from_secs(60),
    };
    OpenRequest { seq: 9, request, decision: None }
}

fn approved() -> OpenRequest {
    let decision = Decision { answer: Answer::Approved, by: at("anton", "2"), at: NOW, comment: None };
    OpenRequest { decision: Some(decision), ..open() }
}

#[test]
fn row_36_nobody_approves_their_own() {
    let open = open();
    let digest = open.request.digest();
    assert_eq!(open.decide(&olga(), &digest, NOW), Err(NotDecided::Own));
    assert_eq!(open.decide(&at("Olga M.", "1"), &digest, NOW), Err(NotDecided::Own), "under another name");
    assert_eq!(open.decide(&Actor::cli("olga"), &digest, NOW), Err(NotDecided::Own), "at another door");
    assert_eq!(open.decide(&at("anton", "2"), &digest, NOW), Ok(()));
}

#[test]
fn row_36_an_approval_is_for_exactly_what_was_asked() {
    let (approved, olga, why) = (approved(), olga(), reason("upgrade"));
    let wanted = Wanted { who: &olga, target: Color::Green, base: base(31), reason: Some(&why), change_ref: None };
    let good = approved.approval(wanted, PLAN, NOW).expect("approved");
    assert_eq!((good.by.name.as_str(), good.request), ("anton", approved.request.id));
    let (another, ben) = (reason("something else"), at("ben", "3"));
    for wrong in [
        Wanted { who: &ben, ..wanted },
        Wanted { target: Color::Blue, ..wanted },
        Wanted { base: base(32), ..wanted },
        Wanted { base: Base::Version { version: FlagVersion(31), modified_at: Some(Timestamp(901)) }, ..wanted },
        Wanted { reason: Some(&another), ..wanted },
    ] {
        assert_eq!(approved.approval(wrong, PLAN, NOW), None, "{wrong:?}");
    }
    assert_eq!(approved.approval(wanted, PLAN, NOW + crate::Millis::from_secs(61)), None, "for a while only");
    assert_eq!(approved.approval(wanted, "ce", NOW), None, "another plan for the DAGs");
    let of_before = OpenRequest { request: Request { dags: None, ..approved.request.clone() }, ..approved.clone() };
    assert_eq!(of_before.approval(wanted, PLAN, NOW), None, "it says nothing of the DAGs");
    assert_eq!(open().approval(wanted, PLAN, NOW), None, "nobody has said anything");
    let mut declined = approved.clone();
    declined.decision.as_mut().expect("one").answer = Answer::Declined;
    assert_eq!(declined.approval(wanted, PLAN, NOW), None);
    let mut own = approved;
    own.decision.as_mut().expect("one").by = olga.clone();
    assert_eq!(own.approval(wanted, PLAN, NOW), None, "even if it was written down somehow");
}

#[test]
fn row_36_whoever_is_behind_a_script_approves_nothing_of_it() {
    let mut open = open();
    open.request.actor = Actor::api("deploys");
    open.request.people = vec!["Anton ".into()];
    let digest = open.request.digest();
    let behind = Err(NotDecided::Behind { script: Actor::api("deploys") });
    assert_eq!(open.decide(&at("anton", "2"), &digest, NOW), behind);
    assert_eq!(open.decide(&at("ada", "4"), &digest, NOW), Ok(()));
    let (script, why) = (Actor::api("deploys"), reason("upgrade"));
    let wanted = Wanted { who: &script, target: Color::Green, base: base(31), reason: Some(&why), change_ref: None };
    open.decision = approved().decision;
    assert_eq!(open.approval(wanted, PLAN, NOW), None, "even if it was written down somehow");
    open.request.people = vec!["ben".into()];
    assert!(open.approval(wanted, PLAN, NOW).is_some());
}

#[test]
fn row_36_an_approval_is_for_the_change_that_was_named() {
    let (olga, why) = (olga(), reason("upgrade"));
    let (one, other) = (reason("CHG0012345"), reason("CHG0099999"));
    let wanted =
        |change_ref| Wanted { who: &olga, target: Color::Green, base: base(31), reason: Some(&why), change_ref };
    let mut approved = approved();
    assert_eq!(approved.approval(wanted(Some(&one)), PLAN, NOW), None, "none was named");
    approved.request.change_ref = Some(one.clone());
    assert!(approved.approval(wanted(Some(&one)), PLAN, NOW).is_some());
    assert!(approved.approval(wanted(None), PLAN, NOW).is_some(), "nobody has said yet: it goes along");
    assert_eq!(approved.approval(wanted(Some(&other)), PLAN, NOW), None);
    assert_eq!(approved.carries(&olga, Color::Green, NOW), Some(&one));
    assert_eq!(approved.carries(&at("ben", "3"), Color::Green, NOW), None, "another person");
    assert_eq!(approved.carries(&olga, Color::Blue, NOW), None, "another side");
    assert_eq!(approved.carries(&olga, Color::Green, NOW + crate::Millis::from_secs(61)), None, "too late");
}

#[test]
fn row_36_a_changed_request_has_another_digest() {
    let digest = open().request.digest();
    let changed: [fn(&mut Request); 9] = [
        |request| request.target = Color::Blue,
        |request| request.base = base(32),
        |request| request.reason = reason("something else"),
        |request| request.actor = at("olga", "9"),
        |request| request.pair = "prod".parse().expect("a pair"),
        |request| request.dags.as_mut().expect("a plan").plan = "ce".into(),
        |request| request.change_ref = Some(reason("CHG0012345")),
        |request| request.people = vec!["ben".into()],
        |request| request.people = vec![String::new()],
    ];
    for change in changed {
        let mut open = open();
        change(&mut open.request);
        assert_ne!(open.request.digest(), digest);
        assert_eq!(open.decide(&at("anton", "2"), &digest, NOW), Err(NotDecided::Another));
    }
}

#[test]
fn a_request_is_decided_once_and_in_time() {
    let anton = at("anton", "2");
    let digest = open().request.digest();
    let late = NOW + crate::Millis::from_secs(61);
    assert_eq!(open().decide(&anton, &digest, late), Err(NotDecided::RanOut));
    let ada = at("ada", "4");
    assert_eq!(approved().decide(&ada, &digest, NOW), Err(NotDecided::Before { by: anton }));
}

#[test]
fn row_36_a_request_of_before_parses_and_keeps_its_digest() {
    let text = r#"{"id":"000000YGJ00000000000000007","pair":"dev","from":"blue","target":"green",
        "base":{"version":{"version":31,"modified_at":900}},
        "actor":{"name":"olga","via":"page","subject":"https://issuer.example#1"},
        "reason":"upgrade","preflight":"ab","asked_at":1000000,"expires_at":1060000}"#;
    let request: Request = serde_json::from_str(text).expect("a request of before");
    assert_eq!((&request.dags, &request.change_ref, &request.people), (&None, &None, &Vec::new()));
    assert_eq!(request.digest(), "b4b6c896797263d01423b29e28acba621cb059cb08284fc25ba54898e993abc9");
    let again = serde_json::to_value(&request).expect("JSON");
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(text).expect("JSON"), "and it is written as it was");
}

/// A pair under `pause-standby` and two people, of which `load` works on blue; olga asked for green, and anton approved.
fn of_two(change: impl FnOnce(&mut PairSnapshot)) -> PairSnapshot {
    let mut pair = fixture::pair();
    pair.policy.two_person = Some(crate::Millis::from_secs(3600));
    pair.policy.dags.strategy = Strategy::PauseStandby;
    dags(&mut pair, &[("load", false), ("old", true)], &[("load", true), ("old", true)]);
    let mut open = approved();
    let request = &mut open.request;
    (request.pair, request.base) = (pair.id.clone(), Base::of(pair.flag.value().expect("a flag")));
    (request.asked_at, request.expires_at) = (fixture::NOW, fixture::in_secs(3600));
    request.dags = Some(AskedDags::of(&planned(&pair, Color::Green, fixture::NOW)));
    pair.request = Some(open);
    change(&mut pair);
    pair
}

fn dags(pair: &mut PairSnapshot, blue: &[(&str, bool)], green: &[(&str, bool)]) {
    around(pair, |around| {
        for (color, dags) in [(Color::Blue, blue), (Color::Green, green)] {
            let dags = dags.iter().map(|(id, paused)| fixture::dag(id, *paused)).collect();
            around.side_mut(color).dags = crate::Reading::good(dags, fixture::NOW);
        }
    });
}

fn around(pair: &mut PairSnapshot, change: impl FnOnce(&mut Surroundings)) {
    change(Arc::make_mut(&mut pair.surroundings));
}

fn checked(pair: &PairSnapshot) -> (Verdict, String) {
    let (olga, why) = (olga(), reason("upgrade"));
    let base = Base::of(pair.flag.value().expect("a flag"));
    let wanted = Wanted { who: &olga, target: Color::Green, base, reason: Some(&why), change_ref: None };
    let check = check(pair, wanted, fixture::NOW).expect("a check");
    assert_eq!(check.verdict == Verdict::Pass, check.mend.is_empty(), "{check:?}");
    (check.verdict, check.evidence)
}

#[test]
fn row_36_what_changes_by_the_minute_leaves_an_approval_as_it_is() {
    assert_eq!(checked(&of_two(|_| {})), (Verdict::Pass, "anton approved it.".to_owned()));
    let pair = of_two(|pair| {
        dags(pair, &[("old", true), ("load", false)], &[("old", true), ("load", true)]);
        around(pair, |around| {
            let task = Task {
                dag: "load".into(),
                run: "r".into(),
                task: "t".into(),
                state: "running".into(),
                attempt: 1,
                began: None,
                ended: None,
                logical: None,
            };
            let work = Work { tasks: vec![task], ..Work::default() };
            around.blue.work = crate::Reading::good(work, fixture::NOW);
            let mut due = vec![fixture::dag("load", true), fixture::dag("old", true)];
            due[0].next_run = Some(fixture::secs_ago(60));
            around.green.dags = crate::Reading::good(due, fixture::NOW);
        });
    });
    let plan = planned(&pair, Color::Green, fixture::NOW);
    assert!(plan.moves[0].fires && plan.moves[0].tasks == 1, "it is another plan by the minute: {plan:?}");
    assert_eq!(checked(&pair).0, Verdict::Pass);
}

#[test]
fn row_36_an_approval_ends_when_something_else_is_to_be_done_with_the_dags() {
    type Change = fn(&mut PairSnapshot);
    const STANDBY: &[(&str, bool)] = &[("load", true), ("old", true)];
    let since = "What is to be done with the DAGs has changed since anton approved it: ";
    let changes: [(&str, Change); 7] = [
        ("1 DAG more to unpause on Green at once, 1 DAG more to pause on Blue, 1 DAG fewer to stay paused.", |pair| {
            dags(pair, &[("load", false), ("old", false)], STANDBY)
        }),
        ("1 DAG more to pause on Blue, 1 DAG more not there on Green.", |pair| {
            dags(
                pair,
                &[("load", false), ("old", true), ("new", false), ("newer", false)],
                &[("load", true), ("old", true), ("newer", false)],
            );
        }),
        ("as many DAGs, but not the same ones.", |pair| {
            dags(pair, &[("load", true), ("old", false)], STANDBY);
        }),
        ("1 DAG fewer to unpause on Green at once.", |pair| {
            dags(pair, &[("load", false), ("old", true)], &[("load", false), ("old", true)]);
        }),
        ("1 DAG fewer to unpause on Green at once, 1 DAG more to unpause on Green later.", |pair| {
            around(pair, |around| {
                let mut dags = around.green.dags.value().cloned().expect("read");
                dags[0].tags.clear();
                around.green.dags = crate::Reading::good(dags, fixture::NOW);
            });
        }),
        ("it goes by flag-only now, and went by pause-standby.", |pair| {
            pair.policy.dags.strategy = Strategy::FlagOnly;
        }),
        ("they had not been read then.", |pair| {
            let request = &mut pair.request.as_mut().expect("a request").request;
            request.dags = Some(AskedDags { plan: "00".into(), strategy: Strategy::PauseStandby, counts: None });
        }),
    ];
    for (what, change) in changes {
        assert_eq!(checked(&of_two(change)), (Verdict::Block, format!("{since}{what}")));
    }
    let undecided = of_two(|pair| {
        dags(pair, &[("load", false), ("old", false)], STANDBY);
        pair.request.as_mut().expect("a request").decision = None;
    });
    assert!(checked(&undecided).1.contains("since olga asked for it: "), "{:?}", checked(&undecided));
}

#[test]
fn row_36_what_nobody_can_tell_of_the_dags_is_not_what_was_approved() {
    let (verdict, says) = checked(&of_two(|pair| around(pair, |around| around.blue.dags = crate::Reading::default())));
    assert_eq!(verdict, Verdict::Block);
    assert!(says.starts_with("The DAGs of Blue have not been read, so nobody can tell"), "{says}");
    let (verdict, says) = checked(&of_two(|pair| pair.request.as_mut().expect("a request").request.dags = None));
    assert_eq!(
        (verdict, says.as_str()),
        (Verdict::Block, "What is to be done with the DAGs was no part of it yet when anton approved it.")
    );
}

#[test]
fn row_36_a_request_for_other_dags_takes_the_place_of_one_that_is_void() {
    let (one, mut other) = (open().request, open().request);
    assert!(one.rests_on_the_same(&other));
    other.dags.as_mut().expect("a plan").plan = "ce".into();
    assert!(!one.rests_on_the_same(&other));
}
