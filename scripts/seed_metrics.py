"""What CloudWatch has seen: a day of metrics every five minutes, and the alarms over them.

Blue is live and busy, green stands by. The values follow the hour of the day and a fixed random seed, so that two
worlds made at the same moment are alike.
"""

from __future__ import annotations

import math
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Callable, NamedTuple

import field

STEP = timedelta(minutes=5)
# A heartbeat is looked for in the last minutes.
A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
# Those that run often enough to have something to tell every five minutes.
DAGS = ("clickstream", "orders")
# PutMetricData takes this many points a call.
POINTS_A_CALL = 1000


class Series(NamedTuple):
    """One metric: `shape` gives its value for the hour of the day (0 to 24) and a random source."""

    namespace: str
    name: str
    unit: str
    dimensions: dict[str, str]
    shape: Callable[[float, random.Random], float]
    step: timedelta = STEP


def flat(level: float, spread: float = 0.0):
    return lambda hour, chance: max(0.0, level + chance.uniform(-spread, spread))


def whole(level: float, spread: float):
    return lambda hour, chance: float(max(0, round(level + chance.uniform(-spread, spread))))


def daily(low: float, high: float, spread: float):
    """Low at night, high when the morning's batches run."""

    def shape(hour: float, chance: random.Random) -> float:
        busy = math.exp(-(((hour - 6.0) / 2.5) ** 2)) + 0.5 * math.exp(-(((hour - 14.0) / 4.0) ** 2))
        return max(0.0, low + (high - low) * min(busy, 1.0) + chance.uniform(-spread, spread))

    return shape


def daily_whole(low: float, high: float, spread: float):
    shape = daily(low, high, spread)
    return lambda hour, chance: float(round(shape(hour, chance)))


def heartbeat(color: str, pair: str = field.ENV) -> Series:
    """Two schedulers beat every five seconds."""
    dims = {"Environment": field.environment(color, pair), "Function": "Scheduler"}
    return Series("AmazonMWAA", "SchedulerHeartbeat", "Count", dims, whole(24, 1), A_MINUTE)


def airflow_series(color: str) -> list[Series]:
    name = field.environment(color)
    live = color == "blue"

    def airflow(metric, shape, **dimensions):
        return Series("AmazonMWAA", metric, "Count", {"Environment": name, **dimensions}, shape)

    def container(metric, cluster, shape):
        return Series("AWS/MWAA", metric, "Percent", {"Environment": name, "Cluster": cluster}, shape)

    def database(metric, unit, shape):
        return Series("AWS/MWAA", metric, unit, {"Environment": name, "DatabaseRole": "WRITER"}, shape)

    busy = {"Function": "Executor"}
    return [
        heartbeat(color),
        airflow("QueuedTasks", daily_whole(0, 9 if live else 1, 1), **busy),
        airflow("RunningTasks", daily_whole(1 if live else 0, 14 if live else 1, 1), **busy),
        airflow("OpenSlots", daily_whole(31, 18 if live else 31, 1), **busy),
        airflow("TaskInstanceFailures", whole(0.1 if live else 0, 0.5 if live else 0), DAG="All", Task="All"),
        airflow("TaskInstanceSuccesses", daily_whole(3, 44 if live else 6, 2), DAG="All", Task="All"),
        airflow("DagBagSize", flat(27), Function="DAG Processing"),
        airflow("ImportErrors", flat(0), Function="DAG Processing"),
        airflow("TotalParseTime", flat(6.2, 0.6), Function="DAG Processing"),
        container("CPUUtilization", "BaseWorker", daily(9, 71 if live else 14, 4)),
        container("CPUUtilization", "Scheduler", daily(17, 38 if live else 20, 3)),
        container("CPUUtilization", "WebServer", daily(4, 12 if live else 5, 1)),
        container("MemoryUtilization", "BaseWorker", daily(38, 63 if live else 40, 2)),
        container("MemoryUtilization", "Scheduler", flat(52 if live else 47, 2)),
        container("MemoryUtilization", "WebServer", flat(44, 1)),
        database("CPUUtilization", "Percent", daily(6, 24 if live else 8, 1)),
        database("DatabaseConnections", "Count", daily_whole(21, 38 if live else 24, 1)),
        Series("AWS/MWAA", "ApproximateAgeOfOldestTask", "Seconds", {"Environment": name}, daily_whole(0, 42 if live else 3, 2)),
        *(one for dag in DAGS if live for one in dag_series(name, dag)),
    ]


