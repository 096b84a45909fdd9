//! What was typed into a form whose sender is no longer signed in: it goes along to the sign-in page and back.

use axum::{body::to_bytes, extract::Request};
use teal_app::paths::{
    self, DrillProblem, DrillQuery, MaintenanceProblem, MaintenanceQuery, StepProblem, SwitchProblem, SwitchQuery,
};
use teal_domain::PairId;

use super::{BODY_LIMIT, asked::Asked};

/// The page that a form came from, filled in as it was. `None`: no form of ours, or one that cannot be read.
pub async fn page_again(asked: &Asked, form: Request) -> Option<String> {
    let name = asked.path().strip_prefix("/api/fn/")?;
    let body = to_bytes(form.into_body(), BODY_LIMIT).await.ok()?;
    let form = std::str::from_utf8(&body).ok()?;
    let pair: PairId = paths::get(form, "pair")?.parse().ok()?;
    let problem = SwitchProblem::Ended;
    match name {
        "switch" | "ask" => {
            let to = paths::get(form, "to").and_then(|to| to.parse().ok());
            let reason = paths::get(form, "reason");
            let change_ref = paths::get(form, "change_ref").filter(|text| !text.is_empty());
            Some(SwitchQuery { to, reason, change_ref, problem: Some(problem), after: None }.address(&pair))
        }
        "note" => {
            let about = paths::get(form, "about")?.parse().ok()?;
            Some(paths::note_again(&pair, about, &paths::get(form, "text")?, problem))
        }
        "decide" => {
            let to = paths::get(form, "to")?.parse().ok()?;
            Some(paths::decide_again(&pair, to, &paths::get(form, "comment").unwrap_or_default(), problem))
        }
        "skip_drain" => {
            let (seq, reason) = (paths::get(form, "record")?.parse().ok()?, paths::get(form, "reason")?);
            Some(paths::step_again(&pair, seq, &reason, StepProblem::Prove))
        }
        "diagnose" => Some(paths::trouble(&pair)),
        "withdraw" => Some(paths::switch(&pair, paths::get(form, "to")?.parse().ok()?)),
        "declare" => {
            let names = form_urlencoded::parse(form.as_bytes()).filter(|(name, _)| name == "expects[]");
            let back = MaintenanceQuery {
                problem: Some(MaintenanceProblem::Ended),
                side: paths::get(form, "side").and_then(|side| side.parse().ok()),
                what: paths::get(form, "what"),
                until: paths::get(form, "until"),
                expects: Some(names.map(|(_, name)| name.into_owned()).collect()),
            };
            Some(back.address(&pair))
        }
        "lift" => Some(paths::maintenance(&pair)),
        // The fields have the same names in an address.
        "drill_save" => {
            let form = DrillQuery::parse(form, &pair).form?;
            Some(DrillQuery::address(&form, &pair, DrillProblem::Ended))
        }
        "drill_to" | "drill_stop" => Some(paths::drills_again(&pair, DrillProblem::Ended)),
        _ => None,
    }
}
