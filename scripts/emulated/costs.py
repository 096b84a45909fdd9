"""Cost Explorer: answers what is asked, by the period, the groups and the filter, from the bill of `seed_costs.py`."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import seed_costs

# So many groups are on a page.
PAGE = 5000
# A forecast goes by as many days.
BACK = 28
SWING = 0.06


class Refused(Exception):
    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def answer(operation: str, asked: dict, today: date) -> dict:
    match operation:
        case "GetCostAndUsage":
            return cost_and_usage(asked, today)
        case "GetCostForecast":
            return forecast(asked, today)
        case _:
            raise Refused("UnknownOperationException", operation)


def period(asked: dict) -> tuple[date, date]:
    try:
        start, end = (date.fromisoformat(asked["TimePeriod"][key]) for key in ("Start", "End"))
    except (KeyError, TypeError, ValueError):
        raise Refused("ValidationException", "TimePeriod is not valid.") from None
    if start >= end:
        raise Refused("ValidationException", "Start date (and hour) should be before end date (and hour)")
    if asked.get("Granularity") != "DAILY":
        raise Refused("ValidationException", "This emulation answers by day.")
    return start, end


def fits(line: seed_costs.Line, wanted: dict | None) -> bool:
    if not wanted:
        return True
    if "And" in wanted:
        return all(fits(line, one) for one in wanted["And"])
    tags = wanted["Tags"]
    return line.says(tags["Key"]) in tags["Values"]


def key(line: seed_costs.Line, group: dict) -> str:
    match group["Type"], group["Key"]:
        case "DIMENSION", "SERVICE":
            return line.service
        case "DIMENSION", "USAGE_TYPE":
            return line.usage
        case "TAG", tag:
            return f"{tag}${line.says(tag)}"
        case _:
            raise Refused("ValidationException", "Group Definition type is invalid.")


def usd(amount: float) -> dict:
    return {"Amount": f"{amount:.10f}", "Unit": "USD"}


def cost_and_usage(asked: dict, today: date) -> dict:
    start, end = period(asked)
    if start > today:
        raise Refused("ValidationException", "start date past end of available data")
    if start < seed_costs.first(today):
        raise Refused("ValidationException", "You haven't enabled historical data beyond 14 months")
    by, charges = asked.get("GroupBy", []), seed_costs.charges(today)
    token = asked.get("NextPageToken")
    if token is not None and not token.isdecimal():
        raise Refused("InvalidNextTokenException", "Invalid token")
    skip, left, results, day = int(token or 0), PAGE, [], start
    seen = 0
    while day < end:
        sums: dict[tuple[str, ...], float] = defaultdict(float)
        for line, amount in charges.get(day, []):
            if fits(line, asked.get("Filter")):
                sums[tuple(key(line, group) for group in by)] += amount
        groups = [{"Keys": list(keys), "Metrics": {"UnblendedCost": usd(sums[keys])}} for keys in sorted(sums)]
        here = groups[max(skip - seen, 0) :][:left]
        seen += len(groups)
        if seen > skip or (not groups and seen >= skip):
            left -= len(here)
            results.append(
                {
                    "TimePeriod": {"Start": day.isoformat(), "End": (day + timedelta(days=1)).isoformat()},
                    "Total": {},
                    "Groups": here,
                    # The last days are not final yet.
                    "Estimated": (today - day).days <= 2,
                }
            )
        if left == 0:
            break
        day += timedelta(days=1)
    told = {"GroupDefinitions": by, "ResultsByTime": results, "DimensionValueAttributes": []}
    if left == 0:
        told["NextPageToken"] = str(skip + PAGE)
    return told


def forecast(asked: dict, today: date) -> dict:
    start, end = period(asked)
    if start < today:
        raise Refused("ValidationException", "Start date must be equal to or after today")
    if end > start + timedelta(days=93):
        raise Refused("ValidationException", "A forecast by day goes no further than three months")
    of_weekday: dict[int, list[float]] = defaultdict(list)
    for day, charges in seed_costs.charges(today).items():
        if day >= today - timedelta(days=BACK):
            of_weekday[day.weekday()].append(sum(amount for line, amount in charges if fits(line, asked.get("Filter"))))
    if not any(sum(amounts) for amounts in of_weekday.values()):
        raise Refused("DataUnavailableException", "Insufficient amount of historical data")
    results, total, day = [], 0.0, start
    while day < end:
        mean = sum(of_weekday[day.weekday()]) / len(of_weekday[day.weekday()])
        total += mean
        results.append(
            {
                "TimePeriod": {"Start": day.isoformat(), "End": (day + timedelta(days=1)).isoformat()},
                "MeanValue": f"{mean:.10f}",
                "PredictionIntervalLowerBound": f"{mean * (1 - SWING):.10f}",
                "PredictionIntervalUpperBound": f"{mean * (1 + SWING):.10f}",
            }
        )
        day += timedelta(days=1)
    return {"Total": usd(total), "ForecastResultsByTime": results}
