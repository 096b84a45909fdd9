//! `[pair.policy]`: what a pair asks of whoever switches it, and what is done around the flip.

use std::{cell::RefCell, time::Duration};

use axum::http::Uri;
use teal_domain::{
    Millis, PairId, Role,
    dags::Strategy,
    policy::{self, ChangeRefRule, DagRules, FIRM, Guard, Policy, ProvenOn, SmokeRules, WatchRules},
    preflight::Verdict,
};

use super::{
    durations::{self, Bounds},
    freezes::{self, FreezeRule},
    mistake::{Findings, Found, Reported, Wrong, quoted},
    reader::Section,
    rules,
    shape::Part,
};
use crate::change_ref;

/// What was read, and where the pair is named that must have been tried first.
#[derive(Debug)]
pub(super) struct Read {
    pub policy: Policy,
    pub freezes: Vec<FreezeRule>,
    pub proven_on: Option<Found<PairId>>,
}

pub(super) fn read(mut section: Section<'_, '_>, findings: &Findings) -> Result<Read, Reported> {
    let two_person = two_person(&mut section, findings);
    let says = says(section.section("says", Part::Says), findings);
    let anti_flap = section.optional("anti_flap", |text| durations::ANTI_FLAP.parse(text));
    let overridden_by = section.optional("override", overriding);
    let change_ref = change_ref(&mut section);
    let proven_on = proven_on(&mut section, findings);
    let runbook_url = section.optional("runbook_url", web_address);
    let dags = dags(&mut section);
    let watch = watch(&mut section);
    let smoke = smoke(&mut section, findings);
    let guards = guards(&mut section, findings);
    let freezes = freezes::read(section.sections("freeze", Part::Freeze), findings);
    section.finish();
    let (proven, proven_on) = proven_on?;
    let policy = Policy {
        two_person: two_person?,
        says: says?,
        anti_flap: anti_flap?.map(|found| millis(found.value)),
        overridden_by: overridden_by?.map_or(Policy::default().overridden_by, |found| found.value),
        change_ref: change_ref?,
        proven_on: proven,
        runbook_url: runbook_url?.map(|found| found.value),
        guards: guards?,
        dags: dags?,
        watch: watch?,
        smoke: smoke?,
    };
    Ok(Read { policy, freezes: freezes?, proven_on })
}

