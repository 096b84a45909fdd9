//! Policy: what may be asked of whoever switches, and what is refused, by line.

use teal_domain::{
    Millis, Role,
    dags::Strategy,
    policy::{CHECKS, Guard, Policy},
    preflight::Verdict,
};

use super::{PAIR, load, one, said};

/// A file with `[pair.policy]` in line 5 and this below it.
fn with(rest: &str) -> String {
    format!("{PAIR}[pair.policy]\n{rest}")
}

fn policy(rest: &str) -> Policy {
    load(&with(rest)).unwrap_or_else(|mistakes| panic!("{mistakes}")).pairs[0].policy.clone()
}

#[test]
fn a_pair_without_a_policy_asks_for_nothing() {
    assert_eq!(load(PAIR).unwrap().pairs[0].policy, Policy::default());
    assert_eq!(policy(""), Policy::default());
}

#[test]
fn all_of_a_policy_is_taken_as_it_is_said() {
    let read = policy(
        "says = { class = \"block\", freeze = \"warn\" }\nanti_flap = \"30m\"\noverride = \"operator\"\n\
         change_ref = \"required\"\nchange_ref_pattern = \"CHG[0-9]{7}\"\nrunbook_url = \"https://wiki.example.com/r\"\n\
         strategy = \"pause-standby\"\nguarded_tag = \"asks\"\nguard_task = \"ask\"\ndrain = \"5m\"\nwatch = \"20m\"\n\
         revert = \"automatic\"\nrevert_failures = 5\n\
         [[pair.policy.guard]]\nalarm = \"beat\"\nafter = false\nrunbook_url = \"http://wiki/beat\"\n\
         [[pair.policy.guard]]\nalarm = \"queue\"\n",
    );
    assert_eq!(read.says, [("class".to_owned(), Verdict::Block), ("freeze".to_owned(), Verdict::Warn)]);
    assert_eq!((read.anti_flap, read.overridden_by), (Some(Millis::from_secs(1800)), Some(Role::Operator)));
    assert!(read.change_ref.required);
    assert_eq!(read.change_ref.pattern.as_deref(), Some("CHG[0-9]{7}"));
    assert_eq!(read.runbook_url.as_deref(), Some("https://wiki.example.com/r"));
    assert_eq!((read.dags.strategy, read.dags.drain), (Strategy::PauseStandby, Millis::from_secs(300)));
    assert_eq!((read.dags.guarded_tag.as_str(), read.dags.guard_task.as_str()), ("asks", "ask"));
    assert_eq!((read.watch.lasts, read.watch.reverts, read.watch.failures), (Millis::from_secs(1200), true, 5));
    let url = Some("http://wiki/beat".to_owned());
    let beat = Guard { alarm: "beat".into(), before: true, after: false, runbook_url: url };
    assert_eq!(read.guards, [beat, Guard { alarm: "queue".into(), before: true, after: true, runbook_url: None }]);
    assert_eq!(policy("override = \"nobody\"\n").overridden_by, None);
}

#[test]
fn a_check_that_there_is_not_is_answered_with_the_one_that_was_meant() {
    one(
        &with("says = { clas = \"block\" }\n"),
        "teal.toml:6:10: unknown key `clas` in `says` of [pair.policy]: did you mean `class`?",
    );
    one(
        &with("says = { class = \"blok\" }\n"),
        "teal.toml:6:18: `blok` is nothing that a check can say: write `class = \"warn\"` or `class = \"block\"`",
    );
    one(&with("says = { class = \"pass\" }\n"), "teal.toml:6:18: the check `class` cannot be told to pass");
    one(&with("says = { class = true }\n"), "teal.toml:6:18: `class` wants a text");
}

#[test]
fn what_keeps_the_record_true_cannot_be_lowered() {
    for firm in ["store", "flag", "label", "approval"] {
        one(
            &with(&format!("[pair.policy.says]\n{firm} = \"warn\"\n")),
            &format!("teal.toml:7:{}: the check `{firm}` cannot be lowered", firm.len() + 4),
        );
    }
    for check in CHECKS {
        assert_eq!(policy(&format!("says = {{ {check} = \"block\" }}\n")).says[0].0, check);
    }
}

