use super::*;
use crate::{
    Millis, PairSnapshot,
    monitoring::{Span, fixture},
    platform::Platform,
    preflight::tests::fixture::{around, dag},
};
use std::sync::Arc;

const MINUTE: i64 = 60_000;

fn planned(pair: &PairSnapshot, title: &str) -> Planned {
    let mut charts = plan(pair, Span::Hour).charts;
    let at = charts.iter().position(|chart| chart.title == title).unwrap_or_else(|| panic!("no {title}"));
    charts.swap_remove(at)
}

fn points(values: &[(i64, f64)]) -> Vec<Point> {
    values
        .iter()
        .map(|(minute, value)| Point { at: Timestamp(minute * MINUTE), value: Amount::new(*value).expect("finite") })
        .collect()
}

/// The line of a chart, drawn from what is answered to each series by the metric's name and statistic.
fn drawn(chart: Planned, answered: impl Fn(&Series) -> Vec<Point>) -> Vec<Line> {
    let plan = Plan { charts: vec![chart], left_out: None };
    let answer: Answer = plan.series().into_iter().map(|series| (series.clone(), answered(&series))).collect();
    plan.draw(&answer, Timestamp(0), Timestamp(60 * MINUTE)).charts.swap_remove(0).lines
}

#[test]
fn both_sides_are_in_one_picture_and_each_is_asked_for_by_its_own_name() {
    let chart = planned(&fixture::pair(), "Queued tasks");
    let names: Vec<&Name> = chart.lines.iter().map(|(name, _)| name).collect();
    assert_eq!(names, [&Name::Side(Color::Blue), &Name::Side(Color::Green)]);
    let asked = Plan { charts: vec![chart], left_out: None }.series();
    let asked: Vec<String> = asked.iter().map(|series| series.metric.to_string()).collect();
    assert_eq!(
        asked,
        ["mwaa-blue-prod", "mwaa-green-prod"]
            .map(|name| format!("AmazonMWAA QueuedTasks Environment={name}, Function=Executor"))
    );
}

#[test]
fn the_names_of_the_lineage_service_are_those_that_were_found() {
    let series = plan(&fixture::pair(), Span::Day).series();
    let has = |metric: Metric| series.iter().any(|series| series.metric == metric);
    let balancer = [("LoadBalancer", "app/marquez/50dc"), ("TargetGroup", "targetgroup/marquez-api/73e2")];
    assert!(has(Metric::new("AWS/ApplicationELB", "TargetResponseTime", &balancer)));
    assert!(has(Metric::new("AWS/EC2", "CPUUtilization", &[("AutoScalingGroupName", "marquez-asg")])));
    assert!(has(Metric::new("AWS/RDS", "CPUUtilization", &[("DBInstanceIdentifier", "db-2")])));
    let lag = planned(&fixture::pair(), "Replica lag");
    assert_eq!((lag.unit, lag.lines.len()), (Unit::Millis, 1), "only the reader lags");
}

#[test]
fn of_what_is_not_there_or_could_not_be_read_nothing_is_asked_and_the_reason_is_told() {
    let mut pair = fixture::pair();
    pair.platform = Arc::new(Platform { balancer: fixture::absent("marquez"), ..Platform::default() });
    let charts = plan(&pair, Span::Day).charts;
    let absent = |title: &str| charts.iter().find(|chart| chart.title == title).and_then(|chart| chart.absent.clone());
    assert_eq!(absent("Requests").as_deref(), Some("There is no load balancer by the name of marquez."));
    assert_eq!(absent("Connections").as_deref(), Some("The database has not been read yet."));
    assert!(absent("CPU of the instances").is_some_and(|why| why.contains("has not been read")));
    let lineage = charts.iter().filter(|chart| chart.topic >= Topic::Lineage);
    assert!(lineage.into_iter().all(|chart| chart.lines.is_empty()));
}

#[test]
fn the_lag_of_a_standby_does_not_apply() {
    let mut pair = fixture::pair();
    let database = fixture::database(false, "postgres", true, &[("db", true)]);
    Arc::make_mut(&mut pair.platform).database = fixture::found("db", database);
    let lag = planned(&pair, "Replica lag");
    assert!(lag.lines.is_empty() && lag.absent.is_some_and(|why| why.contains("standby")));
}