fn millis(duration: Duration) -> Millis {
    Millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

fn length(section: &mut Section<'_, '_>, key: &'static str, bounds: &Bounds) -> Result<Millis, Reported> {
    let found = section.optional(key, |text| bounds.parse(text))?;
    Ok(millis(found.map_or(bounds.default, |found| found.value)))
}

fn two_person(section: &mut Section<'_, '_>, findings: &Findings) -> Result<Option<Millis>, Reported> {
    let two_person = section.truth("two_person");
    let lives = section.optional("approval_lives", |text| durations::APPROVAL.parse(text));
    let (two_person, lives) = (two_person?.unwrap_or(false), lives?);
    match lives {
        Some(lives) if !two_person => {
            let what = "`approval_lives` means nothing without `two_person`";
            Err(findings.add(&lives.origin, Wrong::new(what, "add `two_person = true`, or remove it")))
        }
        lives => Ok(two_person.then_some(millis(lives.map_or(durations::APPROVAL.default, |lives| lives.value)))),
    }
}

/// What checks say, by their names.
fn says(section: Section<'_, '_>, findings: &Findings) -> Result<Vec<(String, Verdict)>, Reported> {
    let said: Vec<_> = section.words(&policy::CHECKS).map(|(check, word)| said(check, word?, findings)).collect();
    said.into_iter().collect()
}

fn said(check: &str, word: Found<String>, findings: &Findings) -> Result<(String, Verdict), Reported> {
    let wrong = |what: String, mend: String| Err(findings.add(&word.origin, Wrong::new(what, mend)));
    match word.value.as_str() {
        "warn" if FIRM.contains(&check) => wrong(
            format!("the check `{check}` cannot be lowered"),
            "remove it: without that check nothing could be switched truthfully".to_owned(),
        ),
        "warn" => Ok((check.to_owned(), Verdict::Warn)),
        "block" => Ok((check.to_owned(), Verdict::Block)),
        "pass" => wrong(
            format!("the check `{check}` cannot be told to pass: what it finds is always shown"),
            format!("write `{check} = \"warn\"`"),
        ),
        other => wrong(
            format!("{} is nothing that a check can say", quoted(other)),
            format!("write `{check} = \"warn\"` or `{check} = \"block\"`"),
        ),
    }
}

fn overriding(word: &str) -> Result<Option<Role>, Wrong> {
    match word {
        "nobody" => Ok(None),
        "operator" => Ok(Some(Role::Operator)),
        "approver" => Ok(Some(Role::Approver)),
        "admin" => Ok(Some(Role::Admin)),
        other => Err(Wrong::new(
            format!("{} is nobody who could override what blocks", quoted(other)),
            "write \"admin\", \"approver\", \"operator\" or \"nobody\"",
        )),
    }
}

fn change_ref(section: &mut Section<'_, '_>) -> Result<ChangeRefRule, Reported> {
    let required = section.optional("change_ref", |word| match word {
        "required" => Ok(true),
        "optional" => Ok(false),
        other => Err(Wrong::new(
            format!("change_ref {} is neither required nor optional", quoted(other)),
            "write \"required\" or \"optional\"; what it must look like stands in `change_ref_pattern`",
        )),
    });
    let pattern = section.optional("change_ref_pattern", |text| {
        let Err(error) = change_ref::whole(text) else { return Ok(text.to_owned()) };
        // The library draws the place on lines of its own; its last line says what is wrong.
        let says = error.to_string();
        let says = says.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let what = format!("change_ref_pattern {} is no regular expression: {says}", quoted(text));
        Err(Wrong::new(what, "write one like \"CHG[0-9]{7}\"; the whole reference must match it"))
    });
    let (required, pattern) = (required?, pattern?);
    Ok(ChangeRefRule { required: required.is_some_and(|found| found.value), pattern: pattern.map(|found| found.value) })
}

type Proven = (Option<ProvenOn>, Option<Found<PairId>>);

fn proven_on(section: &mut Section<'_, '_>, findings: &Findings) -> Result<Proven, Reported> {
    let pair = section.optional("proven_on", rules::pair_id);
    let within = section.optional("proven_within", |text| durations::PROVEN.parse_days(text));
    let otherwise = section.optional("proven_otherwise", |word| match word {
        "warn" => Ok(Verdict::Warn),
        "block" => Ok(Verdict::Block),
        other => Err(Wrong::new(
            format!("proven_otherwise {} is nothing that a check can say", quoted(other)),
            "write \"warn\" or \"block\"",
        )),
    });
    let (pair, within, otherwise) = (pair?, within?, otherwise?);
    let Some(pair) = pair else {
        let alone = [
            within.map(|found| ("proven_within", found.origin)),
            otherwise.map(|found| ("proven_otherwise", found.origin)),
        ];
        let reported = alone.into_iter().flatten().map(|(key, origin)| {
            let what = format!("`{key}` means nothing without `proven_on`");
            findings.add(&origin, Wrong::new(what, "name the other pair with `proven_on`, or remove it"))
        });
        return reported.last().map_or(Ok((None, None)), Err);
    };
    let proven = ProvenOn {
        pair: pair.value.clone(),
        within: millis(within.map_or(durations::PROVEN.default, |found| found.value)),
        otherwise: otherwise.map_or(Verdict::Warn, |found| found.value),
    };
    Ok((Some(proven), Some(pair)))
}

fn dags(section: &mut Section<'_, '_>) -> Result<DagRules, Reported> {
    let usual = DagRules::default();
    let strategy = section.optional("strategy", |word| {
        Strategy::parse(word).ok_or_else(|| {
            let known = Strategy::ALL.map(|strategy| format!("\"{}\"", strategy.as_str())).join(", ");
            Wrong::new(format!("{} is no strategy for the DAGs", quoted(word)), format!("write one of {known}"))
        })
    });
    let guarded_tag = section.optional("guarded_tag", name_in_airflow);
    let guard_task = section.optional("guard_task", name_in_airflow);
    let drain = length(section, "drain", &durations::DRAIN);
    Ok(DagRules {
        strategy: strategy?.map_or(usual.strategy, |found| found.value),
        guarded_tag: guarded_tag?.map_or(usual.guarded_tag, |found| found.value),
        guard_task: guard_task?.map_or(usual.guard_task, |found| found.value),
        drain: drain?,
    })
}

fn watch(section: &mut Section<'_, '_>) -> Result<WatchRules, Reported> {
    let usual = WatchRules::default();
    let lasts = length(section, "watch", &durations::WATCH);
    let reverts = section.optional("revert", |word| match word {
        "automatic" => Ok(true),
        "asked" => Ok(false),
        other => Err(Wrong::new(
            format!("revert {} is neither automatic nor asked", quoted(other)),
            "write \"automatic\" or \"asked\"",
        )),
    });
    let failures = section.number("revert_failures", 1..=10_000);
    Ok(WatchRules {
        lasts: lasts?,
        reverts: reverts?.map_or(usual.reverts, |found| found.value),
        failures: failures?.unwrap_or(usual.failures),
    })
}

fn smoke(section: &mut Section<'_, '_>, findings: &Findings) -> Result<SmokeRules, Reported> {
    let usual = SmokeRules::default();
    let seen = RefCell::new(Vec::new());
    let dags = section.list("smoke", |text| {
        let name = name_in_airflow(text)?;
        if seen.borrow().contains(&name) {
            return Err(Wrong::new(format!("the DAG {} is named twice", quoted(&name)), "keep one of the two"));
        }
        seen.borrow_mut().push(name.clone());
        Ok(name)
    });
    let lasts = section.optional("smoke_lasts", |text| durations::SMOKE.parse(text));
    let within = section.optional("smoke_within", |text| durations::SMOKED.parse_days(text));
    let (dags, lasts, within) = (dags?.unwrap_or_default(), lasts?, within?);
    if dags.is_empty() {
        let alone = [("smoke_lasts", &lasts), ("smoke_within", &within)];
        let alone = alone.into_iter().filter_map(|(key, found)| Some((key, found.as_ref()?)));
        let reported = alone.map(|(key, found)| {
            let what = format!("`{key}` means nothing without `smoke`");
            findings.add(&found.origin, Wrong::new(what, "name DAGs with `smoke = [\"…\"]`, or remove it"))
        });
        return reported.last().map_or(Ok(usual), Err);
    }
    Ok(SmokeRules {
        dags,
        lasts: lasts.map_or(usual.lasts, |found| millis(found.value)),
        within: within.map_or(usual.within, |found| millis(found.value)),
    })
}

fn guards(section: &mut Section<'_, '_>, findings: &Findings) -> Result<Vec<Guard>, Reported> {
    let sections = section.sections("guard", Part::Guard)?;
    let mut seen: Vec<(String, super::Origin)> = Vec::new();
    let read: Vec<_> = sections.into_iter().map(|one| guard(one, &mut seen, findings)).collect();
    read.into_iter().collect()
}

fn guard(
    mut section: Section<'_, '_>,
    seen: &mut Vec<(String, super::Origin)>,
    findings: &Findings,
) -> Result<Guard, Reported> {
    let origin = section.origin.clone();
    let alarm = section.needed("alarm", "mwaa-openlineage-green-heartbeat-dev", alarm);
    let (before, after) = (section.truth("before"), section.truth("after"));
    let runbook_url = section.optional("runbook_url", web_address);
    section.finish();
    let (alarm, before, after) = (alarm?, before?.unwrap_or(true), after?.unwrap_or(true));
    if let Some((_, first)) = seen.iter().find(|(name, _)| *name == alarm.value) {
        let what = format!("the alarm {} guards the pair twice, here and at {first}", quoted(&alarm.value));
        return Err(findings.add(&alarm.origin, Wrong::new(what, "keep one of the two")));
    }
    seen.push((alarm.value.clone(), alarm.origin));
    if !before && !after {
        let what = format!("the alarm {} guards nothing: neither before a switch nor after it", quoted(&alarm.value));
        return Err(findings.add(&origin, Wrong::new(what, "write `before = true` or `after = true`, or remove it")));
    }
    Ok(Guard { alarm: alarm.value, before, after, runbook_url: runbook_url?.map(|found| found.value) })
}

/// `CloudWatch`: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>, `AlarmName`.
fn alarm(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() || text.chars().count() > 255 || text.chars().any(char::is_control) {
        let what = format!("{} cannot be the name of an alarm", quoted(text));
        return Err(Wrong::new(what, "write it as it stands in CloudWatch, in 1 to 255 characters"));
    }
    Ok(text.to_owned())
}

/// A tag or a task: Airflow allows 250 characters of an id, and 100 of a tag.
fn name_in_airflow(text: &str) -> Result<String, Wrong> {
    if text.trim() != text || text.is_empty() || text.chars().count() > 250 || text.chars().any(char::is_control) {
        let what = format!("{} is no name in Airflow", quoted(text));
        return Err(Wrong::new(what, "write it as it stands in the DAG, in 1 to 250 characters"));
    }
    Ok(text.to_owned())
}

/// An address that a page links to: of the web, and nothing that a browser would run.
pub(super) fn web_address(text: &str) -> Result<String, Wrong> {
    let good = text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if good && !text.contains('@') {
        return Ok(text.to_owned());
    }
    let what = format!("{} is no address of the web", quoted(text));
    Err(Wrong::new(
        what,
        "write one like \"https://wiki.example.com/teal/runbook\", without a name or a password in it",
    ))
}

/// Reports every pair that is to be proven on one that there is not, or on itself.
pub(super) fn check_proven<'a>(
    pairs: impl Iterator<Item = (Option<&'a PairId>, Option<&'a Found<PairId>>)> + Clone,
    findings: &Findings,
) {
    let known: Vec<&str> = pairs.clone().filter_map(|(id, _)| id).map(PairId::as_str).collect();
    for (id, proven_on) in pairs {
        let Some(on) = proven_on else { continue };
        let named = on.value.as_str();
        if id == Some(&on.value) {
            let what = format!("the pair `{named}` is to be proven on itself");
            findings.add(&on.origin, Wrong::new(what, "name the pair on which the same is tried first"));
        } else if !known.contains(&named) {
            let mend = match super::near::nearest(named, &known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write the `id` of one of {}", known.join(", ")),
            };
            findings.add(&on.origin, Wrong::new(format!("there is no pair `{named}` to be proven on"), mend));
        }
    }
}
