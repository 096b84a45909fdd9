//! The lineage service: its load balancer, and its database.

use super::{Finding, Gathered, Trouble, Verdict, told::TASKS};
use crate::platform::{Target, TargetGroup};

pub(super) fn load_balancer(gathered: &Gathered) -> Finding {
    let of = |verdict, says: String| Finding::new(Trouble::LoadBalancer, verdict, says);
    let found = match &gathered.balancer {
        Ok(found) => found,
        Err(why) => {
            let name = &gathered.names.load_balancer;
            return of(Verdict::CannotBeTold, format!("The targets of {name} are not known: {why}"));
        }
    };
    let Some((name, balancer)) = &found.found else {
        let mut finding = of(
            Verdict::CannotBeTold,
            format!(
                "There is no load balancer named {} in {}: it is no part of this platform.",
                found.tried.join(" or "),
                gathered.region
            ),
        );
        finding.mend("If it has another name, write it as `load_balancer` into [pair.names].");
        return finding;
    };
    let targets: Vec<(&str, &Target)> = balancer
        .groups
        .iter()
        .flat_map(|group| group.targets.iter().map(|target| (group.name.as_str(), target)))
        .collect();
    let ill: Vec<_> = targets.iter().copied().filter(|(_, target)| is_ill(target)).collect();
    let groups = empty_groups(&balancer.groups);
    if ill.is_empty() && groups.is_empty() && !targets.is_empty() {
        let says = format!("No target of {name} fails its check: {} asked.", targets.len());
        return of(Verdict::NotFound, says);
    }
    let says = match (targets.len(), ill.len()) {
        (0, _) => format!("{name} has no targets at all."),
        (_, 0) => format!("No target of {} of {name} is healthy.", groups.join(" and ")),
        (all, ill) => format!("Targets of {name} that fail their check: {ill} of {all}."),
    };
    let mut finding = of(Verdict::Found, says);
    let shown = if ill.is_empty() { &targets } else { &ill };
    for (group, target) in shown.iter().take(TASKS) {
        let reason = if target.reason.is_empty() { String::new() } else { format!(", {}", target.reason) };
        finding.shows(format!("{} in {group}: {}{reason}", target.id, target.state));
    }
    if targets.is_empty() {
        finding.mend("See whether the Auto Scaling group has instances, and whether it registers them there.");
    }
    for (code, mend) in MENDS {
        if shown.iter().any(|(_, target)| target.reason.contains(code)) {
            finding.mend(mend);
        }
    }
    if finding.mend.is_empty() {
        finding.mend("See on the instances whether the lineage service runs, and what its log says.");
    }
    finding
}

/// What the codes mean (<https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>).
const MENDS: [(&str, &str); 4] = [
    (
        "Target.Timeout",
        "A target did not answer in time: see whether its security group lets the load balancer in, and whether the \
         service is overloaded.",
    ),
    (
        "Target.FailedHealthChecks",
        "A target refused or broke the connection: see whether the service listens on that port.",
    ),
    (
        "Target.ResponseCodeMismatch",
        "A target answered with another code than the check wants: see the service's own health, its database first.",
    ),
    ("Target.NotRegistered", "A target is not registered: see the Auto Scaling group."),
];

fn is_ill(target: &Target) -> bool {
    target.state.starts_with("unhealthy") || target.state == "unavailable"
}

/// The groups that have targets, and none that is healthy.
fn empty_groups(groups: &[TargetGroup]) -> Vec<&str> {
    let serves = |group: &&TargetGroup| {
        !group.targets.is_empty() && !group.targets.iter().any(|target| target.state == "healthy")
    };
    groups.iter().filter(serves).map(|group| group.name.as_str()).collect()
}

pub(super) fn database(gathered: &Gathered) -> Finding {
    let of = |verdict, says: String| Finding::new(Trouble::LineageDatabase, verdict, says);
    let Some((address, said)) = &gathered.lineage else {
        let mut finding =
            of(Verdict::CannotBeTold, "Teal is not told where the lineage service tells its health.".into());
        finding.mend(
            "Write the address of its admin port as `health_url` into [pair.lineage], such as \
             \"http://marquez.internal:5001/healthcheck\".",
        );
        return finding;
    };
    match said {
        Ok(health) => match health.database {
            Some(true) => of(Verdict::NotFound, format!("{address} says that it reaches its database.")),
            Some(false) => {
                let mut finding = of(Verdict::Found, format!("{address} says that it does not reach its database."));
                if !health.message.is_empty() {
                    finding.quotes("It says:", std::slice::from_ref(&health.message));
                }
                finding.mend(
                    "See whether the database is available, whether its security group lets the instances in, and \
                     whether the secret still holds its password.",
                );
                finding.mend("DAGs do not need lineage to work: nothing of it keeps a switch from being made.");
                finding
            }
            None => of(Verdict::CannotBeTold, format!("{address} answered, but says nothing of `postgres`.")),
        },
        Err(why) => {
            let mut finding = of(Verdict::CannotBeTold, format!("{address} did not tell: {why}"));
            finding.mend(
                "See whether Teal reaches that port from where it runs; it is often open inside the network only.",
            );
            finding
        }
    }
}
