//! `teal doctor`: what keeps Teal from working, one by one, each with its mend.

mod bill;
mod lineage;
mod platform;
mod traces;

use std::sync::Arc;

use serde::Serialize;
use teal_domain::{Color, Flag, FlagValue, Millis, trouble};

use super::{Common, End, Stop, output, setup};
use crate::{
    aws::{self, AwsError, sts},
    config::check_store_place,
    engine::{
        self, Pair,
        clock::{Clock as _, System},
        observe::Airflows,
    },
    store::Store,
};

/// `SigV4` refuses a request whose time is off by more than five minutes.
const SKEW_WARNS: Millis = Millis::from_secs(30);
const SKEW_BREAKS: Millis = Millis::from_secs(240);

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
struct Finding {
    about: String,
    check: &'static str,
    verdict: Verdict,
    says: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    mend: String,
    /// What was found of a trouble, and by what.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<trouble::Finding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Good,
    Warning,
    Bad,
    NotTried,
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(
        &mut self,
        about: &str,
        check: &'static str,
        verdict: Verdict,
        says: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let (about, says, mend) = (about.to_owned(), says.into(), mend.into());
        self.0.push(Finding { about, check, verdict, says, mend, trouble: None });
    }
}

pub async fn run(common: &Common, named: Option<&str>) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    let (mut findings, mut links) = (Findings(Vec::new()), Vec::new());
    let pairs = setup::pairs(&config).await;
    if let Some(named) = named {
        setup::the_pair(&pairs, |pair| &pair.config, Some(named))?;
    }
    for pair in pairs.iter().filter(|pair| named.is_none_or(|named| pair.id().as_str() == named)) {
        aws_side(&mut findings, pair, &config).await;
        // What goes on in both Airflows is asked for by name: it takes seconds and work of theirs.
        let airflows = if named.is_some() { Airflows::Asked } else { Airflows::Spared };
        platform::look(&mut findings, pair, &config, airflows).await;
        lineage::look(&mut findings, pair).await;
        if named.is_some() {
            links = troubles(&mut findings, pair).await;
        }
    }
    traces::look(&mut findings, config.traces.as_ref()).await;
    store_side(&mut findings, &config, &pairs).await;
    let bad = findings.0.iter().any(|finding| finding.verdict == Verdict::Bad);
    if common.json {
        output::json(&findings.0);
    } else {
        for finding in &findings.0 {
            let sign = match finding.verdict {
                Verdict::Good => "ok      ",
                Verdict::Warning => "warning ",
                Verdict::Bad => "BAD     ",
                Verdict::NotTried => "untried ",
            };
            output::say!("{sign} {:<8} {:<12} {}", finding.about, finding.check, finding.says);
            finding.trouble.iter().for_each(told);
            if !finding.mend.is_empty() {
                output::say!("{:31}-> {}", "", finding.mend);
            }
        }
        for link in links {
            output::say!("{:<8} {:<8} {:<12} {}", "look", link.side, link.label, link.address);
        }
    }
    Ok(if bad { End::Failed } else { End::Done })
}

/// The seven troubles. Answers with where to look further.
async fn troubles(findings: &mut Findings, pair: &Pair) -> Vec<trouble::Link> {
    let found = engine::trouble::diagnosis(pair, None, System::default().now(), engine::trouble::PATIENCE).await;
    for finding in found.findings {
        let verdict = match finding.verdict {
            trouble::Verdict::Found => Verdict::Bad,
            trouble::Verdict::CannotBeTold => Verdict::NotTried,
            trouble::Verdict::NotFound => Verdict::Good,
        };
        findings.0.push(Finding {
            about: pair.id().to_string(),
            check: finding.trouble.as_str(),
            verdict,
            says: finding.says.clone(),
            mend: finding.mend.join(" "),
            trouble: Some(finding),
        });
    }
    found.links
}

/// What a trouble was found by.
fn told(finding: &trouble::Finding) {
    for evidence in &finding.evidence {
        output::say!("{:31}- {}", "", evidence.says);
        for line in &evidence.lines {
            output::say!("{:33}| {line}", "");
        }
    }
    for line in finding.statement.iter().flat_map(|statement| statement.lines()) {
        output::say!("{:33}{line}", "");
    }
}

async fn aws_side(findings: &mut Findings, pair: &Pair, config: &crate::config::Config) {
    let about = pair.id().as_str();
    let sdk = aws::sdk_config(&pair.place, config.polling.request_timeout).await;
    match sts::caller(&sdk).await {
        Ok(caller) => {
            let expected = pair.config.account.as_ref().is_none_or(|account| *account == caller.account);
            if expected {
                findings.add(about, "credentials", Verdict::Good, format!("calls are made as {}", caller.arn), "");
            } else {
                findings.add(about, "credentials", Verdict::Bad, format!("calls are made as {}, in account {}", caller.arn, caller.account), "Use credentials of the account in the pair's config, or correct `account` there.");
            }
            clock(findings, about, &caller);
        }
        Err(error) => findings.add(about, "credentials", Verdict::Bad, error.message, "Give Teal credentials by the standard chain (environment, profile, instance role), or correct assume_role_arn."),
    }
    flag(findings, pair).await;
    for color in Color::BOTH {
        let name = pair.config.names.environment(color);
        match pair.ports.environments.read(name).await {
            Ok(environment) => findings.add(
                about,
                color.as_str(),
                Verdict::Good,
                format!(
                    "{name} is {}, Airflow {}",
                    environment.status,
                    environment.airflow_version.unwrap_or_default()
                ),
                "",
            ),
            Err(error) => findings.add(
                about,
                color.as_str(),
                Verdict::Bad,
                error.message.clone(),
                permission(&error, "airflow:GetEnvironment"),
            ),
        }
    }
    match &pair.ports.trail {
        None => findings.add(
            about,
            "cloudtrail",
            Verdict::NotTried,
            "config does not allow asking CloudTrail how external changes were made",
            "",
        ),
        Some(trail) => {
            let now = System::default().now();
            match trail.how(&pair.config.names.flag, teal_domain::FlagVersion(0), now).await {
                Ok(_) => findings.add(about, "cloudtrail", Verdict::Good, "CloudTrail answers", ""),
                Err(error) => findings.add(
                    about,
                    "cloudtrail",
                    Verdict::Warning,
                    error.message.clone(),
                    permission(&error, "cloudtrail:LookupEvents"),
                ),
            }
        }
    }
}

