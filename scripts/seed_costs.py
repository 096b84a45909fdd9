"""What the platform cost: thirteen months, by day and service, as Cost Explorer would answer.

The emulated Cost Explorer does not calculate. It holds a queue of answers: each request that it has not seen
before takes the next one and keeps it. So the same thirteen months are put there many times over, once for each different
question that a page may ask.
"""

from __future__ import annotations

import json
import random
import urllib.request
from datetime import date, timedelta

import field

# USD a month of 730 hours, from the price table of the project's notes: together about $986.
MONTHLY = {
    "Amazon Managed Workflows for Apache Airflow": 716.40,
    "Amazon Relational Database Service": 123.72,
    "Amazon Elastic Compute Cloud - Compute": 60.74,
    "EC2 - Other": 38.55,
    "Amazon Elastic Load Balancing": 22.27,
    "AmazonCloudWatch": 11.70,
    "Amazon Virtual Private Cloud": 10.95,
    "AWS Secrets Manager": 0.80,
    "Amazon Simple Storage Service": 0.52,
    "AWS Cost Explorer": 0.35,
}
DAYS_A_MONTH = 730 / 24

# How much a day may differ from its neighbours: hours are flat, traffic is not.
SWING = {
    "Amazon Managed Workflows for Apache Airflow": 0.015,
    "EC2 - Other": 0.12,
    "AmazonCloudWatch": 0.15,
    "Amazon Simple Storage Service": 0.05,
}

# How many different questions can be answered before the answers run out.
ANSWERS = 24


def by_day(today: date) -> list[dict]:
    """`ResultsByTime` from the first day of the month thirteen months ago up to yesterday."""
    chance = random.Random(730)
    month = today.year * 12 + today.month - 1 - 13
    day = date(month // 12, month % 12 + 1, 1)
    results = []
    while day < today:
        groups = []
        for service, monthly in MONTHLY.items():
            amount = monthly / DAYS_A_MONTH * (1 + chance.uniform(-1, 1) * SWING.get(service, 0.004))
            amount *= event(service, day, today)
            if amount:
                groups.append({"Keys": [service], "Metrics": {"UnblendedCost": usd(amount)}})
        results.append(
            {
                "TimePeriod": {"Start": day.isoformat(), "End": (day + timedelta(days=1)).isoformat()},
                "Total": {},
                "Groups": groups,
                # The last days are not final yet, as with the real one.
                "Estimated": (today - day).days <= 2,
            }
        )
        day += timedelta(days=1)
    return results


def event(service: str, day: date, today: date) -> float:
    """The stories that a page about costs should be able to tell."""
    ago = (today - day).days
    if service == "Amazon Managed Workflows for Apache Airflow":
        # Extra workers while people work.
        return 1.006 if day.weekday() < 5 else 0.985
    if service == "EC2 - Other" and 63 <= ago <= 66:
        # A backfill that read everything through the NAT gateway.
        return 5.5
    if service == "AmazonCloudWatch" and 120 <= ago <= 128:
        # Debug logging left on.
        return 3.0
    return 1.0


def usd(amount: float) -> dict:
    return {"Amount": f"{amount:.10f}", "Unit": "USD"}


def seed(moto: str, today: date) -> list[dict]:
    results = by_day(today)
    answer = {
        "ResultsByTime": results,
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "DimensionValueAttributes": [],
    }
    one = json.dumps(answer, separators=(",", ":"))
    body = '{"results":[' + ",".join([one] * ANSWERS) + "]}"
    request = urllib.request.Request(
        f"{moto}/moto-api/static/ce/cost-and-usage-results",
        data=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
        if response.status != 201:
            raise RuntimeError(f"the emulated Cost Explorer refused its answers: {response.status}")
    return results
