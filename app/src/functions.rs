//! The server functions: who asks, call the desk, say what came of it. What is refused is an answer, not a
//! failure: failures are what happens to requests.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form")]

use crate::desk::DeskError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use teal_domain::{Color, OperationId, PairId, approval::Answer};

/// What came of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The desk took it; the browser is on its way to what came of it.
    Taken,
    /// It did not.
    Refused(DeskError),
}

/// Takes a filled-in switch form. `to` only leads back to the right page: what is switched is sealed in the
/// confirmation.
#[server(prefix = "/api/fn", endpoint = "switch")]
pub async fn switch_flag(
    pair: PairId,
    to: Color,
    confirmation: String,
    typed: String,
    reason: String,
    #[server(default)] change_ref: String,
    #[server(default)] emergency: bool,
    #[server(default)] in_spite: bool,
) -> Result<Reply, ServerFnError> {
    use crate::{desk::SwitchForm, paths::SwitchQuery};
    let (desk, who) = ways::asked()?;
    let back = SwitchQuery {
        to: Some(to),
        reason: Some(reason.clone()),
        change_ref: Some(change_ref.clone()).filter(|text| !text.is_empty()),
        ..SwitchQuery::default()
    };
    let pair_id = pair.to_string();
    let form = SwitchForm { pair: pair_id, confirmation, typed, reason, change_ref, emergency, in_spite };
    let done = desk.switch(&who, form).await;
    ways::after_switch(&pair, back, done)
}

/// Adds a note to a record.
#[server(prefix = "/api/fn", endpoint = "note")]
pub async fn add_note(pair: PairId, about: u64, text: String) -> Result<Reply, ServerFnError> {
    let (desk, who) = ways::asked()?;
    let done = desk.note(&who, &pair, about, &text).await;
    ways::after_note(&pair, about, &text, done)
}

/// Asks for the approval of a switch.
#[server(prefix = "/api/fn", endpoint = "ask")]
pub async fn ask_approval(
    pair: PairId,
    to: Color,
    seen: String,
    reason: String,
    #[server(default)] change_ref: String,
) -> Result<Reply, ServerFnError> {
    use crate::{desk::AskForm, paths::SwitchQuery};
    let (desk, who) = ways::asked()?;
    let back = SwitchQuery {
        to: Some(to),
        reason: Some(reason.clone()),
        change_ref: Some(change_ref.clone()).filter(|text| !text.is_empty()),
        ..SwitchQuery::default()
    };
    let done = desk.ask(&who, AskForm { pair: pair.to_string(), seen, reason, change_ref }).await;
    ways::after_request(&pair, back, done.map(drop))
}

/// Approves or declines what somebody else asked for.
#[server(prefix = "/api/fn", endpoint = "decide")]
pub async fn decide_request(
    pair: PairId,
    to: Color,
    digest: String,
    answer: Answer,
    #[server(default)] comment: String,
) -> Result<Reply, ServerFnError> {
    use crate::desk::DecideForm;
    let (desk, who) = ways::asked()?;
    let done = desk.decide(&who, DecideForm { pair: pair.to_string(), digest, answer, comment: comment.clone() }).await;
    ways::after_decision(&pair, to, &comment, done.map(drop))
}

/// Takes a request back.
#[server(prefix = "/api/fn", endpoint = "withdraw")]
pub async fn withdraw_request(pair: PairId, to: Color, request: OperationId) -> Result<Reply, ServerFnError> {
    let (desk, who) = ways::asked()?;
    let done = desk.withdraw(&who, &pair, request).await;
    ways::after_request(&pair, crate::paths::SwitchQuery { to: Some(to), ..Default::default() }, done)
}

/// Declares what is being done to one side.
#[server(prefix = "/api/fn", endpoint = "declare")]
pub async fn declare_maintenance(
    pair: PairId,
    side: Color,
    what: String,
    until: String,
    #[server(default)] expects: Vec<String>,
) -> Result<Reply, ServerFnError> {
    use crate::{desk::DeclareForm, paths::MaintenanceQuery};
    let (desk, who) = ways::asked()?;
    let back = MaintenanceQuery {
        problem: None,
        side: Some(side),
        what: Some(what.clone()),
        until: Some(until.clone()),
        expects: Some(expects.clone()),
    };
    let done = desk.declare(&who, DeclareForm { pair: pair.to_string(), side, what, expects, until }).await;
    ways::after_maintenance(&pair, back, done.map(drop))
}

/// Ends a declared maintenance before its time.
#[server(prefix = "/api/fn", endpoint = "lift")]
pub async fn lift_maintenance(pair: PairId, declared: OperationId) -> Result<Reply, ServerFnError> {
    let (desk, who) = ways::asked()?;
    let done = desk.lift(&who, &pair, declared).await;
    ways::after_maintenance(&pair, crate::paths::MaintenanceQuery::default(), done)
}

