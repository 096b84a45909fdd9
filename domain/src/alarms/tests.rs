use super::*;
use crate::{
    PairSnapshot, Reading,
    metrics::Amount,
    monitoring::fixture::{self, absent, found},
    platform::Platform,
    preflight::tests::fixture::{NOW, change},
};
use std::sync::Arc;

fn platform(pair: &mut PairSnapshot) -> &mut Platform {
    Arc::make_mut(&mut pair.platform)
}

fn recommended(pair: &PairSnapshot) -> Vec<Recommended> {
    wanted(pair).into_iter().filter_map(|wanted| wanted.what.ok()).collect()
}

fn one(pair: &PairSnapshot, key: &str) -> Recommended {
    recommended(pair).into_iter().find(|alarm| alarm.key == key).unwrap_or_else(|| panic!("no {key}"))
}

fn existing(alarm: &Recommended, state: AlarmState) -> Existing {
    Existing {
        name: "by-whatever-name".into(),
        state,
        since: Some(NOW),
        watches: vec![alarm.metric.clone()],
        direction: Some(alarm.direction),
        tells: true,
    }
}

fn standing(pair: &PairSnapshot, key: &str, existing: &[Existing]) -> Standing {
    let metric = one(pair, key).metric;
    let at = wanted(pair).iter().position(|wanted| wanted.what.as_ref().is_ok_and(|alarm| alarm.metric == metric));
    compare(wanted(pair), &Alarms { existing: existing.to_vec(), cut_off: false })
        .swap_remove(at.expect("wanted"))
        .standing
}

fn why_not(pair: &PairSnapshot, title: &str) -> Why {
    let wanted = wanted(pair).into_iter().find(|wanted| wanted.title == title).unwrap_or_else(|| panic!("no {title}"));
    wanted.what.expect_err("nothing to recommend")
}

#[test]
fn every_alarm_of_the_guides_is_wanted_for_both_sides_and_for_the_lineage_service() {
    let metrics: Vec<String> = recommended(&fixture::pair()).into_iter().map(|alarm| alarm.metric.name).collect();
    let count = |name: &str| metrics.iter().filter(|metric| *metric == name).count();
    for (name, times) in [
        ("SchedulerHeartbeat", 2),
        ("QueuedTasks", 2),
        ("RunningTasks", 2),
        ("TaskInstanceFailures", 2),
        ("UnHealthyHostCount", 2),
        ("TargetResponseTime", 2),
        ("HTTPCode_Target_5XX_Count", 2),
        ("CPUUtilization", 1),
        ("DatabaseConnections", 1),
        ("FreeableMemory", 1),
        ("AuroraReplicaLag", 1),
    ] {
        assert_eq!(count(name), times, "{name}");
    }
}

