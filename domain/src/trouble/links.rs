//! Where to look further: the log groups of both sides, and their Airflows.

use super::Gathered;
use crate::{
    Color,
    console::{self, encoded},
};
use serde::{Deserialize, Serialize};

/// A way out of Teal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The side that it is about.
    pub side: Color,
    /// What is there.
    pub label: String,
    /// The address.
    pub address: String,
}

/// All of them, side by side.
pub(super) fn of(gathered: &Gathered) -> Vec<Link> {
    let sides = Color::BOTH.into_iter().filter_map(|color| {
        let environment = gathered.side(color).environment.as_ref().ok()?;
        let link = |label: String, address: String| Link { side: color, label, address };
        let airflow = environment.web_address.as_deref().filter(|host| is_host(host));
        let airflow = airflow.map(|host| link("Airflow".to_owned(), format!("https://{host}")));
        let groups = environment.setup.log_groups.iter();
        let groups = groups.map(|(_, group)| link(group.clone(), log_group(&gathered.region, group)));
        Some(airflow.into_iter().chain(groups).collect::<Vec<_>>())
    });
    sides.flatten().collect()
}

/// The page of a log group in the console of CloudWatch.
pub fn log_group(region: &str, group: &str) -> String {
    // Behind the `#` the console wants what was encoded twice, with `$` for the second `%`.
    let group = encoded(&encoded(group)).replace('%', "$");
    console::home(region, "cloudwatch", &format!("logsV2:log-groups/log-group/{group}"))
}

/// The host comes from AWS; what is no plain name of one is not made a link.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_group_is_encoded_as_its_console_wants_it() {
        assert_eq!(
            log_group("us-east-2", "airflow-blue-env-Task"),
            "https://us-east-2.console.aws.amazon.com/cloudwatch/home?region=us-east-2\
             #logsV2:log-groups/log-group/airflow-blue-env-Task"
        );
        let nested = log_group("eu-central-1", "/aws/x y");
        assert!(nested.ends_with("/log-group/$252Faws$252Fx$2520y"), "{nested}");
        assert!(log_group("cn-north-1", "a").starts_with("https://cn-north-1.console.amazonaws.cn/"));
        assert!(log_group("us-gov-west-1", "a").contains("console.amazonaws-us-gov.com/"));
    }

    #[test]
    fn nothing_in_a_name_leaves_the_address() {
        let odd = log_group("us-east-2", "a\"><script>#?&");
        assert!(!odd.contains(['"', '<', '>']) && odd.matches(['#', '?', '&']).count() == 2, "{odd}");
    }
}