/// Waits no longer for the old side to finish.
#[server(prefix = "/api/fn", endpoint = "skip_drain")]
pub async fn skip_drain(
    pair: PairId,
    record: u64,
    operation: OperationId,
    tasks: String,
    reason: String,
) -> Result<Reply, ServerFnError> {
    use crate::desk::SkipForm;
    let (desk, who) = ways::asked()?;
    let form = SkipForm { pair: pair.to_string(), operation, tasks, reason: reason.clone() };
    let done = desk.skip_drain(&who, form).await;
    ways::after_step(&pair, record, &reason, done)
}

/// Tries what is owed after a switch again now.
#[server(prefix = "/api/fn", endpoint = "go_on")]
pub async fn go_on(pair: PairId, record: u64, operation: OperationId) -> Result<Reply, ServerFnError> {
    let (desk, who) = ways::asked()?;
    let done = desk.go_on(&who, &pair, operation).await;
    ways::after_step(&pair, record, "", done)
}

/// Smoke-tests the side that stands by. `to` leads back to the right page.
#[server(prefix = "/api/fn", endpoint = "smoke")]
pub async fn smoke_test(pair: PairId, to: Color) -> Result<Reply, ServerFnError> {
    let (desk, who) = ways::asked()?;
    let done = desk.smoke(&who, &pair).await;
    ways::after_smoke(&pair, to, done)
}

/// Plans a drill, or changes a plan.
#[server(prefix = "/api/fn", endpoint = "drill_save")]
pub async fn drill_save(
    pair: PairId,
    #[server(default)] plan: String,
    #[server(default)] revision: String,
    name: String,
    kind: String,
    when: String,
    #[server(default)] at: String,
    #[server(default)] cron: String,
    #[server(default)] rrule: String,
    zone: String,
    window: String,
    late: String,
    #[server(default)] hold: String,
    #[server(default)] flag_only: bool,
    #[server(default)] guards: String,
    #[server(default)] flip: String,
    #[server(default)] pickup: String,
    #[server(default)] nothing_missed: bool,
    #[server(default)] nothing_red: bool,
    owner: String,
    #[server(default)] notify: String,
    #[server(default)] change_ref: String,
) -> Result<Reply, ServerFnError> {
    use crate::desk::DrillForm;
    let (desk, who) = ways::asked()?;
    let form = DrillForm {
        pair: pair.to_string(),
        plan,
        revision,
        name,
        kind,
        when,
        at,
        cron,
        rrule,
        zone,
        window,
        late,
        hold,
        flag_only,
        guards,
        flip,
        pickup,
        nothing_missed,
        nothing_red,
        owner,
        notify,
        change_ref,
    };
    let done = desk.save_drill(&who, form.clone()).await;
    ways::after_plan(&pair, &form, done.map(drop))
}

/// Does something with a plan: `run` (with its name, and the name as typed), `skip` (with the date), `pause`, `resume` or `remove`.
#[server(prefix = "/api/fn", endpoint = "drill_to")]
pub async fn drill_to(
    pair: PairId,
    plan: OperationId,
    deed: String,
    #[server(default)] due: String,
    #[server(default)] name: String,
    #[server(default)] typed: String,
) -> Result<Reply, ServerFnError> {
    use crate::desk::DrillDeed;
    let (desk, who) = ways::asked()?;
    let wanted = match deed.as_str() {
        "run" if name.trim().eq_ignore_ascii_case(typed.trim()) => Ok(DrillDeed::Run),
        "run" => Err(DeskError::BadInput { field: "typed".into(), message: "Type the name of the drill.".into() }),
        "skip" => due
            .parse()
            .map(|due| DrillDeed::Skip { due: teal_domain::Timestamp(due) })
            .map_err(|_| DeskError::BadInput { field: "due".into(), message: "Name the date that is skipped.".into() }),
        "pause" => Ok(DrillDeed::Pause),
        "resume" => Ok(DrillDeed::Resume),
        "remove" => Ok(DrillDeed::Remove),
        _ => Err(DeskError::BadInput {
            field: "deed".into(),
            message: "Write run, skip, pause, resume or remove.".into(),
        }),
    };
    let done = match wanted {
        Ok(deed) => desk.drill(&who, &pair, plan, deed).await,
        Err(error) => Err(error),
    };
    ways::after_drill(&pair, done)
}

/// Stops the drill that is under way: the flag goes back first.
#[server(prefix = "/api/fn", endpoint = "drill_stop")]
pub async fn drill_stop(pair: PairId, run: OperationId) -> Result<Reply, ServerFnError> {
    let (desk, who) = ways::asked()?;
    let done = desk.stop_drill(&who, &pair, run).await;
    ways::after_drill(&pair, done.map(|()| None))
}

