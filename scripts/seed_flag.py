"""The parts of the world that need a past: the flag with its versions, the environments with their dates.

No API call can write a parameter version of last spring. So these two are laid down as the emulator's own saved
state before it starts; where that cannot be done, `seed.py` makes them by calls, and they are as old as now.
"""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import field

# SSM keeps no more than this many versions of a parameter; older ones are forgotten.
KEPT_VERSIONS = 100

DEPLOYER = f"arn:aws:sts::{field.ACCOUNT}:assumed-role/cdk-hnb659fds-deploy-role/AWSCDK-deploy"
PEOPLE = [
    f"arn:aws:sts::{field.ACCOUNT}:assumed-role/platform-operators/{who}"
    for who in ("ines.ferreira", "tomasz.nowak", "amara.okafor", "kenji.watanabe")
]
SCRIPT = f"arn:aws:iam::{field.ACCOUNT}:user/switch-script"

REASONS = {
    "blue": [
        "Back to blue: DAG import errors on green after the provider upgrade",
        "Drill over, back to blue",
        "Green goes into its maintenance window",
        "Requirements refreshed and tested on blue",
    ],
    "green": [
        "Quarterly failover drill",
        "Green has Airflow 3.0.6, trying it for a week",
        "Scheduler heartbeat missing on blue",
        "Blue gets larger workers",
    ],
}
# How long ago the flag was made.
FIRST = 397.0


def versions(count: int, now: datetime) -> list[dict]:
    """The flag's past, oldest first: made thirteen months ago as blue, blue again for two days now.

    The same for the same `count` and `now`.
    """
    chance = random.Random(11)
    # Backwards from today, for what matters is where it ends.
    colors, ages = ["blue"], [2.3]
    while len(colors) < count:
        # Now and then somebody put the colour that was live already.
        repeat = chance.random() < 0.13
        colors.append(colors[-1] if repeat else other(colors[-1]))
        # Some switches were undone within the hour, most stayed for days.
        ages.append(ages[-1] + (chance.uniform(0.01, 0.05) if chance.random() < 0.2 else chance.uniform(4, 24)))
    stretch = (FIRST - ages[0]) / (ages[-1] - ages[0]) if count > 1 else 1.0
    ages = [ages[0] + (age - ages[0]) * stretch for age in ages]
    if count > 1:
        colors[-1] = "blue"
    colors.reverse()
    ages.reverse()

    past, description = [], ""
    for number, (color, age) in enumerate(zip(colors, ages), start=1):
        who = DEPLOYER if number == 1 else chance.choice([*PEOPLE, SCRIPT])
        # The script never says why. A description left out is carried over from the version before, as SSM does.
        if number > 1 and who != SCRIPT and chance.random() < 0.7:
            description = chance.choice(REASONS[color])
        past.append(version(number, field.FLAG, color, now - timedelta(days=age), who, description))
    return past[-KEPT_VERSIONS:]


def prod_versions(now: datetime) -> list[dict]:
    """The past of the second pair's flag, oldest first: few switches, each with its change, green for twelve days."""
    ticketed = [("blue", 211, ""), ("green", 140, "CHG0004410"), ("blue", 139.9, "CHG0004410, taken back"), ("green", 71, "CHG0004893"), ("blue", 33, "CHG0005127"), ("green", 12.4, "CHG0005306")]
    who = [DEPLOYER, *PEOPLE, PEOPLE[0]]
    return [version(number, field.FLAGS[field.PROD], color, now - timedelta(days=age), by, says) for number, ((color, age, says), by) in enumerate(zip(ticketed, who), start=1)]


def version(number: int, name: str, color: str, at: datetime, who: str, says: str) -> dict:
    """One version, as the emulator keeps it."""
    return {
        "Name": name,
        "Value": color,
        "OriginalValue": color,
        "Type": "String",
        "KeyId": "",
        "Version": number,
        "LastModifiedDate": round(at.timestamp(), 3),
        "LastModifiedUser": who,
        "Description": says,
        "AllowedPattern": "",
        "Tier": "Standard",
        "Policies": [],
        "DataType": "text",
        "Labels": [],
    }


