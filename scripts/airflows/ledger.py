"""The ledger that working tasks of both sides write, and what it proves."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

# The DAGs that come often enough for a tick that nobody ran to show within minutes; by how many minutes they come.
OFTEN = {"minute": 1, "two_minutes": 2, "five_minutes": 5, "chain": 2, "catching_minute": 1}


class Ledger:
    def __init__(self, file: Path):
        self.file = file

    def lines(self, what: str | None = None, **wanted) -> list[dict]:
        if not self.file.exists():
            return []
        # A line that is just being written has no end yet.
        whole = [json.loads(line) for line in self.file.read_text().splitlines(keepends=True) if line.endswith("\n")]
        wanted = {**wanted, **({"what": what} if what else {})}
        return [line for line in whole if all(line[name] == value for name, value in wanted.items())]

    def unended(self) -> list[str]:
        """Tasks that began and did not end: killed, or still at it."""
        ended = {key(line) for line in self.lines("end")}
        return sorted(" ".join(key(line)) for line in self.lines("begin") if key(line) not in ended)

    def sides_of_ticks(self) -> dict[tuple[str, str], list[str]]:
        """For each DAG and tick of its schedule who worked on it."""
        sides: dict[tuple[str, str], list[str]] = {}
        for line in self.lines("begin", task="work"):
            if line["scheduled"]:
                sides.setdefault((line["dag"], line["logical"]), []).append(line["side"])
        return sides

    def twice(self) -> list[str]:
        """Ticks that were worked on more than once, by either side."""
        return sorted(f"{dag} {tick} by {' and '.join(sides)}" for (dag, tick), sides in self.sides_of_ticks().items() if len(sides) > 1)

    def missed(self, before: datetime) -> list[str]:
        """Ticks that nobody worked on, between the first and the last that somebody did."""
        missed = []
        ticks: dict[str, set[datetime]] = {}
        for dag, tick in self.sides_of_ticks():
            ticks.setdefault(dag, set()).add(datetime.fromisoformat(tick))
        for dag, seen in ticks.items():
            step = OFTEN.get(dag.split("_", 1)[1].rstrip("_0123456789"))
            if step is None:
                continue
            tick = min(seen)
            while tick < before:
                if tick not in seen:
                    missed.append(f"{dag} {tick:%H:%M}")
                tick += timedelta(minutes=step)
        return sorted(missed)


def key(line: dict) -> tuple[str, ...]:
    return line["side"], line["dag"], line["run"], line["task"]