/// Finds out what is wrong with a pair.
#[server(prefix = "/api/fn", endpoint = "diagnose")]
pub async fn diagnose(pair: PairId) -> Result<Reply, ServerFnError> {
    let (desk, who) = ways::asked()?;
    let done = desk.diagnose(&who, &pair).await;
    ways::after_diagnosis(&pair, done)
}

/// Where the browser goes after a form.
#[cfg(feature = "ssr")]
mod ways {
    use super::{Color, DeskError, PairId, Reply, ServerFnError, expect_context, use_context};
    use crate::{
        context::{Plain, Redirector},
        desk::{Desk, DrillForm, Identity},
        paths::{
            self, DrillProblem, DrillQuery, MaintenanceProblem, MaintenanceQuery, StepProblem, SwitchProblem,
            SwitchQuery,
        },
    };
    use std::sync::Arc;
    use teal_domain::history::Record;

    /// The desk, and who asks.
    pub fn asked() -> Result<(Arc<dyn Desk>, Identity), ServerFnError> {
        let who = use_context::<Identity>().ok_or_else(|| ServerFnError::new("Sign in first."))?;
        let desk = use_context::<Arc<dyn Desk>>().ok_or_else(|| ServerFnError::new("Teal is starting."))?;
        Ok((desk, who))
    }

    fn go(address: &str) {
        (expect_context::<Redirector>().0)(address);
    }

    fn plain() -> bool {
        use_context::<Plain>().is_some_and(|plain| plain.0)
    }

