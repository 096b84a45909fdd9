"""One side's Airflow: its DAGs, when they are due, and what they did in the last day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from seed_dags import Facts

from . import cron
from .runs import GUARD, SECOND, UNDER_WAY, Run, Task

REMEMBERED = timedelta(hours=26)


class Dag:
    def __init__(self, facts: Facts, paused: bool, pace: float):
        self.facts, self.paused, self.pace = facts, paused, pace
        self.awake_since: datetime | None = None
        # The last tick for which there is a run, or was one.
        self.done: datetime | None = None
        self.runs: list[Run] = []

    def next_tick(self, now: datetime) -> datetime | None:
        """The tick that is due next; without a catch-up the latest that has passed, where there is no run for it."""
        if not self.facts.schedule:
            return None
        last = cron.before(self.facts.schedule, now + SECOND)
        return last if self.done is None or last > self.done else cron.after(self.facts.schedule, max(self.done, last))

    def begin(self, run_id: str, queued: datetime, tick: datetime | None = None, conf: dict | None = None) -> Run:
        tasks = [Task(name, timedelta(seconds=seconds) / self.pace) for name, seconds in self.facts.tasks.items()]
        if self.facts.guarded:
            tasks.insert(0, Task(GUARD, SECOND / self.pace))
        since = cron.before(self.facts.schedule, tick) if tick and self.facts.schedule else tick
        run = Run(run_id, tick, since, queued, tasks, conf or {}, kind="manual" if tick is None else "scheduled")
        if tick and (self.done is None or tick > self.done):
            self.done = tick
        self.runs.append(run)
        return run

    def go_on(self, now: datetime, verdict: str) -> None:
        tick = self.next_tick(now)
        if not self.paused and tick and tick <= now:
            self.begin(f"scheduled__{tick.isoformat()}", max(tick, self.awake_since or tick), tick)
        for run in self.runs:
            run.go_on(now, verdict, None if self.paused else self.awake_since or run.queued)
        # Whoever looks, looks at the last day only.
        self.runs = [run for run in self.runs if run.state in UNDER_WAY or run.queued > now - REMEMBERED]

    def remember(self, now: datetime, verdict: str) -> None:
        """The runs of the last day, as though the DAG had been unpaused all the time."""
        if not self.facts.schedule:
            return
        tick = cron.after(self.facts.schedule, now - REMEMBERED)
        while tick <= now:
            self.begin(f"scheduled__{tick.isoformat()}", tick, tick).go_on(now, verdict, tick)
            tick = cron.after(self.facts.schedule, tick)

    def set_paused(self, paused: bool, now: datetime) -> None:
        if self.paused and not paused:
            self.awake_since = now
        self.paused = paused


class Side:
    """Blue or green of a pair. `live` says which colour the flag names: none where it names neither."""

    def __init__(self, color: str, facts: Iterable[Facts], asleep: bool, pace: float):
        self.color = color
        self.dags = {one.id: Dag(one, asleep or one.asleep, pace) for one in sorted(facts)}
        # It does not answer at all.
        self.silent = False
        # The part of it that says it is unhealthy.
        self.ill: str | None = None
        self.import_errors: list[tuple[str, str, datetime]] = []

    def verdict(self, live: str | None) -> str:
        """What a guard of this side finds when it asks."""
        if live is None:
            return "failed"
        return "success" if live == self.color else "skipped"

    def remember(self, now: datetime, live: str | None) -> None:
        for dag in self.dags.values():
            if not dag.paused:
                dag.remember(now, self.verdict(live))

    def go_on(self, now: datetime, live: str | None) -> None:
        for dag in self.dags.values():
            dag.go_on(now, self.verdict(live))

    def runs(self) -> Iterable[tuple[Dag, Run]]:
        return ((dag, run) for dag in self.dags.values() for run in dag.runs)

    def forget(self) -> None:
        """Whatever is under way or has failed has never been."""
        for dag in self.dags.values():
            dag.runs = [run for run in dag.runs if run.state == "success"]

    def finish(self, state: str, now: datetime, dag: str | None = None) -> None:
        """Whatever runs ends now."""
        for known, run in self.runs():
            if run.state in UNDER_WAY and dag in (None, known.facts.id):
                run.cut_short(state, now)
