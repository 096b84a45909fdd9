"""The REST API of a side: which call does what. Refusals are raised as `Refused`, with the status and what is said."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import unquote

from . import cron, rows
from .runs import GUARD, UNDER_WAY, Run
from .side import Dag, Side

MOST_ROWS = 100
CONNECTIONS = ["aws_default", "marquez", "snowflake_dwh", "slack_alerts", "warehouse_api"]
VARIABLES = ["alert_channel", "dwh_schema", "retention_days"]
POOLS = {"default_pool": 128, "warehouse": 4}


class Refused(Exception):
    def __init__(self, status: int, detail: str):
        super().__init__(detail)
        self.status, self.detail = status, detail


class Api:
    def __init__(self, side: Side):
        self.side = side

    def answer(self, method: str, path: str, query: dict[str, str], body: dict, two: bool, now: datetime) -> dict:
        parts = [unquote(part) for part in path.strip("/").split("/")]
        match [method, *parts]:
            case ["GET", "health"] if two:
                return rows.health(now, self.side.ill)
            case ["GET", "monitor", "health"] if not two:
                return rows.health(now, self.side.ill)
            case ["GET", "version"]:
                return {"version": "2.11.0" if two else "3.0.6", "git_version": None}
            case ["GET", "dags"]:
                return self.dags(query, two, now)
            case ["PATCH", "dags"]:
                return self.pause_many(query, body, two, now)
            case ["POST", "dags", "~", "dagRuns", "list"]:
                return self.runs(body, two)
            case ["POST", "dags", "~", "dagRuns", "~", "taskInstances", "list"]:
                return self.tasks(body, two)
            case ["GET", "dags", dag]:
                return rows.dag(self.known(dag), two, now)
            case ["PATCH", "dags", dag]:
                return self.pause(self.known(dag), query, body, two, now)
            case ["GET", "dags", dag, "details"]:
                return {**rows.dag(self.known(dag), two, now), "catchup": False}
            case ["GET", "dags", dag, "tasks"]:
                return self.task_list(self.known(dag))
            case ["POST", "dags", dag, "dagRuns"]:
                return self.trigger(self.known(dag), body, two, now)
            case ["GET", "dags", dag, "dagRuns", run]:
                return rows.run(dag, self.run(self.known(dag), run), two)
            case ["PATCH", "dags", dag, "dagRuns", run]:
                return self.mark(dag, self.run(self.known(dag), run), body, two, now)
            case ["GET", "dags", dag, "dagRuns", run, "taskInstances", task, "logs", _]:
                return self.log(self.known(dag), self.run(self.known(dag), run), task, two)
            case ["GET", "importErrors"]:
                found = [{"filename": file, "stack_trace": trace, "timestamp": rows.at(seen)} for file, trace, seen in self.side.import_errors]
                return page("import_errors", found, query)
            case ["GET", "connections"]:
                return page("connections", [{"connection_id": name, "conn_type": "generic"} for name in CONNECTIONS], query)
            case ["GET", "variables"]:
                return page("variables", [{"key": name, "value": "***"} for name in self.variables()], query)
            case ["GET", "pools"]:
                return page("pools", [{"name": name, "slots": slots} for name, slots in POOLS.items()], query)
        raise Refused(404, "API route not found")

    def variables(self) -> list[str]:
        # One that somebody forgot on the other side.
        return VARIABLES if self.side.color == "blue" else VARIABLES[:-1]

    def known(self, dag: str) -> Dag:
        if dag not in self.side.dags:
            raise Refused(404, f"Dag with id: {dag} was not found")
        return self.side.dags[dag]

    def run(self, dag: Dag, run: str) -> Run:
        found = next((known for known in dag.runs if known.id == run), None)
        if found is None:
            raise Refused(404, f"The DagRun with dag_id: `{dag.facts.id}` and run_id: `{run}` was not found")
        return found

    def chosen(self, query: dict[str, str]) -> list[Dag]:
        pattern, only = query.get("dag_id_pattern"), query.get("paused")
        return [
            dag
            for dag in self.side.dags.values()
            if (pattern is None or like(pattern, dag.facts.id)) and (only is None or dag.paused == (only == "true"))
        ]

    def dags(self, query: dict[str, str], two: bool, now: datetime) -> dict:
        return page("dags", [rows.dag(dag, two, now) for dag in self.chosen(query)], query)

    def pause_many(self, query: dict[str, str], body: dict, two: bool, now: datetime) -> dict:
        wish = paused(query, body)
        # Without a pattern a real one finds nothing. It changes the page that it answers with.
        found = self.chosen(query) if query.get("dag_id_pattern") else []
        offset, limit = bounds(query)
        for dag in found[offset : offset + limit]:
            dag.set_paused(wish, now)
        return page("dags", [rows.dag(dag, two, now) for dag in found], query)

    def pause(self, dag: Dag, query: dict[str, str], body: dict, two: bool, now: datetime) -> dict:
        dag.set_paused(paused(query, body), now)
        return rows.dag(dag, two, now)

    def task_list(self, dag: Dag) -> dict:
        names = [*([GUARD] if dag.facts.guarded else []), *dag.facts.tasks]
        found = [{"task_id": name, "depends_on_past": dag.facts.depends_on_past, "wait_for_downstream": False} for name in names]
        return {"tasks": found, "total_entries": len(found)}

    def trigger(self, dag: Dag, body: dict, two: bool, now: datetime) -> dict:
        if not two and "logical_date" not in body:
            raise Refused(422, "logical_date: Field required")
        run_id, word = body.get("dag_run_id") or f"manual__{now.isoformat()}", body.get("logical_date")
        tick = None
        if word:
            tick = cron.after(dag.facts.schedule, rows.parsed(word)) if two and dag.facts.schedule else rows.parsed(word)
        if any(run.id == run_id or (tick and run.tick == tick) for run in dag.runs):
            raise Refused(409, "Unique constraint violation")
        run = dag.begin(run_id, now, tick, body.get("conf"))
        run.kind, run.note = "manual", body.get("note")
        return rows.run(dag.facts.id, run, two)

    def mark(self, dag: str, run: Run, body: dict, two: bool, now: datetime) -> dict:
        if body.get("state") not in ("success", "failed"):
            raise Refused(400, "Only `state` can be changed, to success or failed")
        run.marked(body["state"], now)
        return rows.run(dag, run, two)

    def runs(self, body: dict, two: bool) -> dict:
        ids, states = body.get("dag_ids"), body.get("states")
        found = [
            rows.run(dag.facts.id, run, two)
            for dag, run in self.side.runs()
            if (not ids or dag.facts.id in ids) and (not states or run.state in states)
        ]
        found = of_time(found, body)
        by = body.get("order_by") or "dag_id"
        name = {"id": "queued_at"}.get(by.lstrip("-"), by.lstrip("-"))
        found.sort(key=lambda row: row.get(name) or "", reverse=by.startswith("-"))
        return page("dag_runs", found, body_page(body))

    def tasks(self, body: dict, two: bool) -> dict:
        ids, runs, states = body.get("dag_ids"), body.get("dag_run_ids"), body.get("state")
        found = []
        for dag, run in self.side.runs():
            if (ids and dag.facts.id not in ids) or (runs and run.id not in runs):
                continue
            found += [rows.task(dag.facts.id, run, task, two) for task in run.tasks if not states or task.state in states]
        return page("task_instances", of_time(found, body), body_page(body))

    def log(self, dag: Dag, run: Run, task: str, two: bool) -> dict:
        found = next((known for known in run.tasks if known.name == task), None)
        if found is None or found.began is None:
            raise Refused(404, f"TaskInstance not found: {task}")
        said = [f"Dependencies all met for {dag.facts.id}.{task}"]
        if task == GUARD:
            said.append({"success": f"active: the flag says {self.side.color}", "skipped": "standby: the flag names the other side"}.get(found.state or "", "the flag could not be read"))
        said.append(f"Marking task as {(found.state or 'running').upper()}")
        if two:
            return {"content": "\n".join(said), "continuation_token": None}
        return {"content": [{"timestamp": rows.at(found.began), "event": line} for line in said], "continuation_token": None}


def paused(query: dict[str, str], body: dict) -> bool:
    if query.get("update_mask", "is_paused") != "is_paused":
        raise Refused(400, "Only `is_paused` field can be updated through the REST API")
    if not isinstance(body.get("is_paused"), bool):
        raise Refused(422, "is_paused: Field required")
    return body["is_paused"]


def like(pattern: str, text: str) -> bool:
    """SQL's ILIKE around the pattern; `~` is everything."""
    if pattern == "~":
        return True
    expression = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return re.search(expression, text, re.IGNORECASE) is not None


def of_time(found: list[dict], body: dict) -> list[dict]:
    """Those whose dates are as the filter says."""
    for field in ("start_date", "end_date", "logical_date", "execution_date"):
        least, most = body.get(f"{field}_gte"), body.get(f"{field}_lte")
        if least or most:
            found = [row for row in found if row.get(field) and within(row[field], least, most)]
    return found


def within(word: str, least: str | None, most: str | None) -> bool:
    moment = rows.parsed(word)
    return (not least or moment >= rows.parsed(least)) and (not most or moment <= rows.parsed(most))


def bounds(query: dict[str, str]) -> tuple[int, int]:
    try:
        return int(query.get("offset", 0)), min(int(query.get("limit", MOST_ROWS)), MOST_ROWS)
    except ValueError as wrong:
        raise Refused(422, str(wrong)) from None


def body_page(body: dict) -> dict[str, str]:
    return {"offset": str(body.get("page_offset", 0)), "limit": str(body.get("page_limit", MOST_ROWS))}


def page(name: str, found: list[dict], query: dict[str, str]) -> dict:
    offset, limit = bounds(query)
    return {name: found[offset : offset + limit], "total_entries": len(found)}
