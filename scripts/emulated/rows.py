"""How an Airflow writes what it has: version 2 under `/api/v1`, version 3 under `/api/v2`."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from . import cron
from .runs import Run, Task
from .side import Dag


def at(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


def parsed(word: str) -> datetime:
    moment = datetime.fromisoformat(word.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def logical(run: Run, two: bool) -> datetime | None:
    """The moment that a run is for: version 2 takes the beginning of its interval, version 3 its tick."""
    return run.since if two else run.tick


def dag(known: Dag, two: bool, now: datetime) -> dict:
    facts = known.facts
    tick = known.next_tick(now)
    common = {
        "dag_id": facts.id,
        "dag_display_name": facts.id,
        "is_paused": known.paused,
        "description": facts.says,
        "fileloc": f"/usr/local/airflow/dags/{facts.file}",
        "tags": [{"name": name, "dag_id": facts.id} for name in facts.tags],
        "has_import_errors": False,
        "max_active_runs": 16,
        "timetable_description": facts.schedule or "Never, external triggers only",
    }
    if two:
        # The interval that ends with the tick.
        begins = tick and cron.before(facts.schedule, tick)
        schedule = facts.schedule and {"__type": "CronExpression", "value": facts.schedule}
        return {**common, "is_active": True, "schedule_interval": schedule, "next_dagrun": at(begins), "next_dagrun_create_after": at(tick)}
    return {**common, "is_stale": False, "timetable_summary": facts.schedule, "next_dagrun_logical_date": at(tick), "next_dagrun_run_after": at(tick)}


def run(of: str, known: Run, two: bool) -> dict:
    moment = logical(known, two)
    row = {
        "dag_id": of,
        "dag_run_id": known.id,
        "state": known.state,
        "run_type": known.kind,
        "conf": known.conf,
        "note": known.note,
        "logical_date": at(moment),
        "queued_at": at(known.queued),
        "start_date": at(known.began),
        "end_date": at(known.ended),
        "data_interval_start": at(known.since if two else known.tick),
        "data_interval_end": at(known.tick),
    }
    return {**row, "execution_date": at(moment)} if two else {**row, "run_after": at(known.tick or known.queued)}


def task(of: str, known: Run, one: Task, two: bool) -> dict:
    moment = logical(known, two)
    began = one.began
    return {
        "dag_id": of,
        "dag_run_id": known.id,
        "task_id": one.name,
        "map_index": -1,
        "state": one.state,
        "try_number": 1 if began else 0,
        "start_date": at(began),
        "end_date": at(one.ended),
        "duration": (one.ended - began).total_seconds() if began and one.ended else None,
        "pool": "default_pool",
        "operator": "_PythonDecoratedOperator",
        ("execution_date" if two else "logical_date"): at(moment),
    }


def health(now: datetime, ill: str | None = None) -> dict:
    beat = at(now - timedelta(seconds=2))
    is_ = lambda part: "unhealthy" if part == ill else "healthy"
    parts = ("scheduler", "triggerer", "dag_processor")
    return {"metadatabase": {"status": is_("metadatabase")}, **{part: {"status": is_(part), f"latest_{part}_heartbeat": beat} for part in parts}}
