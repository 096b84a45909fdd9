//! What was found when somebody asked what is wrong, in the gallery.

use super::back;
use std::sync::Arc;
use teal_domain::{
    Color, Millis, PairSnapshot,
    trouble::{Diagnosis, Evidence, Finding, Link, Trouble, Verdict},
};

fn finding(trouble: Trouble, verdict: Verdict, says: &str) -> Finding {
    Finding { trouble, verdict, says: says.into(), evidence: Vec::new(), mend: Vec::new(), statement: None }
}

fn seen(says: &str, lines: &[&str]) -> Evidence {
    Evidence { says: says.into(), lines: lines.iter().map(|line| (*line).to_owned()).collect() }
}

/// Some is found, some is not, and some cannot be told.
pub fn diagnosed(pair: &mut PairSnapshot) {
    let mut idle =
        finding(Trouble::Idle, Verdict::Found, "On Green, which is live, 2 DAGs did nothing: orders, sales.");
    idle.evidence = vec![
        seen("teal_guard of orders, run scheduled__2026-11-27T12:00:00+00:00: failed, began 12:00:04 UTC", &[]),
        seen(
            "The log of teal_guard of orders ends:",
            &[
                "2026-11-27T12:00:04Z asking /mwaa/blue-green/active-environment in us-east-2",
                "2026-11-27T12:00:05Z botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when \
                 calling the GetParameter operation: User: arn:aws:sts::123456789012:assumed-role/mwaa-green/x is not \
                 authorized to perform: ssm:GetParameter",
            ],
        ),
    ];
    idle.mend = vec!["Their guard failed: its log says why. Mend that, then clear the failed tasks in Airflow.".into()];
    let mut denied = finding(
        Trouble::AccessDenied,
        Verdict::Found,
        "On Green the DAGs may not read the flag: the log of their guard says so.",
    );
    denied.mend = vec![
        "Add the statement below to the policy of arn:aws:iam::123456789012:role/mwaa-green, the execution role of \
         mwaa-openlineage-green-dev. Then clear the failed tasks in Airflow."
            .into(),
    ];
    denied.statement = Some(
        "{\n  \"Effect\": \"Allow\",\n  \"Action\": \"ssm:GetParameter\",\n  \"Resource\": \
         \"arn:aws:ssm:us-east-2:123456789012:parameter/mwaa/blue-green/active-environment\"\n}"
            .into(),
    );
    let mut database = finding(
        Trouble::LineageDatabase,
        Verdict::CannotBeTold,
        "Teal is not told where the lineage service tells its health.",
    );
    database.mend = vec!["Write the address of its admin port as `health_url` into [pair.lineage].".into()];
    let findings = vec![
        idle,
        finding(Trouble::Ignored, Verdict::NotFound, "The flag says Green, and 29 DAGs that asked since found it so."),
        finding(Trouble::OldSide, Verdict::NotFound, "Nothing has begun to work on Blue since the flag says green."),
        denied,
        finding(Trouble::Both, Verdict::NotFound, "No DAG worked for the same moment on both sides in the last hour."),
        finding(
            Trouble::LoadBalancer,
            Verdict::NotFound,
            "No target of mwaa-openlineage-marquez-dev fails its check: 4 asked.",
        ),
        database,
    ];
    let links = Color::BOTH.into_iter().flat_map(|side| {
        let group = format!("airflow-mwaa-openlineage-{side}-dev-Task");
        let address = teal_domain::trouble::links::log_group("us-east-2", &group);
        [
            Link { side, label: "Airflow".into(), address: format!("https://{side}-c2.airflow.us-east-2.on.aws") },
            Link { side, label: group, address },
        ]
    });
    let links = links.collect();
    let diagnosis = Diagnosis { at: back(40), took: Millis(2_310), live: Some(Color::Green), findings, links };
    pair.diagnosis = Some(Arc::new(diagnosis));
}

/// The same, of this morning.
pub fn long_ago(pair: &mut PairSnapshot) {
    diagnosed(pair);
    if let Some(diagnosis) = &mut pair.diagnosis {
        Arc::make_mut(diagnosis).at = back(9_000);
    }
}
