"""One real Airflow on loopback: its four processes, each ended by its own id, and its home.

Nothing here listens on anything but 127.0.0.1.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from collections.abc import Collection
from pathlib import Path

PARTS = {
    "api-server": ["--host", "127.0.0.1", "--workers", "1"],
    "scheduler": ["--skip-serve-logs"],
    "dag-processor": [],
    "triggerer": ["--skip-serve-logs"],
}
READY_WITHIN = 180.0
# Whoever started us gives us ten seconds.
END_WITHIN = 6.0


def die_with_parent() -> None:
    """The kernel ends a part when this script ends, however it ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGTERM)


# Some ticks before the trial begins, for what catches up.
LATELY = (datetime.now(timezone.utc).replace(second=0, microsecond=0) - timedelta(minutes=6)).isoformat()


class Side:
    """Blue or green."""

    def __init__(self, color: str, port: int, home: Path, database: str, dags: Path, ledger: Path, aws: dict[str, str], airflow: Path):
        self.color, self.port, self.home, self.airflow = color, port, home, airflow
        self.processes: dict[str, subprocess.Popen] = {}
        home.mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW"))}
        self.env = {
            **kept,
            **aws,
            "PATH": f"{airflow.parent}:{kept.get('PATH', '')}",
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "6",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__SECRET_KEY": secrets.token_hex(16),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
            "AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT": "False",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__CUSTOM__ENVIRONMENT_COLOR": color,
            "TEAL_TEST_LEDGER": str(ledger),
            "TEAL_TEST_LATELY": LATELY,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v2"

    def migrate(self) -> None:
        """Lays the schema into its empty database. The other side's can be a copy."""
        self._once("db", "migrate")

    def start(self) -> None:
        for part, options in PARTS.items():
            with (self.home / f"{part}.log").open("wb") as log:
                self.processes[part] = subprocess.Popen(
                    [str(self.airflow), part, *options],
                    env=self.env,
                    cwd=self.home,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # A group of its own: tasks are children of the scheduler, and are ended with it.
                    start_new_session=True,
                    preexec_fn=die_with_parent,
                )

    def wait_until_healthy(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            self.must_run()
            try:
                with urllib.request.urlopen(f"{self.url}/monitor/health", timeout=5) as answer:
                    if answer.read().count(b'"healthy"') == len(PARTS):
                        return
            except (OSError, urllib.error.URLError):
                pass
            time.sleep(0.5)
        raise RuntimeError(f"the {self.color} Airflow was not healthy within {READY_WITHIN:.0f} s; see {self.home}/*.log")

    def must_run(self) -> None:
        for part, process in self.processes.items():
            if process.poll() is not None:
                words = (self.home / f"{part}.log").read_text(errors="replace").splitlines()[-15:]
                raise RuntimeError(f"the {self.color} {part} ended with {process.returncode}:\n" + "\n".join(words))

    def ask_to_end(self) -> None:
        for process in self.processes.values():
            _signal(process.pid, signal.SIGTERM)

    def end(self, until: float) -> None:
        """Waits for what was asked to end; what has not by then gets no choice."""
        for process in self.processes.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            # What a part has left behind, or itself.
            _signal(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def _once(self, *command: str) -> None:
        done = subprocess.run([str(self.airflow), *command], env=self.env, cwd=self.home, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise RuntimeError(f"airflow {' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def end_all(sides: Collection[Side]) -> None:
    for side in sides:
        side.ask_to_end()
    until = time.monotonic() + END_WITHIN
    for side in sides:
        side.end(until)


def _signal(group: int, sign: int) -> None:
    try:
        os.killpg(group, sign)
    except (ProcessLookupError, PermissionError) as gone:
        if isinstance(gone, PermissionError):
            print(f"cannot end {group}: {gone}", file=sys.stderr)