#[test]
fn what_is_wrong_in_a_policy_is_named_where_it_stands() {
    for (rest, beginning) in [
        ("anti_flap = \"5s\"\n", "6:13: pair.policy.anti_flap `5s` is too short"),
        ("override = \"viewer\"\n", "6:12: `viewer` is nobody who could override what blocks: write \"admin\""),
        ("change_ref = \"CHG\"\n", "6:14: change_ref `CHG` is neither required nor optional"),
        ("change_ref_pattern = \"CHG[0-9\"\n", "6:22: change_ref_pattern `CHG[0-9` is no regular expression: unclosed"),
        ("change_ref_pattern = \"(?:a{1000}){1000}\"\n", "6:22: change_ref_pattern"),
        ("runbook_url = \"javascript:alert(1)\"\n", "6:15: `javascript:alert(1)` is no address of the web"),
        ("runbook_url = \"/runbook\"\n", "6:15: `/runbook` is no address of the web"),
        ("runbook_url = \"https://ana:secret@wiki/r\"\n", "6:15: `https://ana:secret@wiki/r` is no address of the web"),
        ("strategy = \"pause\"\n", "6:12: `pause` is no strategy for the DAGs: write one of \"flag-only\""),
        ("guarded_tag = \"\"\n", "6:15: `` is no name in Airflow"),
        ("drain = \"1s\"\n", "6:9: pair.policy.drain `1s` is too short"),
        ("watch = \"2d\"\n", "6:9: pair.policy.watch `2d` is not a duration"),
        ("revert = true\n", "6:10: `revert` wants a text"),
        ("revert = \"yes\"\n", "6:10: revert `yes` is neither automatic nor asked"),
        ("revert_failures = 0\n", "6:19: revert_failures `0` is out of bounds: write `revert_failures = 1` or more"),
        ("revert_failures = \"3\"\n", "6:19: `revert_failures` wants a whole number"),
        ("approval_lives = \"2h\"\n", "6:18: `approval_lives` means nothing without `two_person`"),
        ("proven_within = \"30d\"\n", "6:17: `proven_within` means nothing without `proven_on`"),
        ("[[pair.policy.guard]]\n", "6:1: [[pair.policy.guard]] has no `alarm`"),
        ("[[pair.policy.guard]]\nalarm = \"a\"\nbefore = false\nafter = false\n", "6:1: the alarm `a` guards nothing"),
        (
            "guard = [{ alarm = \"a\" }, { alarm = \"a\" }]\n",
            "6:37: the alarm `a` guards the pair twice, here and at teal.toml:6:20",
        ),
    ] {
        one(&with(rest), &format!("teal.toml:{beginning}"));
    }
}

#[test]
fn a_pair_is_proven_on_another_one_that_there_is() {
    let second = "[[pair]]\nproject = \"q\"\nenvironment = \"prod\"\nregion = \"us-east-1\"\n[pair.policy]\n";
    let both = |rest: &str| format!("{PAIR}{second}{rest}");
    let loaded = load(&both("proven_on = \"dev\"\nproven_within = \"7d\"\nproven_otherwise = \"block\"\n")).unwrap();
    let proven = loaded.pairs[1].policy.proven_on.clone().unwrap();
    assert_eq!(
        (proven.pair.as_str(), proven.within, proven.otherwise),
        ("dev", Millis::from_secs(604_800), Verdict::Block)
    );
    let usual = load(&both("proven_on = \"dev\"\n")).unwrap().pairs[1].policy.proven_on.clone().unwrap();
    assert_eq!((usual.within, usual.otherwise), (Millis::from_secs(30 * 86_400), Verdict::Warn));
    one(&both("proven_on = \"dve\"\n"), "teal.toml:10:13: there is no pair `dve` to be proven on: did you mean `dev`?");
    one(&both("proven_on = \"prod\"\n"), "teal.toml:10:13: the pair `prod` is to be proven on itself");
    one(
        &both("proven_on = \"elsewhere\"\n"),
        "teal.toml:10:13: there is no pair `elsewhere` to be proven on: write the `id` of one of dev, prod",
    );
}

