#!/usr/bin/env python3
"""Switches two real Airflows while they work. `make test-airflow` runs it: scripts/test_airflow.sh has made the world.

    test_airflow.py --world FILE --folder FOLDER [--teal BINARY]

Blue and green come up with the guarded example and thirty other DAGs. First the guard alone: the flag is put by hand,
and the sides change places. Then Teal (left out without `--teal`): blue works, `teal switch` under `pause-standby`, and
back. Exit code 0 when everything held; the last line is the sum.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
from pathlib import Path

import field
from airflows.checks import Checks
from airflows.database import Database
from airflows.guard import guard_alone
from airflows.ledger import Ledger
from airflows.rest import Refused, Rest, until
from airflows.side import Side, end_all
from airflows.switching import switching
from world import free_port

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = 31


def lay_out(folder: Path) -> Path:
    """The DAGs folder that both sides read."""
    dags = folder / "dags"
    dags.mkdir(parents=True)
    for name in ("teal_guard.py", "guarded_example.py", ".airflowignore"):
        shutil.copy(ROOT / "deploy/dags" / name, dags / name)
    shutil.copy(ROOT / "scripts/airflows/dags/thirty.py", dags)
    return dags


def bring_up(database: Database, sides: dict[str, Side], rests: dict[str, Rest], checks: Checks) -> None:
    # The schema is laid once and copied: laying it takes as long as all the rest.
    database.start()
    database.make("blue")
    sides["blue"].migrate()
    database.make("green", like="blue")
    for side in sides.values():
        side.start()
    for side in sides.values():
        side.wait_until_healthy()
        checks.say(f"{side.color} is up at {side.url}")
    for color, rest in rests.items():
        health = rest.health()
        checks.that(f"{color} is healthy in four parts by InvokeRestApi", list(health.values()) == ["healthy"] * 4, health)
        there = until(rest.paused, lambda paused: len(paused) >= EXPECTED, within=90)
        checks.that(f"{color} has the example and thirty other DAGs", len(there) == EXPECTED, len(there))
        checks.that(f"{color} has imported every file", rest.call("GET", "/importErrors")["total_entries"] == 0)


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--world", required=True, type=Path, metavar="FILE", help="what world.py wrote")
    options.add_argument("--folder", required=True, type=Path, help="for the homes, the logs and the ledger")
    options.add_argument("--airflow", type=Path, default=ROOT / ".tools/airflow/bin/airflow", metavar="BINARY")
    options.add_argument("--teal", type=Path, metavar="BINARY", help="without it only the Airflows and the guard are tried")
    options.add_argument("--only-switch", action="store_true", help="leave out the trial of the guard alone")
    return options.parse_args()


def main() -> int:
    chosen = arguments()
    field.seal_off()
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: sys.exit(143))
    world = json.loads(chosen.world.read_text())
    dags, ledger, checks = lay_out(chosen.folder), Ledger(chosen.folder / "ledger.jsonl"), Checks()
    database = Database(free_port())
    sides = {
        color: Side(color, world["airflow_ports"][field.environment(color)], chosen.folder / color, database.url(color), dags, ledger.file, world["env"], chosen.airflow)
        for color in field.COLORS
    }
    rests = {color: Rest(world["ministack"], color) for color in field.COLORS}
    try:
        bring_up(database, sides, rests, checks)
        if not chosen.only_switch:
            guard_alone(world, rests, ledger, checks)
        if chosen.teal:
            switching(world, rests, ledger, checks, chosen.teal, chosen.folder)
        for side in sides.values():
            side.must_run()
    except (RuntimeError, OSError, KeyError, Refused) as problem:
        checks.that("the trial came to its end", False, f"{type(problem).__name__}: {problem}")
    except KeyboardInterrupt:
        return 130
    finally:
        end_all(sides.values())
        database.end()
    print(checks.sum(), flush=True)
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
