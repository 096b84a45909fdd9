//! The lineage service: whether it answers where config says, how it is, and whether it knows what the sides write into.

use teal_domain::{
    Color,
    lineage::{Health, Told},
};

use super::{Findings, Verdict};
use crate::{
    engine::Pair,
    marquez::{Marquez, MarquezError},
};

const CORRECT: &str = "Start it, or correct [pair.lineage]. No switch needs it.";

/// Asks it, where config says that it may be asked.
pub(super) async fn look(findings: &mut Findings, pair: &Pair) {
    let (about, setup) = (pair.id().as_str(), &pair.config.lineage);
    if !setup.asks() {
        findings.add(about, "lineage", Verdict::NotTried, "config names no address at which it may be asked", "");
        return;
    }
    let client = match Marquez::new(setup) {
        Ok(client) => client,
        Err(error) => return findings.add(about, "lineage", Verdict::Warning, unread(&error), CORRECT),
    };
    let place = setup.api.as_ref().map(ToString::to_string).or_else(|| setup.health.clone()).unwrap_or_default();
    match client.health().await {
        Err(error) => {
            return findings.add(about, "lineage", Verdict::Warning, format!("{place}: {}", unread(&error)), CORRECT);
        }
        Ok(Health { database: Some(false), message, .. }) => {
            let says = format!("{place} answers, and does not reach its database: {message}");
            findings.add(
                about,
                "lineage",
                Verdict::Warning,
                says,
                "Look at its database, which `database` here is about.",
            );
        }
        Ok(health) => {
            let how = match (health.by, health.database) {
                (Told::Admin, Some(_)) => "its database is reached",
                (Told::Admin, None) => "of its database it says nothing",
                (Told::Api, _) => "its API answers, and its health is not told where config has it",
            };
            findings.add(about, "lineage", Verdict::Good, format!("{place} answers: {how}"), "");
        }
    }
    if setup.api.is_none() {
        return;
    }
    let version = match client.tells_statistics().await {
        Ok(true) => (Verdict::Good, "it tells statistics, as Marquez does from 0.50 on".to_owned()),
        Ok(false) => (Verdict::Good, "it tells no statistics, as Marquez before 0.50: events are counted".to_owned()),
        Err(error) => (Verdict::Warning, unread(&error)),
    };
    findings.add(about, "lineage-api", version.0, version.1, "");
    match client.namespaces(setup).await {
        Err(error) => findings.add(about, "namespaces", Verdict::Warning, unread(&error), ""),
        Ok(found) => {
            let lacks: Vec<&str> =
                Color::BOTH.into_iter().filter(|side| !found.has(*side)).map(|side| setup.namespace(side)).collect();
            if lacks.is_empty() {
                let says = format!("both sides have written: into {} and {}", setup.blue, setup.green);
                findings.add(about, "namespaces", Verdict::Good, says, "");
            } else {
                let says = format!("nothing was ever written into {}", lacks.join(" and "));
                let mend = "Run a DAG there, or correct `openlineage.namespace` of the environment or `namespaces` of [pair.lineage].";
                findings.add(about, "namespaces", Verdict::Warning, says, mend);
            }
        }
    }
}

fn unread(error: &MarquezError) -> String {
    format!("Marquez could not be read: {error}")
}
