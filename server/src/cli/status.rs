//! `teal status`: which side is live, asked of AWS now.

use serde_json::json;
use teal_domain::{Color, Flag, FlagValue};

use super::{Common, End, Stop, output, setup};
use crate::engine::Pair;

pub async fn run(common: &Common, named: Option<&str>) -> Result<End, Stop> {
    let config = setup::config(common)?;
    let pairs = setup::pairs(&config).await;
    let mut end = End::Done;
    let mut all = Vec::new();
    if let Some(named) = named {
        setup::the_pair(&pairs, |pair| &pair.config, Some(named))?;
    }
    for pair in pairs.iter().filter(|pair| named.is_none_or(|named| pair.id().as_str() == named)) {
        let flag = pair.ports.flag.read_one(&pair.config.names.flag);
        let [blue, green] = Color::BOTH.map(|color| pair.ports.environments.read(pair.config.names.environment(color)));
        let (flag, blue, green) = tokio::join!(flag, blue, green);
        let side = |read: Result<teal_domain::Environment, crate::aws::AwsError>| match read {
            Ok(environment) => (environment.status.to_string(), environment.airflow_version.unwrap_or_default()),
            Err(error) => (error.message, String::new()),
        };
        let sides = [(Color::Blue, side(blue)), (Color::Green, side(green))];
        let works = matches!(&flag, Ok(flag) if flag.color().is_some());
        if !works {
            end = End::Failed;
        }
        if common.json {
            all.push(as_json(pair, &flag, &sides));
        } else {
            output::say!("{}: {}", pair.config.title, said(&flag));
            for (color, (status, version)) in sides {
                output::say!("  {:<5}  {status}  {version}", color.title());
            }
            if let Some(runbook) = pair.config.policy.runbook_url.as_ref().filter(|_| !works) {
                output::say!("  Runbook: {runbook}");
            }
        }
    }
    if common.json {
        output::json(&all);
    }
    Ok(end)
}

/// What a reading of the flag says, in one line.
pub fn said(flag: &Result<Flag, crate::aws::AwsError>) -> String {
    match flag {
        Ok(Flag::Present { value: FlagValue::Color(color), version, .. }) => {
            format!("{} is live (version {version})", color.title())
        }
        Ok(Flag::Present { value: FlagValue::Invalid(text), version, .. }) => {
            format!("no side is working: the flag holds {text:?} (version {version})")
        }
        Ok(Flag::Missing) => "no side is working: the flag is missing".to_owned(),
        Err(error) => format!("the flag could not be read: {error}"),
    }
}

fn as_json(
    pair: &Pair,
    flag: &Result<Flag, crate::aws::AwsError>,
    sides: &[(Color, (String, String)); 2],
) -> serde_json::Value {
    let (live, version, value) = match flag {
        Ok(flag @ Flag::Present { value, .. }) => (flag.color(), flag.version(), Some(value.as_str())),
        _ => (None, None, None),
    };
    let environments: serde_json::Map<_, _> = sides
        .iter()
        .map(|(color, (status, airflow))| (color.to_string(), json!({ "status": status, "airflow_version": airflow })))
        .collect();
    json!({
        "pair": pair.id(), "live": live, "version": version, "value": value,
        "missing": matches!(flag, Ok(Flag::Missing)),
        "error": flag.as_ref().err().map(|error| &error.message),
        "environments": environments,
        "runbook_url": pair.config.policy.runbook_url,
    })
}
