//! `CloudFormation` for alarms that are missing, to be copied into a template of one's own or deployed as it is.

use super::{
    Direction,
    recommended::{Recommended, Silence},
};
use crate::metrics::Statistic;

/// A whole template: a parameter for the topic that is told, and an alarm each.
pub fn template(alarms: &[&Recommended]) -> String {
    let mut out = String::from(
        "AWSTemplateFormatVersion: \"2010-09-09\"\n\
         Description: Alarms over a blue-green pair of MWAA environments\n\
         Parameters:\n\
         \x20 AlertTopic:\n\
         \x20   Type: String\n\
         \x20   Description: The ARN of the SNS topic that is told\n\
         Resources:\n",
    );
    for alarm in alarms {
        out.push_str(&alarm.resource());
    }
    out
}

impl Recommended {
    /// The resource, as it stands below `Resources`.
    pub fn resource(&self) -> String {
        let statistic = match self.statistic {
            Statistic::P95 => "ExtendedStatistic: p95".to_owned(),
            other => format!("Statistic: {}", other.as_str()),
        };
        let comparison = match self.direction {
            Direction::Above => "GreaterThanThreshold",
            Direction::Below => "LessThanThreshold",
        };
        let silence = match self.silence {
            Silence::Breaching => "breaching",
            Silence::NotBreaching => "notBreaching",
        };
        let dimensions: String = self
            .metric
            .dimensions
            .iter()
            .map(|(name, value)| format!("        - Name: {}\n          Value: {}\n", quoted(name), quoted(value)))
            .collect();
        format!(
            "  {}:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      \
             AlarmName: !Sub \"${{AWS::StackName}}-{}\"\n      AlarmDescription: {}\n      \
             Namespace: {}\n      MetricName: {}\n      Dimensions:\n{dimensions}      {statistic}\n      \
             Period: {}\n      EvaluationPeriods: {}\n      Threshold: {}\n      ComparisonOperator: {comparison}\n      \
             TreatMissingData: {silence}\n      AlarmActions:\n        - !Ref AlertTopic\n      OKActions:\n        \
             - !Ref AlertTopic\n",
            logical(&self.key),
            self.key,
            quoted(&self.says),
            quoted(&self.metric.namespace),
            quoted(&self.metric.name),
            self.period,
            self.periods,
            self.threshold.get(),
        )
    }
}

/// A logical id: letters and digits only, each word with a capital.
fn logical(key: &str) -> String {
    let mut words = key.split('-').filter(|word| !word.is_empty());
    words.by_ref().fold(String::new(), |mut out, word| {
        let mut signs = word.chars();
        out.extend(signs.next().map(|first| first.to_ascii_uppercase()));
        out.extend(signs);
        out
    })
}

/// A string of JSON is one of YAML: whatever a name holds, it ends where it ends.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