    pub fn after_switch(
        pair: &PairId,
        back: SwitchQuery,
        done: Result<Record, DeskError>,
    ) -> Result<Reply, ServerFnError> {
        match done {
            Ok(record) if record.moved() => {
                let moved = SwitchQuery { problem: Some(SwitchProblem::Moved), after: Some(record.seq), ..back };
                go(&moved.address(pair));
                Ok(Reply::Taken)
            }
            Ok(record) => {
                go(&paths::record(pair, record.seq));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() {
                    go(&SwitchQuery { problem: Some(problem(&refused)), ..back }.address(pair));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    pub fn after_request(
        pair: &PairId,
        back: SwitchQuery,
        done: Result<(), DeskError>,
    ) -> Result<Reply, ServerFnError> {
        match done {
            Ok(()) => {
                go(&SwitchQuery { to: back.to, ..SwitchQuery::default() }.address(pair));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() {
                    go(&SwitchQuery { problem: Some(problem(&refused)), ..back }.address(pair));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    pub fn after_decision(
        pair: &PairId,
        to: Color,
        comment: &str,
        done: Result<(), DeskError>,
    ) -> Result<Reply, ServerFnError> {
        match done {
            Ok(()) => {
                go(&paths::switch(pair, to));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() {
                    go(&paths::decide_again(pair, to, comment, problem(&refused)));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    pub fn after_note(
        pair: &PairId,
        about: u64,
        text: &str,
        done: Result<(), DeskError>,
    ) -> Result<Reply, ServerFnError> {
        match done {
            Ok(()) => {
                go(&format!("{}#notes", paths::record(pair, about)));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() && matches!(refused, DeskError::Forbidden { .. }) {
                    // The page says by itself what is missing.
                    go(&paths::record(pair, about));
                } else if plain() {
                    let away = matches!(refused, DeskError::StoreAway { .. });
                    let problem = if away { SwitchProblem::Store } else { SwitchProblem::Reason };
                    go(&paths::note_again(pair, about, text, problem));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    /// What was typed goes along back to the form.
    pub fn after_maintenance(
        pair: &PairId,
        back: MaintenanceQuery,
        done: Result<(), DeskError>,
    ) -> Result<Reply, ServerFnError> {
        match done {
            Ok(()) => {
                go(&paths::maintenance(pair));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() {
                    let problem = match &refused {
                        DeskError::BadInput { field, .. } if field == "what" => MaintenanceProblem::What,
                        DeskError::BadInput { field, .. } if field == "until" => MaintenanceProblem::Until,
                        DeskError::BadInput { field, .. } if field == "expects" => MaintenanceProblem::Expects,
                        DeskError::Refused { .. } => MaintenanceProblem::Stands,
                        DeskError::StoreAway { .. } => MaintenanceProblem::Store,
                        DeskError::Forbidden { .. } => MaintenanceProblem::Forbidden,
                        DeskError::Prove { .. } => MaintenanceProblem::Prove,
                        _ => MaintenanceProblem::Form,
                    };
                    go(&MaintenanceQuery { problem: Some(problem), ..back }.address(pair));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    /// What was typed goes along back to the form, which finds out by itself which field is to blame.
    pub fn after_plan(pair: &PairId, form: &DrillForm, done: Result<(), DeskError>) -> Result<Reply, ServerFnError> {
        match done {
            Ok(()) => {
                go(&paths::drills(pair));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() {
                    go(&DrillQuery::address(form, pair, drill_problem(&refused)));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    /// A run that began shows itself; anything else shows in the list.
    pub fn after_drill(pair: &PairId, done: Result<Option<u64>, DeskError>) -> Result<Reply, ServerFnError> {
        match done {
            Ok(seq) => {
                go(&seq.map_or_else(|| paths::drills(pair), |seq| paths::drill_run(pair, seq)));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() {
                    go(&paths::drills_again(pair, drill_problem(&refused)));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    fn drill_problem(refused: &DeskError) -> DrillProblem {
        match refused {
            DeskError::BadInput { field, .. } if field == "typed" => DrillProblem::Typed,
            DeskError::Refused { .. } | DeskError::NotFound { .. } => DrillProblem::Refused,
            DeskError::StoreAway { .. } => DrillProblem::Store,
            DeskError::Forbidden { .. } => DrillProblem::Forbidden,
            DeskError::Prove { .. } => DrillProblem::Prove,
            _ => DrillProblem::Field,
        }
    }

    /// The record shows what came of it, and what is missing to whoever may not.
    pub fn after_step(
        pair: &PairId,
        record: u64,
        reason: &str,
        done: Result<(), DeskError>,
    ) -> Result<Reply, ServerFnError> {
        let refused = match done {
            Ok(()) => {
                // Without a place on the page: with one, a page that loads itself anew would only go there again.
                go(&paths::record(pair, record));
                return Ok(Reply::Taken);
            }
            Err(refused) => refused,
        };
        if plain() {
            let problem = match &refused {
                DeskError::BadInput { field, .. } if field == "tasks" => Some(StepProblem::Grown),
                DeskError::BadInput { field, .. } if field == "reason" => Some(StepProblem::Reason),
                DeskError::Prove { .. } => Some(StepProblem::Prove),
                DeskError::Refused { .. } => Some(StepProblem::Nothing),
                DeskError::StoreAway { .. } => Some(StepProblem::Store),
                DeskError::Forbidden { .. } => None,
                _ => Some(StepProblem::Form),
            };
            go(&problem.map_or_else(
                || paths::record(pair, record),
                |problem| paths::step_again(pair, record, reason, problem),
            ));
        }
        Ok(Reply::Refused(refused))
    }

    /// The record follows the test along.
    pub fn after_smoke(pair: &PairId, to: Color, done: Result<u64, DeskError>) -> Result<Reply, ServerFnError> {
        match done {
            Ok(seq) => {
                go(&paths::record(pair, seq));
                Ok(Reply::Taken)
            }
            Err(refused) => {
                if plain() {
                    let problem = match &refused {
                        DeskError::Refused { .. } => SwitchProblem::Smoke,
                        other => problem(other),
                    };
                    let back = SwitchQuery { to: Some(to), problem: Some(problem), ..SwitchQuery::default() };
                    go(&back.address(pair));
                }
                Ok(Reply::Refused(refused))
            }
        }
    }

    /// The page shows what came of it, and what is missing to whoever may not.
    pub fn after_diagnosis(pair: &PairId, done: Result<(), DeskError>) -> Result<Reply, ServerFnError> {
        let reply = match done {
            Ok(()) => Reply::Taken,
            Err(refused) => Reply::Refused(refused),
        };
        if reply == Reply::Taken || plain() {
            go(&paths::trouble(pair));
        }
        Ok(reply)
    }

    fn problem(refused: &DeskError) -> SwitchProblem {
        match refused {
            DeskError::BadInput { field, .. } if field == "typed" => SwitchProblem::Typed,
            DeskError::BadInput { field, .. } if field == "reason" => SwitchProblem::Reason,
            DeskError::BadInput { field, .. } if field == "change_ref" => SwitchProblem::ChangeRef,
            DeskError::Override { .. } => SwitchProblem::Override,
            DeskError::Confirmation { .. } => SwitchProblem::Confirmation,
            DeskError::Forbidden { .. } | DeskError::NotAPerson { .. } => SwitchProblem::Forbidden,
            DeskError::Prove { .. } => SwitchProblem::Prove,
            DeskError::StoreAway { .. } => SwitchProblem::Store,
            DeskError::Refused { .. } => SwitchProblem::Request,
            DeskError::NotFound { .. } | DeskError::BadInput { .. } => SwitchProblem::Form,
        }
    }
}