fn clock(findings: &mut Findings, about: &str, caller: &sts::Caller) {
    let Some(aws) = caller.aws_time else {
        findings.add(about, "clock", Verdict::NotTried, "the answer told no time", "");
        return;
    };
    let here = System::default().now();
    let skew = Millis(here.since(aws).0.max(aws.since(here).0));
    let says = format!("this machine's clock and that of AWS differ by about {} s", skew.as_secs());
    let verdict = match skew {
        skew if skew > SKEW_BREAKS => Verdict::Bad,
        skew if skew > SKEW_WARNS => Verdict::Warning,
        _ => Verdict::Good,
    };
    let mend = if verdict == Verdict::Good {
        ""
    } else {
        "Set the clock (NTP): AWS refuses requests that are more than five minutes off."
    };
    findings.add(about, "clock", verdict, says, mend);
}

async fn flag(findings: &mut Findings, pair: &Pair) {
    let (about, name) = (pair.id().as_str(), &pair.config.names.flag);
    match pair.ports.flag.read_one(name).await {
        Ok(Flag::Present { value: FlagValue::Color(color), version, .. }) => {
            findings.add(about, "flag", Verdict::Good, format!("{name} says {color}, version {version}"), "")
        }
        Ok(Flag::Present { value: FlagValue::Invalid(text), .. }) => findings.add(
            about,
            "flag",
            Verdict::Bad,
            format!("{name} holds {text:?}: no guarded DAG works on either side"),
            "Set it: teal switch --to blue|green",
        ),
        Ok(Flag::Missing) => findings.add(
            about,
            "flag",
            Verdict::Bad,
            format!("{name} does not exist: no guarded DAG works on either side"),
            "Set it: teal switch --to blue|green; or correct the name in the pair's config.",
        ),
        Err(error) => {
            findings.add(about, "flag", Verdict::Bad, error.message.clone(), permission(&error, "ssm:GetParameters"))
        }
    }
    match pair.ports.flag.history(name).await {
        Ok(history) => {
            findings.add(about, "history", Verdict::Good, format!("{} versions can be read", history.len()), "");
            match history.first().filter(|oldest| !oldest.labels.is_empty()) {
                Some(oldest) => findings.add(
                    about,
                    "labels",
                    Verdict::Warning,
                    format!("version {}, the oldest, carries the label {}: once there are 100 versions SSM refuses the next put", oldest.version, oldest.labels.join(", ")),
                    format!("aws ssm unlabel-parameter-version --name {name} --parameter-version {} --labels {}", oldest.version, oldest.labels.join(" ")),
                ),
                None => findings.add(about, "labels", Verdict::Good, "no label keeps the oldest version in place", ""),
            }
        }
        Err(error) => findings.add(
            about,
            "history",
            Verdict::Bad,
            error.message.clone(),
            permission(&error, "ssm:GetParameterHistory"),
        ),
    }
    findings.add(about, "put", Verdict::NotTried, "ssm:PutParameter cannot be tried without writing the flag", "");
}

fn permission(error: &AwsError, action: &str) -> String {
    if error.denied() { format!("Allow {action} in the policy of Teal's role.") } else { String::new() }
}

async fn store_side(findings: &mut Findings, config: &crate::config::Config, pairs: &[Arc<Pair>]) {
    let about = "store";
    let path = config.store.path.display();
    if let Err(mistake) = check_store_place(&config.store) {
        findings.add(about, "place", Verdict::Bad, mistake.to_string(), "");
        return;
    }
    match Store::open(&config.store.path).await {
        Ok(store) => {
            match store.probe().await {
                Ok(()) => findings.add(about, "writable", Verdict::Good, format!("{path} can be written"), ""),
                Err(error) => findings.add(
                    about,
                    "writable",
                    Verdict::Bad,
                    format!("{path}: {error}"),
                    "Make room on the disk, or let Teal's user write there.",
                ),
            }
            match store.head().await {
                Ok(head) => findings.add(
                    about,
                    "journal",
                    Verdict::Good,
                    format!("{} entries; `teal history verify` walks the chain", head.seq),
                    "",
                ),
                Err(error) => {
                    findings.add(about, "journal", Verdict::Bad, error.to_string(), "See `teal history verify`.")
                }
            }
            bill::look(findings, &store, config, pairs).await;
            store.close().await;
        }
        Err(error) => findings.add(
            about,
            "open",
            Verdict::Bad,
            format!("{path}: {error}"),
            "Move the file away if it is not Teal's, or restore it from a backup.",
        ),
    }
}
