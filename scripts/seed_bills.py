#!/usr/bin/env python3
"""Fills the store of a Teal with what it would have read of Cost Explorer on the days before: a Teal that is started for the first
time reads the past over some days, four requests on each.

    seed_bills.py --store .teal/teal.db --pairs dev prod

The store must be there, and is waited for. Its Teal may be at work.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import field
import seed_costs
from emulated.costs import key

EPOCH = date(1970, 1, 1)
# Where no pair names an account, requests are counted by this name.
ACCOUNT = "own credentials"
SERVICE, USAGE = ({"Type": "DIMENSION", "Key": name} for name in ("SERVICE", "USAGE_TYPE"))
WAITS = 30.0
DAYS_ASKED = 30


def tag(name: str) -> dict:
    return {"Type": "TAG", "Key": name}


CUTS = {"services": (SERVICE, USAGE), "sides": (tag("Color"), SERVICE), "account": (tag("Project"), SERVICE)}


def scope(pair: str | None) -> str:
    asked = [["Project", field.PROJECT], ["Environment", pair], "Color"] if pair else ["Project"]
    return json.dumps(asked, separators=(",", ":"))


def days(cut: str, pair: str | None, today: date) -> list[tuple[date, list[tuple[str, str, int]]]]:
    told = []
    for day, charges in seed_costs.charges(today).items():
        sums: dict[tuple[str, ...], float] = defaultdict(float)
        for line, amount in charges:
            if pair is None or (line.project, line.environment) == (field.PROJECT, pair):
                sums[tuple(key(line, group).split("$")[-1] for group in CUTS[cut])] += amount
        told.append((day, [(*keys, round(amount * 1_000_000)) for keys, amount in sorted(sums.items())]))
    return told


def store(path: Path) -> sqlite3.Connection:
    until = time.monotonic() + WAITS
    while time.monotonic() < until:
        if path.exists():
            opened = sqlite3.connect(path, timeout=10, isolation_level=None)
            if opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'bill_request'").fetchone():
                return opened
            opened.close()
        time.sleep(0.1)
    sys.exit(f"{path} is no store of a Teal")


def fill(opened: sqlite3.Connection, pairs: list[str], now: datetime) -> None:
    today, yesterday = now.date(), now - timedelta(days=1)
    at = int(yesterday.timestamp() * 1000)
    opened.execute("BEGIN IMMEDIATE")
    asked = [("services", pair) for pair in pairs] + [("sides", pair) for pair in pairs] + [("account", None)]
    for cut, pair in asked:
        rows = [
            (ACCOUNT, scope(pair), cut, (day - EPOCH).days, "USD", json.dumps(entries, ensure_ascii=False), at)
            for day, entries in days(cut, pair, today)
            if day < yesterday.date()
        ]
        opened.executemany("INSERT OR IGNORE INTO bill_day VALUES (?, ?, ?, ?, ?, ?, ?, 1)", rows)
    # And the requests of the days before, with numbers that come before all that are made.
    seq = -4 * DAYS_ASKED
    for back in range(DAYS_ASKED, 0, -1):
        for number, (cut, pair) in enumerate((asked * 4)[:4]):
            then = now - timedelta(days=back) + timedelta(seconds=number)
            question = f"{cut} recent {scope(pair)}"
            opened.execute(
                "INSERT OR IGNORE INTO bill_request VALUES (?, ?, ?, ?, 'ce:GetCostAndUsage', ?, 1, 'answered', 1, NULL, NULL)",
                (seq, ACCOUNT, (then.date() - EPOCH).days, int(then.timestamp() * 1000), question),
            )
            seq += 1
    opened.execute("COMMIT")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--store", type=Path, required=True)
    options.add_argument("--pairs", nargs="+", default=[field.ENV])
    chosen = options.parse_args()
    opened = store(chosen.store)
    fill(opened, chosen.pairs, datetime.now(timezone.utc))
    opened.close()


if __name__ == "__main__":
    main()
