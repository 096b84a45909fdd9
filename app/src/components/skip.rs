//! Not waiting for the old side any longer: how much freezes, and why it is said.

use crate::{
    desk::SkipForm,
    functions::SkipDrain,
    paths::{self, StepProblem},
    render::View,
};
use leptos::{prelude::*, server_fn::ServerFn};
use teal_domain::{Action, PairSnapshot, Reason, history::SwitchRecord};

/// The form, where something waits: the tasks that are at work, and a reason.
pub fn form(view: &View<'_>, pair: &PairSnapshot, seq: u64, switch: &SwitchRecord) -> Option<AnyView> {
    let left = switch.course.left(true);
    if left.is_empty() || switch.course.skipped() {
        return None;
    }
    let (old, off) = (switch.target.other(), view.denied(Action::Switch).is_some());
    let tasks = pair.at_work(old, &left);
    let said = match tasks {
        None => format!("How many tasks are at work on {} is not known.", old.title()),
        Some(0) => format!("No task was at work there when {} was last asked.", old.title()),
        Some(1) => "1 task is at work there: it freezes".to_owned(),
        Some(tasks) => format!("{tasks} tasks are at work there: they freeze"),
    };
    let until = if tasks.is_some_and(|tasks| tasks > 0) { " half-way until somebody unpauses its DAG." } else { "" };
    let tasks = tasks.map_or_else(|| SkipForm::NOT_KNOWN.to_owned(), |tasks| tasks.to_string());
    let why = paths::get(view.query, "reason").map(|why| paths::kept(&why)).unwrap_or_default();
    Some(
        view! {
            <form method="post" action=SkipDrain::url() id="skip" data-kept="reason">
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <input type="hidden" name="record" value=seq.to_string() />
                <input type="hidden" name="operation" value=switch.operation.to_string() />
                <input type="hidden" name="tasks" value=tasks />
                <div class="field">
                    <label for="skip-reason">"Why not wait for "{old.title()}"?"</label>
                    <input
                        id="skip-reason" name="reason" type="text" required maxlength=Reason::MAX_CHARS.to_string()
                        autocomplete="off" aria-describedby="skip-hint" disabled=off value=why
                    />
                </div>
                <button type="submit" class="button" disabled=off>"Pause "{old.title()}" now"</button>
                <p class="hint" id="skip-hint">
                    "Its DAGs are paused as each has finished; this pauses the rest at once. "{said}{until}
                </p>
            </form>
        }
        .into_any(),
    )
}

/// Why a button came back, from a fixed set: the address lends only the code and what had been typed.
pub fn problem(view: &View<'_>, pair: &PairSnapshot, seq: u64) -> Option<AnyView> {
    let problem = StepProblem::parse(&paths::get(view.query, "step")?)?;
    let typed = paths::get(view.query, "reason").unwrap_or_default();
    let text = match problem {
        StepProblem::Grown => {
            "Nothing was done: more is at work there now than you had seen. Look at the number below, then decide."
                .to_owned()
        }
        StepProblem::Reason => match Reason::parse(&typed) {
            Err(error) => format!("Nothing was done: {error}."),
            Ok(_) => "Nothing was done: the reason could not be taken. Try again.".to_owned(),
        },
        StepProblem::Prove => "Nothing was done: this needs a sign-in of the last few minutes.".to_owned(),
        StepProblem::Nothing => {
            "Nothing was done: another switch has taken the place of this one, or all is done.".to_owned()
        }
        StepProblem::Store => "Nothing was done: the journal cannot be written just now. Try again later.".to_owned(),
        StepProblem::Form => "Nothing was done: the form could not be read. Send it from here.".to_owned(),
    };
    let prove = (problem == StepProblem::Prove).then(|| {
        let back = format!("{}#after", paths::record(&pair.id, seq));
        view! { " " <a href=paths::prove(&back)>"Sign in again"</a> }
    });
    Some(view! { <p class="notice" role="alert">{text}{prove}</p> }.into_any())
}
