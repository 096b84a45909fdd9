//! The pages about drills.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use teal_app::{
    desk::DeskError,
    pages::drills::plan,
    paths::{self, DrillProblem, DrillQuery},
    render,
};
use teal_domain::PairId;

use super::{App, asked::Asked, doors::Who, errors, headers::Document, pages::with_view};

/// `/p/{pair}/drills`
pub async fn list(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| {
        let problem = paths::get(view.query, "problem").and_then(|code| DrillProblem::parse(&code));
        Document(render::drills(view, problem)).into_response()
    })
}

/// `/p/{pair}/drills/plan`: a new plan, one as it stands, or one as it was filled in.
pub async fn plan(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| {
        let query = DrillQuery::parse(view.query, &view.pair);
        let named = paths::get(view.query, "plan").filter(|word| !word.is_empty());
        let stands = query.plan.and_then(|id| view.pair()?.drills.plan(id));
        if named.is_some() && stands.is_none() {
            let message = "There is no such plan: somebody may have taken it away.".to_owned();
            return errors::page(&app, None, &asked, &DeskError::NotFound { message });
        }
        let form = match (&query.form, stands) {
            (Some(form), _) => form.clone(),
            (None, Some(planned)) => plan::of(&planned.plan),
            (None, None) => plan::new(view),
        };
        match app.desk.preview_drill(&who, &form) {
            Ok(preview) => Document(render::drill_plan(view, &query, &form, &preview)).into_response(),
            Err(error) => errors::page(&app, None, &asked, &error),
        }
    })
}

/// `/p/{pair}/drills/run/{seq}`: the report of a run.
pub async fn run(
    State(app): State<App>,
    Path((pair, seq)): Path<(String, String)>,
    Who(who): Who,
    asked: Asked,
) -> Response {
    let report = match named(&app, &pair, &seq) {
        Ok((id, seq)) => app.desk.drill_report(&who, &id, seq).await,
        Err(error) => Err(error),
    };
    match report {
        Ok(report) => {
            with_view(&app, &who, &pair, &asked, |view| Document(render::drill_run(view, &report)).into_response())
        }
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

fn named(app: &App, pair: &str, seq: &str) -> Result<(PairId, u64), DeskError> {
    let missing = |message: &str| DeskError::NotFound { message: message.to_owned() };
    let id = pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some());
    let id = id.ok_or_else(|| missing("There is no such pair here."))?;
    Ok((id, seq.parse().map_err(|_| missing("There is no such record."))?))
}
