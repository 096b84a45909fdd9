"""One PostgreSQL on loopback with a database for each Airflow, as MWAA keeps its metadata in one.

SQLite will not do: with tasks of several processes at work, a scheduler sooner or later waits in vain for the lock, and
ends. What is kept here is thrown away, so nothing is synced to the disk.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

READY_WITHIN = 30.0


def binaries() -> Path:
    """Debian keeps them apart by version; the newest is taken."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    named = shutil.which("initdb")
    if not found and not named:
        raise RuntimeError("no PostgreSQL is here: run scripts/setup.sh airflow")
    return found[-1].parent if found else Path(named).resolve().parent


class Database:
    def __init__(self, port: int):
        self.port, self.bin, self.password = port, binaries(), secrets.token_hex(16)
        self.process: subprocess.Popen | None = None
        # In the system's own place for such things: the user that it runs as may not come into a checkout.
        self.folder = Path(tempfile.mkdtemp(prefix="teal-airflows-"))
        # It refuses to run as root.
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None

    def start(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self.user:
            for path in (self.folder, secret):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "teal", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--no-sync")
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": 200,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "postgres.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*self._as_user(), str(self.bin / "postgres"), "-D", str(data), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder, start_new_session=True,
            )
        until = time.monotonic() + READY_WITHIN
        while self._psql("SELECT 1").returncode:
            if self.process.poll() is not None or time.monotonic() > until:
                words = (self.folder / "postgres.log").read_text(errors="replace")[-1500:]
                raise RuntimeError(f"PostgreSQL did not come up:\n{words}")
            time.sleep(0.1)

    def make(self, name: str, like: str = "template1") -> None:
        made = self._psql(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        if made.returncode:
            raise RuntimeError(f"the database {name} could not be made: {made.stderr}")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg2://teal:{self.password}@127.0.0.1:{self.port}/{name}"

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            # The fast way: whoever is connected is cut off.
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_user(self) -> list[str]:
        if not self.user:
            return []
        return ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups", "--"]

    def _run(self, name: str, *words: object) -> None:
        command = [*self._as_user(), str(self.bin / name), *map(str, words)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{name} failed:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")

    def _psql(self, sql: str) -> subprocess.CompletedProcess:
        command = [str(self.bin / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "teal", "-d", "postgres", "-qAtc", sql]
        return subprocess.run(command, env={**os.environ, "PGPASSWORD": self.password}, capture_output=True, text=True, timeout=60)
