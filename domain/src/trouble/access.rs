//! The DAGs may not read the flag.

use super::{
    Allowed, Excerpt, Finding, Gathered, Side, Trouble, Verdict,
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
    let refused = |color: &Color| matches!(gathered.side(*color).role, Ok(Allowed::NotGranted | Allowed::Denied));
    let refused: Vec<Color> = Color::BOTH.into_iter().filter(refused).collect();
    if !refused.is_empty() {
        return by_iam(gathered, &refused);
    }
    let mut finding = without(gathered, &failures, &unread);
    simulated(&mut finding, gathered);
    finding
}

/// No log says that anything was denied, and neither does IAM.
fn without(gathered: &Gathered, failures: &[(&Side, &Task)], unread: &[String]) -> Finding {
    if failures.is_empty() {
        let (verdict, says) = match unread {
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
        let role = gathered.side(*color).execution_role().map_or_else(
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
    simulated(&mut finding, gathered);
    let first = denied.first().map(|(color, ..)| gathered.side(*color));
    finding.statement = Some(statement(gathered, first.and_then(Side::execution_role)));
    finding
}

/// IAM says so, before a guard has failed or where no log of it can be read.
fn by_iam(gathered: &Gathered, refused: &[Color]) -> Finding {
    let sides: Vec<&str> = refused.iter().map(|color| color.title()).collect();
    let says = format!("On {} the DAGs may not read the flag: IAM says so of the execution role.", sides.join(" and "));
    let mut finding = Finding::new(Trouble::AccessDenied, Verdict::Found, says);
    simulated(&mut finding, gathered);
    let first = refused.first().map(|color| gathered.side(*color));
    let denied = refused.iter().any(|color| gathered.side(*color).role == Ok(Allowed::Denied));
    finding.mend(if denied {
        "Find what denies: a statement with Deny, a permissions boundary, or a policy of the organization. Then clear the \
         failed tasks in Airflow."
    } else {
        "Add the statement below to the policy of the execution role. Then clear the failed tasks in Airflow."
    });
    finding.statement = Some(statement(gathered, first.and_then(Side::execution_role)));
    finding
}

/// What IAM says of both roles, as evidence.
fn simulated(finding: &mut Finding, gathered: &Gathered) {
    for color in Color::BOTH {
        let side = gathered.side(color);
        let Some(role) = side.execution_role() else { continue };
        let word = match &side.role {
            Ok(Allowed::Yes) => "may read the flag, says IAM".to_owned(),
            Ok(Allowed::NotGranted) => "may not read the flag, says IAM: no policy grants ssm:GetParameter".to_owned(),
            Ok(Allowed::Denied) => "may not read the flag, says IAM: something denies ssm:GetParameter".to_owned(),
            Err(why) => format!("could not be looked at: {why}"),
        };
        finding.shows(format!("{}'s execution role {role} {word}", color.title()));
    }
}

/// What the role lacks.
fn statement(gathered: &Gathered, role: Option<&str>) -> String {
    let resource = flag_arn(gathered, role);
    format!("{{\n  \"Effect\": \"Allow\",\n  \"Action\": \"ssm:GetParameter\",\n  \"Resource\": \"{resource}\"\n}}")
}

/// The flag's name as IAM knows it.
pub fn flag_arn(gathered: &Gathered, role: Option<&str>) -> String {
    arn_of(&gathered.region, gathered.account.as_deref(), &gathered.names.flag, role)
}

/// The same, of what config says. The account is that of the pair, or else that of the role.
pub fn arn_of(region: &str, account: Option<&str>, flag: &str, role: Option<&str>) -> String {
    let part = |number: usize| role.and_then(|arn| arn.split(':').nth(number)).filter(|part| !part.is_empty());
    let (partition, flag) = (part(1).unwrap_or("aws"), flag.trim_start_matches('/'));
    let account = account.or_else(|| part(4)).unwrap_or("ACCOUNT");
    format!("arn:{partition}:ssm:{region}:{account}:parameter/{flag}")
}
