"""The lineage service: what the emulated Airflows do, as Marquez 0.50 tells it. A DAG is a job, and so is each of its tasks;
each side writes into a namespace of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote

import field

from .runs import Run, Task
from .side import Side

DAY = timedelta(days=1)
# When it was set up: everything was heard of since.
BEGAN = datetime(2026, 1, 15, 8, tzinfo=timezone.utc)
STATES = {"success": "COMPLETED", "failed": "FAILED", "running": "RUNNING", "queued": "NEW"}
# A job that no Airflow runs: Spark writes lineage of its own, and its last run failed.
SPARK = "clickstream.sessionize.spark.write_sessions"
WEEK = (1204, 1190, 1263, 1311, 1248, 402, 377)


class Unknown(Exception):
    """There is no such thing."""


class Marquez:
    def __init__(self, sides: dict[tuple[str, str], Side]):
        self.sides = sides
        # It does not answer at all.
        self.silent = False

    def answer(self, path: str, query: dict[str, str], now: datetime) -> dict | list:
        parts = [unquote(part) for part in path.strip("/").split("/")]
        match parts:
            case ["api", "v1", "namespaces"]:
                return {"namespaces": page([namespace(name) for name in self.namespaces()], query)}
            case ["api", "v1", "namespaces", name] if name in self.namespaces():
                return namespace(name)
            case ["api", "v1", "namespaces", name, "jobs"]:
                found = self.jobs(name, now)
                wanted = query.get("lastRunStates")
                shown = [job for job in found if wanted is None or (job["latestRun"] or {}).get("state") == wanted]
                # The number is that of all, whatever was filtered.
                return {"jobs": page(shown, query), "totalCount": len(found)}
            case ["api", "v1", "events", "lineage"]:
                return {"events": [], "totalCount": sum(events(now - n * DAY, now) for n in range(7))}
            case ["api", "v1", "stats", "lineage-events"]:
                return statistics(now)
            case ["healthcheck"]:
                return {"deadlocks": {"healthy": True}, "postgres": {"healthy": True}}
        raise Unknown

    def namespaces(self) -> list[str]:
        return [*(field.environment(color, pair) for pair, color in self.sides), "default"]

    def jobs(self, name: str, now: datetime) -> list[dict]:
        side = next((side for (pair, color), side in self.sides.items() if field.environment(color, pair) == name), None)
        if side is None:
            return []
        found = []
        for dag in side.dags.values():
            if not dag.runs:
                continue
            found.append(job(name, dag.facts.id, [run(one.id, one.state, one) for one in newest(dag.runs)]))
            for task in [task.name for task in newest(dag.runs)[0].tasks]:
                of_task = [(one, found) for one in newest(dag.runs) for found in one.tasks if found.name == task]
                # What a guard skipped was never heard of.
                runs = [run(f"{one.id}.{task}", found.state, found) for one, found in of_task if found.began and found.state != "skipped"]
                if runs:
                    found.append(job(name, f"{dag.facts.id}.{task}", runs))
        spark = side.dags["clickstream"].runs if "clickstream" in side.dags else []
        if spark:
            failed = {**run(f"{newest(spark)[0].id}.spark", "failed", newest(spark)[0]), "durationMs": 51_300}
            found.append(job(name, SPARK, [failed]))
        return sorted(found, key=lambda one: one["updatedAt"], reverse=True)


def newest(runs: Iterable[Run]) -> list[Run]:
    return sorted(runs, key=lambda one: one.queued, reverse=True)[:10]


def at(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def namespace(name: str) -> dict:
    return {"name": name, "createdAt": at(BEGAN), "updatedAt": at(BEGAN), "ownerName": "anonymous", "description": None, "isHidden": False}


def run(name: str, state: str | None, of: Run | Task) -> dict:
    began = of.began or (of.queued if isinstance(of, Run) else None)
    ended = of.ended
    return {
        "id": name,
        "createdAt": at(began),
        "updatedAt": at(ended or began),
        "state": STATES.get(state or "", "OTHER"),
        "startedAt": of.began and at(of.began),
        "endedAt": ended and at(ended),
        "durationMs": int((ended - of.began).total_seconds() * 1000) if ended and of.began else None,
        "args": {},
        "facets": {},
    }


def job(of: str, name: str, runs: list[dict]) -> dict:
    dag, _, task = name.partition(".")
    lake = [{"namespace": f"s3://{field.PROJECT}-lake", "name": f"{where}/{dag}"} for where in ("raw", "marts")]
    return {
        "id": {"namespace": of, "name": name},
        "type": "BATCH",
        "name": name,
        "simpleName": task or dag,
        "parentJobName": dag if task else None,
        "createdAt": at(BEGAN),
        "updatedAt": runs[0]["updatedAt"],
        "namespace": of,
        "inputs": lake[:1] if task else [],
        "outputs": lake[1:] if task else [],
        "location": None,
        "description": None,
        "latestRun": runs[0],
        "latestRuns": runs,
        "facets": {},
        "currentVersion": None,
        "labels": [],
        "tags": [],
    }


def events(day: datetime, now: datetime) -> int:
    """How many came on a day: fewer at weekends, and of today as many as there can have been."""
    whole = WEEK[day.weekday()] + day.day
    return whole * (now.hour * 60 + now.minute) // (24 * 60) if day.date() == now.date() else whole


def statistics(now: datetime) -> list[dict]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = []
    for back in range(6, -1, -1):
        day = midnight - back * DAY
        count = events(day, now)
        fail, abort = count * (1 + day.day % 4) // 100, count // 400
        start = (count - fail - abort) // 2
        rows.append({"startInterval": at(day), "endInterval": at(day + DAY), "fail": fail, "start": start, "complete": count - fail - abort - start, "abort": abort})
    return rows


def page(found: list, query: dict[str, str]) -> list:
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 100))
    return found[offset : offset + limit]
