//! A pair in every state that a page must be able to show. For the gallery and the tests.
#![allow(dead_code, clippy::missing_panics_doc, clippy::unwrap_used, reason = "fixtures: each user takes some")]

#[path = "around.rs"]
mod around;

#[path = "lineages.rs"]
pub mod lineages;
#[path = "troubles.rs"]
mod troubles;

#[path = "platforms.rs"]
pub mod platforms;

pub use around::{findings, looked_at};
#[path = "fixtures/failing.rs"]
pub mod failing;
#[path = "fixtures/follows.rs"]
pub mod follows;
#[path = "fixtures/paid.rs"]
pub mod paid;
#[path = "fixtures/smoked.rs"]
pub mod smoked;
#[path = "fixtures/upkeep.rs"]
pub mod upkeep;
#[path = "fixtures/watched.rs"]
pub mod watched;

use std::sync::Arc;
use teal_app::desk::{DeskError, EntryLine, Identity, Offer, RecordDetail};
use teal_domain::{
    Actor, Base, Color, Environment, EnvironmentStatus, Flag, FlagValue, FlagVersion, Grants, Incarnation, Millis,
    OperationId, PairId, PairNames, PairSnapshot, Reading, Reason, Role, Snapshot, SnapshotId, Timestamp,
    approval::{self, Answer, AskedDags, Decision, OpenRequest, Request, Wanted},
    environment::LastUpdate,
    freeze::Freeze,
    history::{ExternalRecord, HistoryPage, Note, Progress, Record, RequestRecord, SwitchRecord, What},
    journal::{Timings, chain::Hash},
    policy::{ChangeRefRule, Policy},
    preflight::{self, Given},
    snapshot::{LabelOnOldest, OpenSwitch},
    switch::{Interleaving, Kind, Outcome, Refusal, Verification},
};

/// Friday 27 November 2026, 12:20:31 UTC.
pub const NOW: Timestamp = Timestamp(1_795_782_031_400);

pub fn back(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 - seconds * 1000)
}

pub fn dev() -> PairId {
    "dev".parse().unwrap()
}

pub fn ana() -> Identity {
    Identity::trusted(Actor::page("ana"), Grants::everything())
}

pub fn hash(n: u64) -> Hash {
    let half = u128::from(n + 1).wrapping_mul(0x1f3d_5b79_2468_ace0_1357_9bdf_0246_8ac1);
    format!("{half:032x}{half:032x}").parse().unwrap()
}

pub fn operation(n: u64) -> OperationId {
    OperationId::new(
        back(i64::try_from(n).unwrap() * 7919),
        u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060),
    )
}

pub fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

pub fn environment(color: Color) -> Environment {
    Environment {
        name: format!("mwaa-openlineage-{color}-dev"),
        status: EnvironmentStatus::Available,
        airflow_version: Some(if color == Color::Blue { "2.11.0" } else { "3.0.6" }.into()),
        class: Some("mw1.small".into()),
        workers: Some((1, 10)),
        schedulers: Some(2),
        web_address: Some(format!("{color}-c2.airflow.us-east-2.on.aws")),
        last_update: Some(LastUpdate { status: "SUCCESS".into(), created_at: Some(back(86_400)), error: None }),
        setup: teal_domain::environment::Setup::default(),
    }
}

pub const TIMINGS: Timings =
    Timings { queue: Millis(4), reread: Millis(31), put: Millis(58), verify: Millis(87), total: Millis(180) };

pub fn ended(kind: Kind, outcome: Outcome, target: Color, version: u64, why: &str) -> SwitchRecord {
    SwitchRecord {
        operation: operation(version),
        kind,
        from: (kind != Kind::Repair).then(|| target.other()),
        target,
        base: Base::Version { version: FlagVersion(version - 1), modified_at: None },
        reason: reason(why),
        spooled: false,
        progress: Progress::Ended { at: NOW, outcome },
        timings: Some(TIMINGS),
        landed_late: None,
        approval: None,
        unproven: false,
        change_ref: None,
        overridden: Vec::new(),
        reverts: None,
        maintenance: None,
        drill: None,
        flag_only: false,
        course: Box::default(),
    }
}

pub fn landed(version: u64) -> Outcome {
    Outcome::Landed {
        version: FlagVersion(version),
        interleaving: Interleaving::None,
        verification: Verification::Read,
    }
}

pub fn record(seq: u64, seconds_ago: i64, actor: Actor, mut what: What) -> Record {
    if let What::Switch(SwitchRecord { progress: Progress::Ended { at, .. }, .. }) = &mut what {
        *at = back(seconds_ago);
    }
    Record { seq, at: back(seconds_ago), pair: dev(), actor, hash: hash(seq), what, notes: vec![] }
}