def dag_series(environment: str, dag: str) -> list[Series]:
    """What Airflow tells of the runs of one DAG."""

    def of(metric, shape):
        return Series("AmazonMWAA", metric, "Milliseconds", {"Environment": environment, "DAG": dag}, shape)

    return [
        of("DAGDurationSuccess", daily(24_000, 61_000, 8_000)),
        of("DAGScheduleDelay", daily(700, 5_200, 400)),
    ]


def marquez_series(load_balancer: str, groups: dict[str, str]) -> list[Series]:
    """`load_balancer` and the `groups` by port name are the last parts of their ARNs, as CloudWatch has them."""
    series = []
    for port, group in groups.items():
        api = port == "api"
        dims = {"LoadBalancer": load_balancer, "TargetGroup": group}

        def alb(metric, unit, shape, dims=dims):
            return Series("AWS/ApplicationELB", metric, unit, dims, shape)

        series += [
            alb("HealthyHostCount", "Count", flat(2)),
            alb("UnHealthyHostCount", "Count", flat(0)),
            alb("RequestCount", "Count", daily_whole(40, 620, 15) if api else daily_whole(0, 22, 3)),
            # Lineage answers slowly all day long: this is what the alarm over it is about.
            alb("TargetResponseTime", "Seconds", daily(1.1, 1.9, 0.1) if api else flat(0.02, 0.01)),
            alb("HTTPCode_Target_2XX_Count", "Count", daily_whole(40, 615, 15) if api else daily_whole(0, 22, 3)),
        ]
    for number, role in enumerate(("writer", "reader"), start=1):
        writer = role == "writer"
        dims = {"DBInstanceIdentifier": f"{field.DATABASE}-{number}"}

        def rds(metric, unit, shape, dims=dims):
            return Series("AWS/RDS", metric, unit, dims, shape)

        series += [
            rds("CPUUtilization", "Percent", daily(7, 31, 2) if writer else flat(5, 1)),
            rds("DatabaseConnections", "Count", daily_whole(18, 34, 1) if writer else whole(3, 1)),
            rds("FreeableMemory", "Bytes", flat(1.42e9 if writer else 1.9e9, 4e7)),
        ]
    series.append(
        Series("AWS/AutoScaling", "GroupInServiceInstances", "Count", {"AutoScalingGroupName": f"{field.MARQUEZ}-asg"}, flat(2))
    )
    return series


def points(series: Series, moments: list[datetime]) -> list[dict]:
    found = []
    dimensions = [{"Name": name, "Value": value} for name, value in series.dimensions.items()]
    for moment in moments:
        chance = random.Random(f"{series.name}{sorted(series.dimensions.items())}{moment.timestamp()}")
        hour = moment.hour + moment.minute / 60
        found.append(
            {
                "MetricName": series.name,
                "Dimensions": dimensions,
                "Timestamp": moment,
                "Value": round(series.shape(hour, chance), 3),
                "Unit": series.unit,
            }
        )
    return found


def moments(since: datetime, until: datetime, step: timedelta) -> list[datetime]:
    """The whole steps after `since`, up to `until`."""
    found, length = [], step.total_seconds()
    moment = datetime.fromtimestamp(since.timestamp() // length * length, timezone.utc) + step
    while moment <= until:
        found.append(moment)
        moment += step
    return found


def put(cloudwatch, all_series: list[Series], since: datetime, until: datetime) -> int:
    """Writes every series at each of its moments. Answers how many points that were."""
    by_namespace: dict[str, list[dict]] = {}
    for series in all_series:
        by_namespace.setdefault(series.namespace, []).extend(points(series, moments(since, until, series.step)))
    calls = [
        {"Namespace": namespace, "MetricData": data[at : at + POINTS_A_CALL]}
        for namespace, data in by_namespace.items()
        for at in range(0, len(data), POINTS_A_CALL)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda call: cloudwatch.put_metric_data(**call), calls))
    return sum(len(data) for data in by_namespace.values())