#[test]
fn freezes_are_read_and_their_mistakes_named_where_they_stand() {
    let freeze = |rest: &str| with(&format!("[[pair.policy.freeze]]\nbecause = \"x\"\n{rest}"));
    for (rest, beginning) in [
        ("", "6:1: the freeze does not say when: write `from` and `to`, or `rrule`"),
        ("from = \"2026-12-20\"\n", "8:8: the freeze has no `to`"),
        ("to = \"2026-12-20\"\n", "8:6: the freeze has no `from`"),
        ("from = \"2026-12-20\"\nto = \"2026-12-19\"\n", "9:6: the freeze ends before it begins"),
        ("from = \"2026-12-20T18:00Z\"\nto = \"2026-12-24\"\n", "8:8: `2026-12-20T18:00Z` is no local date or time"),
        ("from = \"2026-02-29\"\nto = \"2026-12-24\"\n", "8:8: `2026-02-29` is on no calendar"),
        (
            "from = 2026-12-20\nto = \"2026-12-24\"\n",
            "8:8: `from` wants a text, and this is a date or a time: put it in quotes",
        ),
        (
            "zone = \"Europe/Berln\"\ncron = \"0 18 * * *\"\nlasts = \"1h\"\n",
            "8:8: `Europe/Berln` is no time zone: did you mean \"Europe/Berlin\"?",
        ),
        ("zone = \"MEZ+1\"\ncron = \"0 18 * * *\"\nlasts = \"1h\"\n", "8:8: `MEZ+1` is no time zone"),
        ("cron = \"0 18 * * *\"\n", "8:8: the freeze does not say how long it lasts"),
        ("cron = \"0 18 L * * *\"\nlasts = \"1h\"\n", "8:8: cron `0 18 L * * *` is no pattern"),
        ("cron = \"0 18 30 2 *\"\nlasts = \"1h\"\n", "8:8: cron `0 18 30 2 *` never closes"),
        ("cron = \"* * * 2 *\"\nlasts = \"1m\"\n", "8:8: cron `* * * 2 *` closes more than 500 times in 64 days"),
        ("cron = \"0 18 * * *\"\nlasts = \"1s\"\n", "9:9: lasts `1s` is too short"),
        ("cron = \"0 18 * * *\"\nlasts = \"400d\"\n", "9:9: lasts `400d` is too long"),
        ("cron = \"0 18 * * *\"\nlasts = \"1mo\"\n", "9:9: lasts `1mo` is not a duration"),
        ("cron = \"0 18 * * *\"\nlasts = \"-1h\"\n", "9:9: lasts `-1h` is not a duration"),
        (
            "cron = \"0 18 * * *\"\nlasts = \"1h\"\nfrom = \"2026-12-20\"\n",
            "6:1: the freeze says when in two ways, or half of one",
        ),
        ("rrule = \"FREQ=DAILY\"\nlasts = \"1h\"\n", "6:1: a freeze with `rrule` has no `starts`"),
        (
            "rrule = \"FREQ=DALY\"\nstarts = \"2026-01-01\"\nlasts = \"1h\"\n",
            "8:9: rrule `FREQ=DALY` is no rule of RFC 5545",
        ),
        (
            "rrule = \"FREQ=SECONDLY\"\nstarts = \"2026-01-01\"\nlasts = \"1m\"\n",
            "8:9: rrule `FREQ=SECONDLY` fires every minute or every second",
        ),
        (
            "rrule = \"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9\"\nstarts = \"2026-01-01\"\nlasts = \"1m\"\n",
            "8:9: rrule `FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9` closes more than 500 times",
        ),
        (
            "rrule = \"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\"\nstarts = \"2026-01-01\"\nlasts = \"1h\"\n",
            "8:9: rrule `FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30` never closes",
        ),
        (
            "rrule = \"RRULE:FREQ=DAILY\"\nstarts = \"2026-01-01\"\nlasts = \"1h\"\n",
            "8:9: rrule `RRULE:FREQ=DAILY` holds more than a rule",
        ),
        (
            "rrule = \"FREQ=DAILY;UNTIL=soon\"\nstarts = \"2026-01-01\"\nlasts = \"1h\"\n",
            "8:9: rrule `FREQ=DAILY;UNTIL=soon` has an UNTIL that is no time",
        ),
        ("rrule = \"FREQ=DAILY\"\nstart = \"2026-01-01\"\nlasts = \"1h\"\n", "6:1"),
    ] {
        let all = said(&freeze(rest));
        assert!(all[0].starts_with(&format!("teal.toml:{beginning}")), "{rest}: {all:#?}");
    }
    let good = load(&freeze("zone = \"europe/berlin\"\ncron = \"0 18 L * *\"\nlasts = \"12h\"\n")).unwrap();
    assert_eq!(good.pairs[0].freezes[0].zone.iana_name(), Some("Europe/Berlin"), "as it is really written");
}

#[test]
fn dags_to_smoke_test_are_named_once_and_their_times_mean_nothing_alone() {
    let read = policy("smoke = [\"a\", \"b\"]\nsmoke_lasts = \"5m\"\nsmoke_within = \"7d\"\n").smoke;
    assert_eq!((read.dags.join(" ").as_str(), read.lasts), ("a b", Millis::from_secs(300)));
    assert_eq!(read.within, Millis::from_secs(7 * 86_400));
    assert_eq!(policy("smoke = [\"a\"]\n").smoke.within, Millis::from_secs(86_400));
    one(&with("smoke = [\"a\", \"a\"]\n"), "teal.toml:6:15: the DAG `a` is named twice: keep one of the two");
    one(&with("smoke = [\" a\"]\n"), "teal.toml:6:10: ` a` is no name in Airflow");
    one(&with("smoke_lasts = \"5m\"\n"), "teal.toml:6:15: `smoke_lasts` means nothing without `smoke`");
    one(&with("smoke = [\"a\"]\nsmoke_lasts = \"5s\"\n"), "teal.toml:7:15: pair.policy.smoke_lasts `5s` is too short");
}