pub fn external(version: u64, value: Color, description: Option<&str>) -> ExternalRecord {
    ExternalRecord {
        carried_over: false,
        incarnation: Incarnation(0),
        version: FlagVersion(version),
        value: FlagValue::Color(value),
        previous: Some(FlagValue::Color(value.other())),
        written_at: back(184_500),
        description: description.map(str::to_owned),
        foreign: None,
        imported: false,
    }
}

pub fn upgrade() -> Record {
    let switch = ended(Kind::Planned, landed(31), Color::Green, 31, "Airflow 3.0.6 upgrade");
    record(412, 183_989, Actor::page("ana"), What::Switch(switch))
}

const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/deploy/pipeline-7";

/// Some of everything that can happen.
pub fn happenings() -> Vec<Record> {
    let mut explained =
        record(403, 190_000, Actor::outside(Some(ROLE)), What::External(external(30, Color::Blue, None)));
    explained.notes.push(Note {
        at: back(180_000),
        actor: Actor::page("ben"),
        text: reason("Rollback by the deploy pipeline, ticket OPS-4711"),
    });
    let emergency = ended(Kind::Emergency, landed(29), Color::Green, 29, "Blue scheduler without heartbeat for 6 min");
    let blocked = Outcome::Refused { refusal: Refusal::Blocked { checks: vec!["target".into()] } };
    let moved = Outcome::Moved {
        found: Flag::Present {
            value: FlagValue::Color(Color::Blue),
            version: FlagVersion(28),
            modified_at: back(300_000),
        },
    };
    let mut late = ended(Kind::Planned, Outcome::NotLanded, Color::Blue, 27, "Patch window");
    late.landed_late = Some(FlagVersion(27));
    let repair = ended(Kind::Repair, landed(26), Color::Green, 26, "Parameter was deleted by a stack update");
    let mut imported = external(24, Color::Blue, None);
    imported.imported = true;
    vec![
        upgrade(),
        record(
            409,
            184_500,
            Actor::outside(Some(ROLE)),
            What::External(external(30, Color::Blue, Some("deploy 7f3a"))),
        ),
        explained,
        record(396, 260_000, Actor::cli("root"), What::Switch(emergency)),
        record(
            391,
            262_000,
            Actor::page("ben"),
            What::Switch(ended(Kind::Planned, blocked, Color::Blue, 29, "Try again")),
        ),
        record(
            388,
            300_000,
            Actor::page("carla"),
            What::Switch(ended(Kind::Planned, moved, Color::Green, 28, "Cost test")),
        ),
        record(380, 900_000, Actor::page("ana"), What::Switch(late)),
        record(371, 1_200_000, Actor::page("ana"), What::Switch(repair)),
        record(370, 1_200_400, Actor::teal(), What::Gone { last: Some(FlagVersion(25)) }),
        record(
            366,
            2_000_000,
            Actor::page("ana"),
            What::Switch(ended(Kind::Planned, Outcome::NothingToDo, Color::Blue, 26, "Double click")),
        ),
        record(2, 9_000_000, Actor::outside(Some("arn:aws:iam::123456789012:user/op")), What::External(imported)),
    ]
}

pub fn green_is_live() -> PairSnapshot {
    PairSnapshot {
        id: dev(),
        title: "Analytics · dev".into(),
        region: "us-east-2".into(),
        names: PairNames::by_convention("mwaa-openlineage", "dev"),
        flag: Reading::good(
            Flag::Present {
                value: FlagValue::Color(Color::Green),
                version: FlagVersion(31),
                modified_at: back(183_989),
            },
            back(1),
        ),
        live_since: Some(back(183_989)),
        blue: Reading::good(environment(Color::Blue), back(9)),
        green: Reading::good(environment(Color::Green), back(11)),
        label: None,
        open: None,
        policy: Policy::default(),
        request: None,
        following: None,
        moved: None,
        maintenance: None,
        diagnosis: None,
        proved_at: None,
        smoke: Vec::new(),
        drills: Arc::default(),
        freezes: Arc::default(),
        surroundings: Arc::default(),
        platform: Arc::default(),
        mode: None,
        prices: teal_domain::cost::Prices::built_in().clone(),
        home: Arc::default(),
        lineage: Arc::default(),
        monitoring: Arc::default(),
        current: Some(upgrade()),
        recent: happenings(),
        store: Reading::good((), back(1)),
    }
}