#[test]
fn however_many_dags_there_are_one_call_is_enough_and_what_is_left_out_is_told() {
    let mut pair = fixture::pair();
    let many = (0..300).map(|n| dag(&format!("dag_{n:03}"), n % 2 == 0)).collect::<Vec<_>>();
    for color in Color::BOTH {
        around(&mut pair).side_mut(color).dags.succeed(many.clone(), Timestamp(1));
    }
    let plan = plan(&pair, Span::Week);
    assert!(plan.series().len() <= MOST_SERIES, "{}", plan.series().len());
    assert!(plan.left_out.is_some_and(|told| told.contains("520 are left out")));
    let asked = planned(&pair, "Scheduler lag");
    let (_, Of::Most(series)) = &asked.lines[0] else { panic!("{asked:?}") };
    assert!(
        series.iter().all(|series| series.metric.dimensions["DAG"]
            .trim_start_matches("dag_")
            .parse::<u32>()
            .expect("n")
            % 2
            == 1),
        "those that are not paused come first"
    );
}

#[test]
fn where_no_dag_is_known_that_is_told() {
    let mut pair = fixture::pair();
    pair.surroundings = Arc::default();
    let chart = planned(&pair, "Mean duration of a DAG run");
    assert!(chart.lines.is_empty() && chart.absent.is_some_and(|why| why.contains("neither side are known")));
}

#[test]
fn a_share_counts_what_ended_and_is_a_gap_where_nothing_did() {
    let lines = drawn(planned(&fixture::pair(), "Tasks that succeeded, of those that ended"), |series| {
        if series.metric.name == "TaskInstanceSuccesses" {
            points(&[(1, 3.0), (2, 0.0), (4, 5.0)])
        } else {
            points(&[(1, 1.0), (2, 0.0), (3, 2.0)])
        }
    });
    assert_eq!(lines[0].points, points(&[(1, 75.0), (3, 0.0), (4, 100.0)]));
}

#[test]
fn the_mean_duration_weighs_each_dag_by_its_runs() {
    let mut pair = fixture::pair();
    around(&mut pair).blue.dags.succeed(vec![dag("long", false), dag("short", false)], Timestamp(1));
    let lines = drawn(planned(&pair, "Mean duration of a DAG run"), |series| {
        match (series.metric.dimensions["DAG"].as_str(), series.statistic) {
            ("long", Statistic::Sum) => points(&[(1, 1000.0)]),
            ("long", _) => points(&[(1, 1.0)]),
            ("short", Statistic::Sum) => points(&[(1, 300.0)]),
            ("short", _) => points(&[(1, 3.0)]),
            _ => Vec::new(),
        }
    });
    assert_eq!(lines[0].points, points(&[(1, 325.0)]));
}

#[test]
fn points_outside_of_the_span_are_not_drawn() {
    let lines =
        drawn(planned(&fixture::pair(), "Queued tasks"), |_| points(&[(-1, 1.0), (0, 2.0), (59, 3.0), (60, 4.0)]));
    assert_eq!(lines[0].points, points(&[(0, 2.0), (59, 3.0)]));
}

#[test]
fn a_line_breaks_where_points_are_missing_by_its_own_usual_step() {
    let line = |values: &[(i64, f64)]| Line { name: Name::Side(Color::Blue), points: points(values) };
    let pieces = |line: &Line| line.pieces(Millis::from_secs(60)).iter().map(|piece| piece.len()).collect::<Vec<_>>();
    assert_eq!(pieces(&line(&[(0, 1.0), (1, 1.0), (2, 1.0), (5, 1.0), (6, 1.0)])), [3, 2]);
    assert_eq!(pieces(&line(&[(0, 1.0), (5, 1.0), (10, 1.0), (15, 1.0), (30, 1.0)])), [4, 1]);
    assert_eq!(pieces(&line(&[(0, 1.0), (1, 1.0), (30, 1.0), (58, 1.0), (59, 1.0)])), [2, 1, 2]);
    assert_eq!(pieces(&line(&[])), Vec::<usize>::new());
}

#[test]
fn no_amount_is_infinite_or_no_number() {
    assert_eq!((Amount::new(f64::NAN), Amount::new(f64::INFINITY)), (None, None));
}