class Alarm(NamedTuple):
    name: str
    says: str
    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    periods: int
    comparison: str
    threshold: float
    state: str
    because: str


def alarms(load_balancer: str, groups: dict[str, str], pairs: list[str]) -> list[Alarm]:
    """Eleven alarms: eight quiet, one that rings, two that have nothing to go by; and the heartbeats of each pair more."""
    found = []
    for pair, color in ((pair, color) for pair in pairs for color in field.COLORS):
        name = field.environment(color, pair)
        found += [
            Alarm(f"{name}-scheduler-heartbeat", f"No scheduler of {color} beats", "AmazonMWAA", "SchedulerHeartbeat",
                  {"Environment": name, "Function": "Scheduler"}, "Sum", 3, "LessThanThreshold", 1, "OK", ""),
        ]
        if pair != field.ENV:
            continue
        found += [
            Alarm(f"{name}-queued-tasks", f"Tasks of {color} wait for workers", "AmazonMWAA", "QueuedTasks",
                  {"Environment": name, "Function": "Executor"}, "Average", 3, "GreaterThanThreshold", 50, "OK", ""),
            Alarm(f"{name}-failed-tasks", f"Many tasks of {color} fail", "AmazonMWAA", "TaskInstanceFailures",
                  {"Environment": name, "DAG": "All", "Task": "All"}, "Sum", 3, "GreaterThanThreshold", 20, "OK", ""),
        ]
    target = {"LoadBalancer": load_balancer, "TargetGroup": groups["api"]}
    found += [
        Alarm(f"{field.MARQUEZ}-unhealthy-hosts", "A Marquez host is unhealthy", "AWS/ApplicationELB", "UnHealthyHostCount",
              target, "Maximum", 2, "GreaterThanThreshold", 0, "OK", ""),
        Alarm(f"{field.MARQUEZ}-response-time", "Marquez answers slowly", "AWS/ApplicationELB", "TargetResponseTime",
              target, "Maximum", 3, "GreaterThanThreshold", 1.0, "ALARM",
              "Threshold Crossed: 3 datapoints were greater than the threshold (1.0)."),
        # A load balancer writes no point for what did not happen: without an error there is no data.
        Alarm(f"{field.MARQUEZ}-5xx", "Marquez answers with errors", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count",
              target, "Sum", 1, "GreaterThanThreshold", 10, "INSUFFICIENT_DATA",
              "Insufficient Data: 1 datapoint was unknown."),
        Alarm(f"{field.DATABASE}-cpu", "The lineage database works hard", "AWS/RDS", "CPUUtilization",
              {"DBInstanceIdentifier": f"{field.DATABASE}-1"}, "Average", 3, "GreaterThanThreshold", 80, "OK", ""),
        Alarm(f"{field.DATABASE}-replica-lag", "The lineage database's reader lags", "AWS/RDS", "ReplicaLag",
              {"DBInstanceIdentifier": f"{field.DATABASE}-2"}, "Maximum", 1, "GreaterThanThreshold", 30,
              "INSUFFICIENT_DATA", "Insufficient Data: 1 datapoint was unknown."),
    ]
    return found


def put_alarms(cloudwatch, wanted: list[Alarm], topic: str) -> None:
    """After the metrics: creating an alarm makes the emulator look at them, and most states come about that way."""

    def one(alarm: Alarm) -> None:
        cloudwatch.put_metric_alarm(
            AlarmName=alarm.name,
            AlarmDescription=alarm.says,
            ActionsEnabled=True,
            AlarmActions=[topic],
            OKActions=[topic],
            Namespace=alarm.namespace,
            MetricName=alarm.metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
            Statistic=alarm.statistic,
            Period=300,
            EvaluationPeriods=alarm.periods,
            Threshold=alarm.threshold,
            ComparisonOperator=alarm.comparison,
            TreatMissingData="missing",
            Tags=[{"Key": name, "Value": value} for name, value in field.TAGS.items()],
        )
        if alarm.because:
            cloudwatch.set_alarm_state(AlarmName=alarm.name, StateValue=alarm.state, StateReason=alarm.because)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, wanted))
