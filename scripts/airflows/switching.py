"""Teal switches under `pause-standby` while both Airflows run, and switches back."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .checks import Checks
from .ledger import Ledger
from .rest import Rest, until

LONG = ("long_guarded", "long_plain")
# The longest task takes 75 s, what comes after it a moment, and Teal looks every few seconds.
DAGS_WITHIN = 300.0
WATCHED_WITHIN = 600.0
CONFIG = """
[store]
path = "{folder}/teal.db"

[[pair]]
id = "dev"
name = "Two real Airflows"
project = "mwaa-openlineage"
environment = "dev"
region = "us-east-2"

[pair.policy]
strategy = "pause-standby"
drain = "5m"
watch = "6m"
"""


class Teal:
    """The command line, on a store of its own."""

    def __init__(self, binary: Path, folder: Path, env: dict[str, str], checks: Checks):
        self.binary, self.checks = binary, checks
        self.config, self.store = folder / "teal.toml", folder / "teal.db"
        self.config.write_text(CONFIG.format(folder=folder))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEAL_"))}
        self.env = {**kept, **env}

    def run(self, *words: str, within: float = 60.0) -> subprocess.CompletedProcess:
        command = [str(self.binary), *words, "--config", str(self.config)]
        try:
            return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=within)
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode() if isinstance(late.stdout, bytes) else late.stdout or ""
            return subprocess.CompletedProcess(command, -1, said, f"not done within {within:.0f} s")

    def journal(self, kind: str) -> list[dict]:
        """The entries of a kind, the oldest first."""
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as store:
            return [json.loads(body) for (body,) in store.execute("SELECT body FROM journal WHERE kind = ? ORDER BY seq", (kind,))]

    def last_intent(self) -> dict:
        return self.journal("intent")[-1].get("plan", {})

    def steps(self) -> list[dict]:
        return [entry.get("did", {}) for entry in self.journal("step")]

    def switch(self, target: str) -> None:
        """Switches, and follows until everything is done with the DAGs."""
        status = self.run("status").stdout
        version = re.search(r"version (\d+)", status)
        if not self.checks.that("teal status tells the flag's version", version is not None, status):
            return
        done = self.run("switch", "--to", target, "--confirm", f"{target}@{version[1]}", "--reason", "a trial with two real Airflows")
        self.checks.that(f"teal switches to {target}", done.returncode == 0, done.stdout + done.stderr)
        followed = self.run("follow", "--dags", within=DAGS_WITHIN)
        self.checks.that("teal follow does what is to be done with the DAGs", followed.returncode == 0, followed.stdout + followed.stderr)
        self.checks.say("teal follow said:\n" + followed.stdout.rstrip())


def switching(world: dict, rests: dict[str, Rest], ledger: Ledger, checks: Checks, binary: Path, folder: Path) -> None:
    teal = Teal(binary, folder, world["env"], checks)
    asleep = {dag for dag in rests["blue"].paused() if dag.startswith("asleep_")}
    working = set(rests["blue"].paused()) - asleep
    for dag in sorted(working):
        rests["blue"].pause(dag, False)
    before = {color: rest.paused() for color, rest in rests.items()}
    checks.that("green is paused as a whole", all(before["green"].values()))
    often = {dag for dag in working if "minute" in dag or dag == "guarded_chain"}
    missing = until(lambda: often - {line["dag"] for line in ledger.lines("end", side="blue", scheduled=True)}, lambda left: not left, within=360, every=5)
    checks.none("blue works: whatever comes every few minutes has run", sorted(missing))

    change_sides(rests, ledger, checks, teal, "blue", "green")
    switched = {color: rest.paused() for color, rest in rests.items()}
    checks.that("what worked on blue is unpaused on green", not any(switched["green"][dag] for dag in working), sorted(dag for dag in working if switched["green"][dag]))
    checks.that("and paused on blue", all(switched["blue"][dag] for dag in working), sorted(dag for dag in working if not switched["blue"][dag]))
    woken = [f"{dag} on {color}" for color in rests for dag in asleep if not switched[color][dag]]
    checks.none("no DAG that was paused on purpose was woken", woken)

    checks.say("green works for a minute and a half")
    time.sleep(90)
    # The watch still lasts: this takes the switch back.
    change_sides(rests, ledger, checks, teal, "green", "blue")
    checks.that("going back while it is watched takes the switch back", teal.last_intent().get("reverts") is not None, teal.last_intent())
    now = {color: rest.paused() for color, rest in rests.items()}
    for color in rests:
        changed = sorted(dag for dag in now[color] if now[color][dag] != before[color][dag])
        checks.none(f"after it was taken back {color} is paused exactly as before", changed)

    checks.say("blue works for two minutes")
    time.sleep(120)
    change_sides(rests, ledger, checks, teal, "blue", "green")
    checks.that("after that one the next is a switch like any other", teal.last_intent().get("reverts") is None, teal.last_intent())
    switched = {color: rest.paused() for color, rest in rests.items()}
    checks.none("what worked on blue works on green again", sorted(dag for dag in working if switched["green"][dag]))
    ended = teal.run("follow", within=WATCHED_WITHIN)
    checks.that("teal follow watches to the end", ended.returncode == 0, ended.stdout + ended.stderr)
    watched = [step for step in teal.steps() if step["step"] == "watched"]
    coverage = (watched[-1].get("coverage") or {}) if watched else {}
    checks.that("and found every tick run by exactly one side", coverage.get("once", 0) > 20 and not coverage.get("twice") and not coverage.get("missed"), watched)

    checks.none("no DAG that was paused on purpose ever ran", sorted({line["dag"] for line in ledger.lines("begin") if line["dag"] in asleep}))
    checks.none("no tick was run twice", ledger.twice())
    # The last minutes may still be under way.
    checks.none("no tick was missed", ledger.missed(datetime.now(timezone.utc) - timedelta(seconds=100)))


def change_sides(rests: dict[str, Rest], ledger: Ledger, checks: Checks, teal: Teal, old: str, new: str) -> None:
    """One switch while long tasks run on the old side; and none of them is lost."""
    run = f"during-{new}"
    for dag in LONG:
        rests[old].trigger(dag, run)
    begun = until(lambda: {line["dag"] for line in ledger.lines("begin", side=old, run=run)}, lambda seen: seen == set(LONG), within=60)
    checks.that(f"long tasks run on {old}", begun == set(LONG), begun)
    # As far from a tick as can be: Teal's preflight warns of one that is near.
    time.sleep((20 - time.time()) % 60)
    teal.switch(new)
    states = {dag: rests[old].run_ends(dag, run, within=5) for dag in LONG}
    checks.that(f"the long runs of {old} were finished there", set(states.values()) == {"success"}, states)
    ended = {(line["dag"], line["task"]) for line in ledger.lines("end", side=old, run=run)}
    checks.that("with what comes after the long task", ended == {(dag, task) for dag in LONG for task in ("work", "after")}, ended)
    left = until(ledger.unended, lambda tasks: not any(task.startswith(old) for task in tasks), within=30)
    checks.none(f"no task of {old} was killed: each that began has its end", [task for task in left if task.startswith(old)])