/// The states of the overview, by name.
pub fn states() -> Vec<(&'static str, PairSnapshot)> {
    let with = |change: fn(&mut PairSnapshot)| {
        let mut pair = green_is_live();
        change(&mut pair);
        pair
    };
    vec![
        ("live", green_is_live()),
        ("first-day", with(first_day)),
        ("blue-live", with(blue_live)),
        ("stale", with(stale)),
        ("missing", with(missing)),
        ("invalid", with(invalid)),
        ("unknown", with(unknown)),
        ("under-way", with(under_way)),
        ("external", with(external_now)),
        ("updating", with(updating)),
        ("down", with(down)),
        ("store-away", with(store_away)),
        ("unread", with(unread)),
        ("label", with(label)),
        ("looked-at", with(looked_at)),
        ("findings", with(findings)),
        ("full-ha", with(platforms::full_ha)),
        ("full-ha-field", with(platforms::field)),
        ("full-ha-ill", with(platforms::ill)),
        ("full-ha-denied", with(platforms::denied)),
        ("full-ha-partly-denied", with(platforms::partly_denied)),
        ("full-ha-old", with(platforms::old)),
        ("full-ha-switching", with(platforms::switching)),
        ("blue-green", with(platforms::blue_green)),
        ("ha-marquez", with(platforms::ha_marquez)),
        ("standard", with(platforms::standard)),
        ("said-otherwise", with(platforms::said_otherwise)),
        ("diagnosed", with(troubles::diagnosed)),
        ("diagnosed-long-ago", with(troubles::long_ago)),
        ("pause-standby", with(follows::two_airflows)),
        ("misplaced", with(follows::misplaced)),
        ("draining", with(follows::draining)),
        ("owed", with(follows::owed)),
        ("red", with(follows::red)),
        ("over", with(follows::over)),
        ("unseen", with(follows::unseen)),
        ("taken-back", with(follows::taken_back)),
        ("maintained", with(upkeep::maintained)),
        ("maintained-down", with(upkeep::maintained_down)),
        ("maintained-live", with(upkeep::maintained_live)),
        ("smoke-never", with(smoked::never)),
        ("smoke-under-way", with(smoked::under_way)),
        ("smoke-good", with(smoked::good)),
        ("smoke-bad", with(smoked::bad)),
        ("two-people", with(two_people)),
        ("asked", with(|pair| asked(pair, "olga", None))),
        ("asked-by-me", with(|pair| asked(pair, "ana", None))),
        ("approved", with(|pair| asked(pair, "ana", Some(Answer::Approved)))),
        ("asked-dags", with(follows::asked)),
        ("asked-unread", with(follows::asked_unread)),
        ("approved-changed", with(follows::approved_then_changed)),
        ("frozen", with(frozen)),
        ("frozen-ahead", with(|pair| pair.freezes = christmas().into())),
        ("overridable", with(overridable)),
        ("declined", with(|pair| asked(pair, "olga", Some(Answer::Declined)))),
    ]
}

fn window(because: &str, from: i64, to: i64, zone: &str) -> Freeze {
    let hour = 3600;
    Freeze { because: because.into(), from: back(-from * hour), to: back(-to * hour), zone: zone.into() }
}

fn christmas() -> Vec<Freeze> {
    vec![
        window("The books are closed", 78, 90, "Europe/Berlin"),
        window("Christmas, until everybody is back at their desks", 630, 900, "America/New_York"),
    ]
}

/// It is closed, one window touches the next, and a short one is on the same day as another.
fn frozen(pair: &mut PairSnapshot) {
    let mut windows = vec![
        window("Nightly load", -60, -57, "UTC"),
        window("Quarter end", -5, 20, "Europe/Berlin"),
        window("Quarter end, second look", 20, 44, "Europe/Berlin"),
        window("Nightly load", 47, 49, "UTC"),
    ];
    windows.extend(christmas());
    pair.freezes = windows.into();
}

fn overridable(pair: &mut PairSnapshot) {
    down(pair);
    frozen(pair);
    pair.policy.overridden_by = Some(Role::Operator);
    pair.policy.change_ref = ChangeRefRule { required: true, pattern: Some("CHG[0-9]{7}".into()) };
}

fn first_day(pair: &mut PairSnapshot) {
    pair.recent.clear();
    pair.current = None;
}

fn blue_live(pair: &mut PairSnapshot) {
    let modified_at = back(42);
    let value = FlagValue::Color(Color::Blue);
    pair.flag = Reading::good(Flag::Present { value, version: FlagVersion(32), modified_at }, back(0));
    pair.live_since = Some(modified_at);
    let back_again = ended(Kind::Planned, landed(32), Color::Blue, 32, "Back after the upgrade rehearsal");
    let newest = record(418, 42, Actor::page("ben"), What::Switch(back_again));
    pair.current = Some(newest.clone());
    pair.recent.insert(0, newest);
}

