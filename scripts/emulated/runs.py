"""Runs and their tasks, and how they go on as time passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

GUARD = "teal_guard"
REHEARSAL = "teal_rehearsal"
# From being queued to the first task, from a task to the next, and what the guard takes.
SECOND = timedelta(seconds=1)
START = 2 * SECOND
UNDER_WAY = ("queued", "running")


@dataclass
class Task:
    name: str
    takes: timedelta
    # None until the scheduler looks at it.
    state: str | None = None
    began: datetime | None = None
    ended: datetime | None = None


@dataclass
class Run:
    id: str
    # The tick that it is for, and the one before; neither where somebody triggered it.
    tick: datetime | None
    since: datetime | None
    queued: datetime
    tasks: list[Task]
    conf: dict = field(default_factory=dict)
    state: str = "queued"
    began: datetime | None = None
    ended: datetime | None = None
    note: str | None = None
    kind: str = "scheduled"

    def go_on(self, now: datetime, verdict: str, awake_since: datetime | None) -> None:
        """What happens until `now`. `verdict` is what the guard finds; without `awake_since` the DAG is paused, and a
        task that runs is let end, but nothing begins."""
        while self.state in UNDER_WAY:
            current = next((task for task in self.tasks if task.state == "running"), None)
            if current:
                end = current.began + current.takes
                if end > now:
                    return
                current.ended, current.state = end, "success"
                if current.name == GUARD:
                    self.heed(verdict, current)
                continue
            following = next((task for task in self.tasks if task.state is None), None)
            if following is None:
                self.end("failed" if any(task.state == "failed" for task in self.tasks) else "success", self.last())
                return
            begins = max(self.last() + SECOND if self.began else self.queued + START, awake_since or now)
            if awake_since is None or begins > now:
                return
            self.state, self.began = "running", self.began or begins
            following.state, following.began = "running", begins

    def heed(self, verdict: str, guard: Task) -> None:
        """What the guard found is what becomes of it and of all that comes after."""
        if verdict != "success" and self.conf.get(REHEARSAL) is not True:
            guard.state = verdict
            after = "upstream_failed" if verdict == "failed" else "skipped"
            for task in self.tasks:
                task.state = task.state or after

    def last(self) -> datetime:
        return max((task.ended for task in self.tasks if task.ended), default=self.began or self.queued)

    def end(self, state: str, at: datetime) -> None:
        self.state, self.began, self.ended = state, self.began or at, at

    def cut_short(self, state: str, now: datetime) -> None:
        """Everything that is left of it ends now."""
        for task in self.tasks:
            if task.state in (None, "running"):
                task.state, task.began, task.ended = state, task.began or now, now
        self.end(state, now)

    def marked(self, state: str, now: datetime) -> None:
        """Somebody says how it ended: what has not begun is passed over."""
        for task in self.tasks:
            if task.state is None:
                task.state = "skipped"
            elif task.state == "running":
                task.state, task.ended = state, now
        self.end(state, now)
