"""Thirty DAGs for two Airflows that are switched while they work: what `make test-airflow` runs beside the example.

Each working task writes its begin and its end to the ledger, a file that both sides share. What a DAG is to show is in
its name: `guarded_…` asks the flag, `plain_…` does not, `asleep_…` is paused on purpose on both sides, `long_…` works
for more than a minute, `…_catching_…` runs every tick that it has missed.
"""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timezone

from teal_guard import COLOR_VARIABLE, TAG, guard, rehearsing

try:
    from airflow.sdk import DAG, task
except ImportError:
    from airflow.decorators import task
    from airflow.models.dag import DAG

# Long enough ago that every schedule has an interval behind it.
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
# What catches up begins a few minutes before the trial: both sides are told the same moment.
LATELY = datetime.fromisoformat(os.environ["TEAL_TEST_LATELY"])

# Name, schedule, seconds that the work takes. As many as two cores can run twice.
GUARDED = [
    *((f"guarded_minute_{n}", "* * * * *", 1) for n in range(1, 4)),
    *((f"guarded_two_minutes_{n}", "*/2 * * * *", 2) for n in range(1, 4)),
    *((f"guarded_five_minutes_{n}", "*/5 * * * *", 3) for n in range(1, 3)),
    *((f"guarded_hour_{n}", "@hourly", 2) for n in range(1, 4)),
    ("guarded_catching_minute", "* * * * *", 1),
    *((f"guarded_day_{n}", "@daily", 2) for n in range(1, 3)),
    ("guarded_by_hand", None, 2),
    ("guarded_chain", "*/2 * * * *", 2),
    ("long_guarded", None, 75),
    ("asleep_guarded_minute", "* * * * *", 1),
    ("asleep_guarded_day", "@daily", 1),
]
PLAIN = [
    ("plain_minute", "* * * * *", 1),
    ("plain_two_minutes", "*/2 * * * *", 2),
    ("plain_five_minutes", "*/5 * * * *", 2),
    *((f"plain_hour_{n}", "@hourly", 2) for n in range(1, 3)),
    ("plain_catching_minute", "* * * * *", 1),
    ("plain_day", "@daily", 2),
    ("plain_by_hand", None, 2),
    ("long_plain", None, 60),
    ("asleep_plain_minute", "* * * * *", 1),
    ("asleep_plain_hour", "@hourly", 1),
]


def write(what: str, context, **more) -> None:
    """One line of the ledger. Appends of one short line do not tear."""
    run = context["dag_run"]
    line = {
        "what": what,
        "side": os.environ[COLOR_VARIABLE],
        "dag": context["dag"].dag_id,
        "task": context["task"].task_id,
        "run": run.run_id,
        "logical": run.logical_date.isoformat() if run.logical_date else None,
        "scheduled": run.run_id.startswith("scheduled__"),
        "rehearsal": rehearsing(context),
        "at": datetime.now(timezone.utc).isoformat(),
        **more,
    }
    file = os.open(os.environ["TEAL_TEST_LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, (json.dumps(line) + "\n").encode())
    finally:
        os.close(file)


def work(seconds: int, **context) -> None:
    write("begin", context)
    time.sleep(seconds)
    write("end", context)


def build(name: str, schedule: str | None, seconds: int, guarded: bool) -> DAG:
    # The chain's run waits for the one before, so that runs lost or frozen would be seen to hold it up.
    defaults = {"retries": 0, "depends_on_past": name == "guarded_chain"}
    with DAG(
        name,
        schedule=schedule,
        start_date=LATELY if "catching" in name else START,
        catchup="catching" in name,
        max_active_runs=2,
        tags=[TAG] if guarded else [],
        default_args=defaults,
        is_paused_upon_creation=True,
    ) as dag:
        first = task(task_id="work")(work)(seconds)
        if guarded:
            guard() >> first
        if name.startswith("long_"):
            # What a pause would freeze: it can only begin once the long task has ended.
            first >> task(task_id="after")(work)(1)
    return dag


for name, schedule, seconds in GUARDED:
    globals()[name] = build(name, schedule, seconds, guarded=True)
for name, schedule, seconds in PLAIN:
    globals()[name] = build(name, schedule, seconds, guarded=False)