def other(color: str) -> str:
    return "green" if color == "blue" else "blue"


def environment(color: str, now: datetime, pair: str = field.ENV) -> dict:
    """One environment as GetEnvironment answers it."""
    name = field.environment(color, pair)
    updated = now - timedelta(days=47 if color == "blue" else 9, hours=3)
    return {
        "Name": name,
        "AirflowVersion": field.airflow(color, pair),
        "EnvironmentClass": "mw1.small",
        "WebserverAccessMode": "PUBLIC_ONLY",
        "SourceBucketArn": f"arn:aws:s3:::{field.bucket(color, pair)}",
        "DagS3Path": "dags",
        "RequirementsS3Path": "requirements.txt",
        "ExecutionRoleArn": field.role(f"{name}-execution"),
        "NetworkConfiguration": {"SubnetIds": field.SUBNETS, "SecurityGroupIds": [field.SECURITY_GROUP]},
        "AirflowConfigurationOptions": {
            "core.load_examples": "False",
            "custom.environment_color": color,
            "openlineage.namespace": name,
        },
        "LoggingConfiguration": {
            part: {"Enabled": True, "LogLevel": "INFO", "CloudWatchLogGroupArn": log_group(name, part)}
            for part in ("DagProcessingLogs", "SchedulerLogs", "TaskLogs", "WebserverLogs", "WorkerLogs")
        },
        "MaxWorkers": 5,
        "MinWorkers": 1,
        "Schedulers": 2,
        "MaxWebservers": 2,
        "MinWebservers": 2,
        "WeeklyMaintenanceWindowStart": "SUN:03:30" if color == "blue" else "WED:03:30",
        "Tags": {**field.TAGS, "Environment": pair, "Name": name, "Color": color},
        "CreatedAt": (now - timedelta(days=412 if color == "blue" else 398)).timestamp(),
        "LastUpdate": {"Status": "SUCCESS", "CreatedAt": updated.timestamp(), "Source": "api"},
    }


def log_group(name: str, part: str) -> str:
    kind = part.removesuffix("Logs")
    return f"arn:aws:logs:{field.REGION}:{field.ACCOUNT}:log-group:airflow-{name}-{kind}"


def write_saved_state(folder: Path, now: datetime, count: int, pairs: list[str]) -> None:
    """Lays down the flags and the environments where the emulator looks for its saved state."""
    past = {field.FLAGS[pair]: versions(count, now) if pair == field.ENV else prod_versions(now) for pair in pairs}
    arn = f"arn:aws:ssm:{field.REGION}:{field.ACCOUNT}:parameter"
    parameters = {name: {**found[-1], "ARN": f"{arn}{name}"} for name, found in past.items()}
    save(folder, "ssm", 2, parameters=scoped(parameters), parameter_history=scoped(past))
    environments = {}
    # The first pair first: its sides have the first Airflow ports.
    for pair, color in ((pair, color) for pair in pairs for color in field.COLORS):
        env = environment(color, now, pair)
        env["Arn"] = f"arn:aws:airflow:{field.REGION}:{field.ACCOUNT}:environment/{env['Name']}"
        env["Status"] = "AVAILABLE"
        env["ServiceRoleArn"] = field.role("aws-service-role/airflow.amazonaws.com/AWSServiceRoleForAmazonMWAA")
        environments[env["Name"]] = env
    save(folder, "mwaa", 3, environments=scoped(environments))


def save(folder: Path, service: str, version: int, **payload) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{service}.json").write_text(json.dumps({"__ministack_format__": version, "payload": payload}))


def scoped(entries: dict) -> dict:
    """How the emulator writes down what belongs to one account and region."""
    return {
        "__account_region_scoped__": True,
        "data": {f"{field.ACCOUNT}\x00{field.REGION}\x00{name!r}": entry for name, entry in entries.items()},
    }