pub fn stale(pair: &mut PairSnapshot) {
    let flag = pair.flag.value().cloned().unwrap();
    pair.flag = Reading::good(flag, back(94));
    pair.flag.fail("SSM answered ThrottlingException: Rate exceeded. Teal asks again every 20 s.", back(90));
    pair.green.fail("MWAA timed out after 10 s.", back(60));
}

pub fn runbook(pair: &mut PairSnapshot) {
    pair.policy.runbook_url = Some("https://wiki.example/analytics-dev".into());
}

pub fn missing(pair: &mut PairSnapshot) {
    runbook(pair);
    pair.flag = Reading::good(Flag::Missing, back(1));
    pair.live_since = None;
    let gone = record(420, 65, Actor::teal(), What::Gone { last: Some(FlagVersion(31)) });
    pair.current = None;
    pair.recent.insert(0, gone);
}

pub fn invalid(pair: &mut PairSnapshot) {
    runbook(pair);
    let value = FlagValue::Invalid("purple".into());
    pair.flag =
        Reading::good(Flag::Present { value: value.clone(), version: FlagVersion(32), modified_at: back(65) }, back(1));
    pair.live_since = None;
    let mut wrong = external(32, Color::Green, None);
    wrong.value = value;
    wrong.previous = Some(FlagValue::Color(Color::Green));
    let wrong = record(420, 65, Actor::outside(Some(ROLE)), What::External(wrong));
    pair.current = Some(wrong.clone());
    pair.recent.insert(0, wrong);
}

pub fn under_way_record(progress: Progress) -> Record {
    let mut switch = ended(Kind::Planned, landed(32), Color::Blue, 32, "Back to Blue for the night batch");
    switch.progress = progress;
    switch.timings = None;
    record(421, 41, Actor::page("ana"), What::Switch(switch))
}

pub fn unknown(pair: &mut PairSnapshot) {
    runbook(pair);
    let cause = Some("connection reset after the request was sent".to_owned());
    let record = under_way_record(Progress::Unknown { since: back(40), cause });
    pair.open = Some(OpenSwitch {
        operation: record.switch().unwrap().operation,
        target: Color::Blue,
        actor: "ana".into(),
        since: back(40),
        unknown_until: Some(Timestamp(NOW.0 + 560_000)),
    });
    pair.recent.insert(0, record);
}

fn under_way(pair: &mut PairSnapshot) {
    let record = under_way_record(Progress::Begun);
    pair.open = Some(OpenSwitch {
        operation: record.switch().unwrap().operation,
        target: Color::Blue,
        actor: "ana".into(),
        since: back(2),
        unknown_until: None,
    });
    pair.recent.insert(0, record);
}

fn two_people(pair: &mut PairSnapshot) {
    pair.policy.two_person = Some(Millis::from_secs(4 * 3600));
}

/// Somebody asked to switch to Blue, and anton may have said something to it.
pub fn asked(pair: &mut PairSnapshot, by: &str, answer: Option<Answer>) {
    two_people(pair);
    let request = Request {
        id: operation(55),
        pair: dev(),
        from: Some(Color::Green),
        target: Color::Blue,
        base: pair.flag.value().map_or(Base::Missing, Base::of),
        actor: Actor::page(by),
        people: Vec::new(),
        change_ref: Some(reason("CHG0004711")),
        reason: reason("Back to Blue for the night batch"),
        preflight: "00".into(),
        dags: Some(AskedDags::of(&approval::planned(pair, Color::Blue, NOW))),
        asked_at: back(1_260),
        expires_at: Timestamp(NOW.0 + 13_140_000),
    };
    let comment = Some(reason("Looked at the queue: nothing due before six."));
    let decision = answer.map(|answer| Decision { answer, by: Actor::page("anton"), at: back(300), comment });
    let what =
        What::Request(RequestRecord { request: request.clone(), decision: decision.clone(), withdrawn_at: None });
    pair.recent.insert(0, record(422, 1_260, Actor::page(by), what));
    pair.request = Some(OpenRequest { seq: 422, request, decision });
}

fn external_now(pair: &mut PairSnapshot) {
    let modified_at = back(65);
    let value = FlagValue::Color(Color::Blue);
    pair.flag = Reading::good(Flag::Present { value, version: FlagVersion(32), modified_at }, back(1));
    pair.live_since = Some(modified_at);
    let change = record(419, 63, Actor::outside(Some(ROLE)), What::External(external(32, Color::Blue, None)));
    pair.current = Some(change.clone());
    pair.recent.insert(0, change);
}