#[test]
fn keys_are_short_names_and_no_two_are_the_same() {
    let mut keys: Vec<String> = recommended(&fixture::pair()).into_iter().map(|alarm| alarm.key).collect();
    assert!(
        keys.iter()
            .all(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'))
    );
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

#[test]
fn an_alarm_is_matched_by_its_metric_and_all_its_dimensions_and_not_by_its_name() {
    let pair = fixture::pair();
    let beat = one(&pair, "blue-scheduler-heartbeat");
    let there =
        |alarm: Existing| matches!(standing(&pair, "blue-scheduler-heartbeat", &[alarm]), Standing::There { .. });
    assert!(there(existing(&beat, AlarmState::Fine)));
    let mut other_side = existing(&beat, AlarmState::Fine);
    other_side.watches = vec![one(&pair, "green-scheduler-heartbeat").metric];
    assert!(!there(Existing { name: beat.key.clone(), ..other_side }));
    let mut fewer = existing(&beat, AlarmState::Fine);
    fewer.watches[0].dimensions.remove("Function");
    assert!(!there(fewer), "another set of dimensions is another metric");
}

#[test]
fn one_that_rings_on_the_good_side_of_a_threshold_is_none() {
    let pair = fixture::pair();
    let beat = one(&pair, "blue-scheduler-heartbeat");
    let alarm = |direction| Existing { direction, ..existing(&beat, AlarmState::Fine) };
    let missing =
        |direction| matches!(standing(&pair, "blue-scheduler-heartbeat", &[alarm(direction)]), Standing::Missing(_));
    assert!(missing(Some(Direction::Above)));
    assert!(!missing(Some(Direction::Below)) && !missing(None));
}

#[test]
fn of_several_over_the_same_metric_the_one_that_rings_is_told() {
    let pair = fixture::pair();
    let beat = one(&pair, "blue-scheduler-heartbeat");
    let alarm = |name: &str, state, tells| Existing { name: name.into(), tells, ..existing(&beat, state) };
    let told = |alarms: &[Existing]| match standing(&pair, "blue-scheduler-heartbeat", alarms) {
        Standing::There { alarm, more } => (alarm.name, more),
        other => panic!("{other:?}"),
    };
    let (fine, mute) = (alarm("fine", AlarmState::Fine, true), alarm("mute", AlarmState::Fine, false));
    let rings = alarm("rings", AlarmState::Alarm, false);
    let none = alarm("none", AlarmState::NoData, true);
    assert_eq!(told(&[none.clone(), mute.clone(), fine.clone(), rings]), ("rings".into(), 3));
    assert_eq!(told(&[none, mute, fine]), ("fine".into(), 2));
}

#[test]
fn an_alarm_over_the_whole_load_balancer_tells_of_its_target_groups_but_not_of_their_hosts() {
    let pair = fixture::pair();
    let over_all = |name: &str| Existing {
        watches: vec![Metric::new("AWS/ApplicationELB", name, &[("LoadBalancer", "app/marquez/50dc")])],
        ..existing(&one(&pair, "lineage-api-answers-with-5xx"), AlarmState::Fine)
    };
    let there = |key: &str, alarm| matches!(standing(&pair, key, &[alarm]), Standing::There { .. });
    assert!(there("lineage-api-answers-with-5xx", over_all("HTTPCode_Target_5XX_Count")));
    assert!(!there("lineage-api-unhealthy-hosts", over_all("UnHealthyHostCount")));
}

#[test]
fn what_does_not_exist_needs_no_alarm_and_what_could_not_be_read_is_said() {
    let mut pair = fixture::pair();
    platform(&mut pair).balancer = absent("marquez");
    assert_eq!(
        why_not(&pair, "Response time"),
        Why::NotApplicable("There is no load balancer by the name of marquez.".into())
    );
    let mut unread = Reading::default();
    unread.fail("rds:DescribeDBClusters is not allowed for these credentials: add it to Teal's policy.", NOW);
    platform(&mut pair).database = unread;
    assert!(matches!(why_not(&pair, "Database CPU"), Why::Unread(why) if why.contains("rds:DescribeDBClusters")));
    platform(&mut pair).database = Reading::default();
    assert!(matches!(why_not(&pair, "Replica lag"), Why::Unread(why) if why.contains("not been read yet")));
}

#[test]
fn replica_lag_goes_by_another_metric_on_aurora_and_does_not_apply_to_a_standby() {
    let lag = |cluster, engine: &str, multi_az, members: &[(&str, bool)]| {
        let mut pair = fixture::pair();
        platform(&mut pair).database = found("db", fixture::database(cluster, engine, multi_az, members));
        let wanted = wanted(&pair).pop().expect("the last one");
        wanted.what.map(|alarm| (alarm.metric.name, alarm.metric.dimensions["DBInstanceIdentifier"].clone()))
    };
    let two = [("w", true), ("r", false)];
    assert_eq!(lag(true, "aurora-postgresql", true, &two), Ok(("AuroraReplicaLag".into(), "r".into())));
    assert_eq!(lag(true, "postgres", true, &two), Ok(("ReplicaLag".into(), "r".into())));
    for (cluster, multi_az) in [(false, true), (false, false), (true, false)] {
        let why = lag(cluster, "postgres", multi_az, &[("w", true)]);
        assert!(matches!(why, Err(Why::NotApplicable(_))), "{cluster} {multi_az}: {why:?}");
    }
}

#[test]
fn thresholds_follow_what_the_pair_is_made_of_and_say_so_where_that_is_not_known() {
    let mut pair = fixture::pair();
    // mw1.small with ten workers takes fifty tasks; a medium one a hundred.
    assert_eq!(one(&pair, "blue-queued-tasks").threshold, Amount::whole(50));
    change(&mut pair.blue, |blue| blue.class = Some("mw1.medium".into()));
    assert_eq!(one(&pair, "blue-queued-tasks").threshold, Amount::whole(100));
    assert_eq!(one(&pair, "blue-running-tasks").threshold, Amount::whole(90));
    change(&mut pair.blue, |blue| (blue.class, blue.workers) = (Some("mw1.small".into()), Some((1, 1))));
    assert_eq!(one(&pair, "blue-running-tasks").threshold, Amount::whole(4), "five of five must be above it");
    change(&mut pair.blue, |blue| blue.class = Some("mw9.gigantic".into()));
    assert!(one(&pair, "blue-queued-tasks").why.contains("not known"));
    // 4 GiB: 450 connections.
    assert_eq!(one(&pair, "lineage-database-connections").threshold, Amount::whole(360));
    assert!(one(&pair, "lineage-database-memory").why.contains("4096 MiB"));
    let mut other = fixture::database(false, "postgres", true, &[("db", true)]);
    other.members[0].class = Some("db.x9.huge".into());
    platform(&mut pair).database = found("db", other);
    assert!(one(&pair, "lineage-database-memory").why.contains("not known"));
}

#[test]
fn a_scheduler_that_writes_nothing_sets_its_alarm_off() {
    let resource = one(&fixture::pair(), "blue-scheduler-heartbeat").resource();
    assert!(
        resource.contains("TreatMissingData: breaching") && resource.contains("ComparisonOperator: LessThanThreshold")
    );
}

#[test]
fn the_snippet_is_a_whole_alarm_with_the_pairs_own_names() {
    let resource = one(&fixture::pair(), "blue-queued-tasks").resource();
    let expected = r#"  BlueQueuedTasks:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Sub "${AWS::StackName}-blue-queued-tasks"
      AlarmDescription: "Tasks wait for workers on blue (mwaa-blue-prod)"
      Namespace: "AmazonMWAA"
      MetricName: "QueuedTasks"
      Dimensions:
        - Name: "Environment"
          Value: "mwaa-blue-prod"
        - Name: "Function"
          Value: "Executor"
      Statistic: Minimum
      Period: 300
      EvaluationPeriods: 3
      Threshold: 50
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      AlarmActions:
        - !Ref AlertTopic
      OKActions:
        - !Ref AlertTopic
"#;
    assert_eq!(resource, expected);
    let slow = one(&fixture::pair(), "lineage-api-response-time").resource();
    assert!(
        slow.contains("      ExtendedStatistic: p95\n") && slow.contains("Value: \"targetgroup/marquez-api/73e2\"")
    );
}

#[test]
fn whatever_a_name_holds_it_stays_inside_its_quotes() {
    let mut pair = fixture::pair();
    pair.names.blue = "a\": b\n# ${c}\\".into();
    let resource = one(&pair, "blue-queued-tasks").resource();
    assert!(resource.contains(r#"Value: "a\": b\n# ${c}\\""#), "{resource}");
    assert_eq!(resource.lines().count(), one(&fixture::pair(), "blue-queued-tasks").resource().lines().count());
}

#[test]
fn the_template_has_the_topic_and_each_alarm_once() {
    let alarms = recommended(&fixture::pair());
    let template = template(&alarms.iter().collect::<Vec<_>>());
    assert!(template.starts_with("AWSTemplateFormatVersion") && template.contains("  AlertTopic:\n    Type: String\n"));
    assert_eq!(template.matches("Type: AWS::CloudWatch::Alarm").count(), alarms.len());
}

#[test]
fn what_asks_for_something_comes_first() {
    let pair = fixture::pair();
    let beat = one(&pair, "blue-scheduler-heartbeat");
    let there = |state, tells| Standing::There { alarm: Existing { tells, ..existing(&beat, state) }, more: 0 };
    let order = [
        there(AlarmState::Alarm, true),
        Standing::Missing(beat.clone()),
        Standing::Not(Why::Unread(String::new())),
        there(AlarmState::NoData, true),
        there(AlarmState::Fine, true),
        Standing::Not(Why::NotApplicable(String::new())),
    ];
    let ranks: Vec<u8> = order.iter().map(Standing::rank).collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
    assert_eq!(there(AlarmState::Fine, false).rank(), there(AlarmState::NoData, true).rank());
}

#[test]
fn where_not_all_alarms_were_read_none_is_called_missing() {
    let alarms = Alarms { existing: Vec::new(), cut_off: true };
    let entries = compare(wanted(&fixture::pair()), &alarms);
    assert!(entries.iter().all(|entry| matches!(entry.standing, Standing::Not(Why::Unread(_)))), "{entries:?}");
}
