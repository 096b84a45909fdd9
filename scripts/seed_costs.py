"""What the platform cost: fourteen months by day, as a bill would have it, with the stories that a page about costs should tell.

Nothing is put anywhere here. `emulated/costs.py` answers from it as Cost Explorer would, and `seed_bills.py` fills the store of a
Teal with what it would have read on the days before.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import field

AIRFLOW = "Amazon Managed Workflows for Apache Airflow"
RDS = "Amazon Relational Database Service"
COMPUTE = "Amazon Elastic Compute Cloud - Compute"
OTHER = "EC2 - Other"
BALANCING = "Amazon Elastic Load Balancing"
WATCH = "AmazonCloudWatch"
VPC = "Amazon Virtual Private Cloud"
SECRETS = "AWS Secrets Manager"
S3 = "Amazon Simple Storage Service"

DAYS_A_MONTH = 730 / 24
MONTHS = 14


@dataclass(frozen=True)
class Line:
    """Something that costs so many dollars a month of 730 hours. A day differs from its neighbours by as much as it swings."""

    service: str
    usage: str
    monthly: float
    swing: float = 0.004
    color: str | None = None
    project: str | None = field.PROJECT
    environment: str | None = field.ENV

    def says(self, key: str) -> str:
        tags = {"Project": self.project, "Environment": self.environment, "Color": self.color}
        return tags.get(key) or ""


def platform(environment: str, times: float) -> list[Line]:
    """One pair: together about $986 a month."""

    def line(service: str, usage: str, monthly: float, swing: float = 0.004, color: str | None = None) -> Line:
        return Line(service, f"USE2-{usage}", monthly * times, swing, color, environment=environment)

    sides = [
        one
        for color in field.COLORS
        for one in (
            line(AIRFLOW, "Environment-Small", 350.0, color=color),
            line(AIRFLOW, "Worker-Small", 7.7 if color == "blue" else 0.5, 0.35, color),
            line(S3, "TimedStorage-ByteHrs", 0.23, 0.05, color),
            line(S3, "Requests-Tier1", 0.03, 0.2, color),
        )
    ]
    shared = [
        line(RDS, "InstanceUsage:db.t3.medium", 119.72),
        line(RDS, "Aurora:StorageUsage", 2.0, 0.02),
        line(RDS, "Aurora:StorageIOUsage", 2.0, 0.15),
        line(COMPUTE, "BoxUsage:t3.medium", 60.74),
        line(OTHER, "NatGateway-Hours", 32.85),
        line(OTHER, "NatGateway-Bytes", 0.9, 0.3),
        line(OTHER, "EBS:VolumeUsage.gp3", 4.8),
        line(BALANCING, "LoadBalancerUsage", 16.43),
        line(BALANCING, "LCUUsage", 5.84, 0.08),
        line(WATCH, "CW:AlarmMonitorUsage", 2.7),
        line(WATCH, "DataProcessing-Bytes", 5.0, 0.15),
        line(WATCH, "TimedStorage-ByteHrs", 0.3, 0.05),
        line(WATCH, "CW:GMD-Metrics", 3.7, 0.1),
        line(VPC, "PublicIPv4:InUseAddress", 10.95),
        line(SECRETS, "AWSSecretsManager-Secrets", 0.8),
    ]
    return sides + shared


def of_nobody(service: str, usage: str, monthly: float, swing: float = 0.02) -> Line:
    return Line(service, usage, monthly, swing, project=None, environment=None)


LINES = [
    *platform(field.ENV, 1.0),
    *platform(field.PROD, 1.7),
    of_nobody("AWS Support (Business)", "Dollar", 100.0),
    of_nobody("AWS CloudTrail", "USE2-PaidEventsRecorded", 3.1, 0.1),
    of_nobody("AWS Key Management Service", "us-east-2-KMS-Keys", 2.0),
    of_nobody("Amazon Route 53", "HostedZone", 1.0),
    of_nobody(OTHER, "USE2-EBS:SnapshotUsage", 6.4),
    of_nobody("AWS Cost Explorer", "USE1-APIRequest", 1.2, 0.3),
    Line("Amazon CloudFront", "US-DataTransfer-Out-Bytes", 41.0, 0.2, project="acme-website", environment="prod"),
    Line(S3, "USE1-TimedStorage-ByteHrs", 3.2, 0.05, project="acme-website", environment="prod"),
    # Below nought: a credit of the last three months, and what came back for a month that was billed wrong.
    Line(AIRFLOW, "USE2-Credit", -45.0, 0.0),
    Line("Refund", "Refund", -130.0, 0.0),
]


def story(line: Line, day: date, today: date) -> float:
    """By how much a day differs from what is usual."""
    ago = (today - day).days
    if line.usage == "USE2-Credit":
        return 1.0 if ago <= 92 else 0.0
    if line.service == "Refund":
        # All of it on one day.
        return DAYS_A_MONTH if ago == 165 else 0.0
    if line.usage == "USE2-Worker-Small":
        # Extra workers while people work.
        return 1.3 if day.weekday() < 5 else 0.3
    if line.usage == "USE2-NatGateway-Bytes" and line.environment == field.ENV and 63 <= ago <= 66:
        # A backfill that read everything through the NAT gateway.
        return 180.0
    if line.usage == "USE2-DataProcessing-Bytes" and line.environment == field.ENV and 120 <= ago <= 128:
        # Debug logging left on.
        return 7.0
    return 1.0


def first(today: date) -> date:
    """The first day that there is a bill of."""
    month = today.year * 12 + today.month - 1 - (MONTHS - 1)
    return date(month // 12, month % 12 + 1, 1)


@lru_cache(maxsize=4)
def charges(today: date) -> dict[date, list[tuple[Line, float]]]:
    """What each day up to yesterday cost. A line costs the same on a day whoever asks for it."""
    chance = random.Random(730)
    day, days = first(today), {}
    while day < today:
        amounts = []
        for line in LINES:
            amount = line.monthly / DAYS_A_MONTH * (1 + chance.uniform(-1, 1) * line.swing) * story(line, day, today)
            if amount:
                amounts.append((line, amount))
        days[day] = amounts
        day += timedelta(days=1)
    return days
