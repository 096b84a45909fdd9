//! A run of a drill.

use serde::Serialize;
use teal_app::{
    desk::{DrillReport, RecordDetail},
    paths,
};
use teal_domain::drill::{DrillRecord, Measured, Planned, judge};

use super::when;

/// A run: what was planned, where it stands, what was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Drill {
    record: u64,
    plan: String,
    revision: u32,
    name: String,
    kind: &'static str,
    owner: String,
    due: String,
    asked_by: Option<String>,
    state: &'static str,
    waits_for: Option<String>,
    because: Option<String>,
    ended: Option<String>,
    /// The side that the flag was left on, where it should have come back.
    stranded: Option<&'static str>,
    flip_ms: Option<u64>,
    pickup_ms: Option<u64>,
    back_ms: Option<u64>,
    versions: [Option<u64>; 3],
    missed: Option<u32>,
    run_twice: Option<u32>,
    red: Vec<String>,
    criteria: Vec<Criterion>,
    steps: Vec<Step>,
    checks: Vec<Check>,
    /// The records of the two switches.
    switches: [Option<u64>; 2],
    entries: Vec<Entry>,
    page: String,
}

#[derive(Clone, Debug, Serialize)]
struct Criterion {
    what: String,
    measured: String,
    met: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Step {
    at: String,
    step: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Check {
    name: String,
    verdict: &'static str,
    evidence: String,
}

#[derive(Clone, Debug, Serialize)]
struct Entry {
    seq: u64,
    at: String,
    kind: &'static str,
    hash: String,
}

/// A plan in a list.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    id: String,
    name: String,
    kind: &'static str,
    owner: String,
    zone: String,
    paused: bool,
    next: Vec<Due>,
}

#[derive(Clone, Debug, Serialize)]
struct Due {
    at: String,
    there: String,
    conflicts: Vec<String>,
}

impl Plan {
    /// From what is known.
    pub fn of(planned: &Planned) -> Self {
        let plan = &planned.plan;
        let due = |due: &teal_domain::drill::Due| Due {
            at: when(due.at),
            there: due.there.clone(),
            conflicts: due.conflicts.clone(),
        };
        Self {
            id: plan.id.to_string(),
            name: plan.name.to_string(),
            kind: plan.kind.as_str(),
            owner: plan.owner.to_string(),
            zone: plan.zone.clone(),
            paused: plan.paused,
            next: planned.next.iter().map(due).collect(),
        }
    }
}

impl Drill {
    /// Of a report; none where its record is no run.
    pub fn of(report: &DrillReport) -> Option<Self> {
        let record = &report.run.record;
        Some(Self::told(record.drill()?, record.seq, report))
    }

    fn told(drill: &DrillRecord, record: u64, report: &DrillReport) -> Self {
        let (plan, end) = (&drill.run.plan, drill.end.as_ref());
        let measured = end.map(|(_, ended)| ended.measured.clone()).unwrap_or_default();
        let Measured { flip, pickup, back, versions, missed_and_twice, red, .. } = &measured;
        let judged = if end.is_some() { judge(plan, &measured) } else { Vec::new() };
        let seq = |detail: &Option<RecordDetail>| detail.as_ref().map(|detail| detail.record.seq);
        let details = [Some(&report.run), report.over.as_ref(), report.back.as_ref()];
        Self {
            record,
            plan: plan.id.to_string(),
            revision: plan.revision,
            name: plan.name.to_string(),
            kind: plan.kind.as_str(),
            owner: plan.owner.to_string(),
            due: when(drill.run.due),
            asked_by: drill.run.asked_by.as_ref().map(|who| who.name.clone()),
            state: drill.state().as_str(),
            waits_for: drill.waits_for().map(str::to_owned),
            because: end.map(|(_, ended)| ended.end.because()).filter(|because| !because.is_empty()),
            ended: end.map(|(at, _)| when(*at)),
            stranded: end.and_then(|(_, ended)| ended.stranded).map(teal_domain::Color::as_str),
            flip_ms: flip.map(|span| span.0),
            pickup_ms: pickup.map(|span| span.0),
            back_ms: back.map(|span| span.0),
            versions: versions.map(|version| version.map(|version| version.0)),
            missed: missed_and_twice.map(|(missed, _)| missed),
            run_twice: missed_and_twice.map(|(_, twice)| twice),
            red: red.clone(),
            criteria: judged
                .into_iter()
                .map(|judged| Criterion { what: judged.what, measured: judged.measured, met: judged.met })
                .collect(),
            steps: drill.steps.iter().map(|(at, step)| Step { at: when(*at), step: step.as_str() }).collect(),
            checks: drill
                .checks()
                .iter()
                .map(|check| Check {
                    name: check.name.clone(),
                    verdict: check.verdict.as_str(),
                    evidence: check.evidence.clone(),
                })
                .collect(),
            switches: [seq(&report.over), seq(&report.back)],
            entries: details
                .into_iter()
                .flatten()
                .flat_map(|detail| &detail.entries)
                .map(|entry| Entry {
                    seq: entry.seq,
                    at: when(entry.at),
                    kind: entry.kind,
                    hash: entry.hash.to_string(),
                })
                .collect(),
            page: paths::drill_run(&report.run.record.pair, record),
        }
    }
}