pub fn updating(pair: &mut PairSnapshot) {
    let mut blue = environment(Color::Blue);
    blue.status = "UPDATING".to_owned().into();
    blue.last_update = Some(LastUpdate { status: "PENDING".into(), created_at: Some(back(700)), error: None });
    pair.blue = Reading::good(blue, back(8));
}

pub fn down(pair: &mut PairSnapshot) {
    let mut blue = environment(Color::Blue);
    blue.status = "UPDATE_FAILED".to_owned().into();
    let error = Some("INCORRECT_CONFIGURATION: the requirements file could not be installed".to_owned());
    blue.status = if error.is_some() { "UNAVAILABLE".to_owned().into() } else { blue.status };
    blue.last_update = Some(LastUpdate { status: "FAILED".into(), created_at: Some(back(700)), error });
    pair.blue = Reading::good(blue, back(8));
}

pub fn store_away(pair: &mut PairSnapshot) {
    pair.store.fail("the disk is full (database or disk is full).", back(300));
}

fn unread(pair: &mut PairSnapshot) {
    pair.flag = Reading::default();
    pair.flag.fail("AccessDeniedException: not authorized to perform ssm:GetParameters.", back(10));
    pair.blue = Reading::default();
    pair.green = Reading::default();
    pair.live_since = None;
    pair.current = None;
    pair.recent.clear();
}

fn label(pair: &mut PairSnapshot) {
    pair.label = Some(LabelOnOldest { version: FlagVersion(1), labels: vec!["keep".into()], puts_left: 3 });
}

pub fn snapshot(pair: PairSnapshot) -> Arc<Snapshot> {
    snapshot_of(vec![pair])
}

pub fn snapshot_of(pairs: Vec<PairSnapshot>) -> Arc<Snapshot> {
    Arc::new(Snapshot {
        id: SnapshotId { epoch: 1_795_700_000_000, seq: 77 },
        at: back(1),
        pairs: pairs.into_iter().map(Arc::new).collect(),
    })
}

pub fn offer(pair: &PairSnapshot, target: Color) -> Result<Offer, DeskError> {
    Ok(Offer {
        target,
        base: pair.flag.value().map_or(Base::Missing, Base::of),
        checks: {
            let (who, base) = (ana().actor, pair.flag.value().map_or(Base::Missing, Base::of));
            let mut checks = preflight::checks(pair, target, Given::default(), NOW);
            checks.extend(approval::check(
                pair,
                Wanted { who: &who, target, base, reason: None, change_ref: None },
                NOW,
            ));
            checks
        },
        may_override: pair.policy.overridden_by == Some(Role::Operator),
        confirmation: "c2VhbGVkLWNvbmZpcm1hdGlvbg".into(),
        operation: operation(99),
        expires_at: Timestamp(NOW.0 + 120_000),
    })
}

pub fn page(pair: &PairSnapshot) -> HistoryPage {
    HistoryPage { records: pair.recent.clone(), older: Some(2) }
}

/// The switch that the switch page shows as it goes.
pub fn course(pair: &PairSnapshot) -> Option<RecordDetail> {
    let seq = teal_app::components::course::at_hand(pair, NOW)?;
    pair.recent.iter().find(|record| record.seq == seq).map(detail)
}

pub fn detail(record: &Record) -> RecordDetail {
    let line = |n: u64, at: i64, kind: &'static str, body: &str| EntryLine {
        seq: record.seq + n,
        at: Timestamp(record.at.0 + at),
        kind,
        actor: if n == 0 { record.actor.clone() } else { Actor::teal() },
        hash: hash(record.seq + n),
        body: body.to_owned(),
    };
    let what = serde_json::to_string(&record.what).unwrap();
    let mut entries = match &record.what {
        What::Switch(switch) => {
            let mut entries = vec![line(0, 0, "intent", &what), line(1, 35, "put", r#"{"overwrite":true}"#)];
            match &switch.progress {
                Progress::Begun => drop(entries.pop()),
                Progress::Unknown { .. } => entries.push(line(2, 2_000, "unknown", r#"{"cause":"connection reset"}"#)),
                Progress::Ended { .. } => entries.push(line(2, 180, "outcome", r#"{"is":"landed"}"#)),
            }
            entries
        }
        _ => vec![line(0, 0, "version", &what)],
    };
    entries.extend(record.notes.iter().map(|note| EntryLine {
        seq: record.seq + 9,
        at: note.at,
        kind: "note",
        actor: note.actor.clone(),
        hash: hash(record.seq + 9),
        body: serde_json::to_string(&note.text).unwrap(),
    }));
    RecordDetail { record: record.clone(), entries }
}
