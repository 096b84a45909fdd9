//! The DAGs may not read the flag.

use super::{
    Excerpt, Finding, Gathered, Side, Trouble, Verdict,
    gathered::{LATELY, failed, latest_guards},
    told::{self, TASKS, counted, some},
};
use crate::{Color, Timestamp, airflow::Task};

pub(super) fn judge(gathered: &Gathered, now: Timestamp) -> Finding {
    let mut denied: Vec<(Color, &Task, &Excerpt)> = Vec::new();
    let (mut failures, mut unread): (Vec<(&Side, &Task)>, Vec<String>) = (Vec::new(), Vec::new());
    for color in Color::BOTH {
        let side = gathered.side(color);
        match &side.begun {
            Ok(begun) => {
                let guards = latest_guards(begun, &gathered.rules, now - LATELY);
                failures.extend(guards.into_iter().filter(|task| failed(task)).map(|task| (side, task)));
            }
            Err(why) => unread.push(format!("{}'s Airflow did not tell its tasks: {why}", color.title())),
        }
        let read = side.logs.iter().filter_map(|(task, said)| Some((task, said.as_ref().ok()?)));
        denied.extend(read.filter(|(_, said)| !said.denied.is_empty()).map(|(task, said)| (color, task, said)));
    }
    if !denied.is_empty() {
        return found(gathered, &denied);
    }
    if failures.is_empty() {
        let (verdict, says) = match &unread[..] {
            [] => (Verdict::NotFound, format!("No task {} failed in the last hour.", gathered.rules.guard_task)),
            unread => (Verdict::CannotBeTold, unread.join(" ")),
        };
        return Finding::new(Trouble::AccessDenied, verdict, says);
    }
    let dags = some(failures.iter().map(|(_, task)| task.dag.as_str()));
    let known = |(side, task): &(&Side, &Task)| matches!(side.log(task), Some(Ok(_)));
    let all = unread.is_empty() && failures.iter().all(known);
    let (verdict, why) = if all {
        (Verdict::NotFound, "for another reason: no log says that anything was denied")
    } else {
        (Verdict::CannotBeTold, "and not every log could be read from here")
    };
    let says = format!("The guard of {} failed, {why}: {dags}.", counted(failures.len(), "DAG"));
    let mut finding = Finding::new(Trouble::AccessDenied, verdict, says);
    for (side, task) in failures.iter().take(TASKS) {
        finding.shows(told::task(task));
        told::logs(&mut finding, side, &[task], 1);
    }
    if !all {
        finding.mend("Read the log where it is, and look there for AccessDenied.");
    }
    finding
}

fn found(gathered: &Gathered, denied: &[(Color, &Task, &Excerpt)]) -> Finding {
    let sides: Vec<&str> = Color::BOTH
        .into_iter()
        .filter(|color| denied.iter().any(|(denied, ..)| denied == color))
        .map(Color::title)
        .collect();
    let says = format!("On {} the DAGs may not read the flag: the log of their guard says so.", sides.join(" and "));
    let mut finding = Finding::new(Trouble::AccessDenied, Verdict::Found, says);
    for (_, task, said) in denied.iter().take(TASKS) {
        finding.quotes(told::task(task), &said.denied);
    }
    let mut roles: Vec<String> = Vec::new();
    for (color, ..) in denied {
        let role = role(gathered.side(*color)).map_or_else(
            || format!("the execution role of {}", gathered.names.environment(*color)),
            |role| format!("{role}, the execution role of {}", gathered.names.environment(*color)),
        );
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    for role in roles {
        finding
            .mend(format!("Add the statement below to the policy of {role}. Then clear the failed tasks in Airflow."));
    }
    finding.mend(
        "If it is there already, look for what denies: a boundary, an organization's policy, or the key with which the \
         parameter is encrypted.",
    );
    let first = denied.first().map(|(color, ..)| gathered.side(*color));
    finding.statement = Some(statement(gathered, first.and_then(role)));
    finding
}

fn role(side: &Side) -> Option<&str> {
    side.environment.as_ref().ok()?.setup.execution_role.as_deref()
}

/// What the role lacks. The account is that of the pair, or else that of the role.
fn statement(gathered: &Gathered, role: Option<&str>) -> String {
    let part = |number: usize| role.and_then(|arn| arn.split(':').nth(number)).filter(|part| !part.is_empty());
    let partition = part(1).unwrap_or("aws");
    let account = gathered.account.as_deref().or_else(|| part(4)).unwrap_or("ACCOUNT");
    let (region, flag) = (&gathered.region, gathered.names.flag.trim_start_matches('/'));
    format!(
        "{{\n  \"Effect\": \"Allow\",\n  \"Action\": \"ssm:GetParameter\",\n  \"Resource\": \
         \"arn:{partition}:ssm:{region}:{account}:parameter/{flag}\"\n}}"
    )
}
