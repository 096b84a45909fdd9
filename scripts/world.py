#!/usr/bin/env python3
"""An AWS to develop against: starts emulators on loopback, seeds them, and ends them when it ends.

    .tools/venv/bin/python scripts/world.py --out .teal/world.json

MiniStack answers for everything but Cost Explorer, whose bill `cost_emulator.py` plays; moto is there for tests that seed it
themselves. When all answer and hold the seeded
platform, the addresses and the environment to use go to the `--out` file, and the same to a file of `export` lines
beside it (`.env`); then one line is printed. It runs until SIGINT, SIGTERM, or the death of whoever started it.
"""

from __future__ import annotations

import argparse
import ctypes
import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import field
import seed
import seed_flag
import seed_network
import seed_metrics
import seed_people

HOST = "127.0.0.1"
READY_WITHIN = 30.0
END_WITHIN = 5.0
# The emulator gives each MWAA environment the next port from a base; nobody listens there until an Airflow is started.
AIRFLOW_PORTS = 8


class Emulator:
    """One process that we started, and its log. Only ever this process is ended."""

    def __init__(self, name: str, port: int, command: list[str], env: dict[str, str], folder: Path):
        self.name, self.port = name, port
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                # Ctrl-C reaches us alone; we end the emulators in our own time.
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGKILL),
            )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def wait_until_it_answers(self, path: str) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.last_words()}")
            try:
                connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
                connection.request("GET", path)
                if connection.getresponse().status < 500:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not answer within {READY_WITHIN:.0f} s:\n{self.last_words()}")

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def end(self) -> None:
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def die_with_parent(sign: int) -> None:
    """The kernel sends `sign` to the calling process when its parent ends, however it ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, sign)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def airflow_base() -> tuple[int, socket.socket]:
    """The first of a row of ports that are free and that no other world has spoken for.

    Nobody listens on them yet, so a name that the kernel frees when we end says that they are taken: keep the second
    thing answered for as long as the ports are wanted.
    """
    for base in range(18080, 20080, AIRFLOW_PORTS):
        claim = socket.socket(socket.AF_UNIX)
        probes = [socket.socket() for _ in range(AIRFLOW_PORTS)]
        try:
            claim.bind(f"\0teal-airflow-{base}")
            for port, probe in enumerate(probes, start=base):
                probe.bind((HOST, port))
            return base, claim
        except OSError:
            claim.close()
        finally:
            for probe in probes:
                probe.close()
    raise RuntimeError("no free range of ports")


def base_environment(folder: Path) -> dict[str, str]:
    """The caller's environment, less everything that names a real AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    # A Docker daemon would get containers started in it, and others removed: no emulator may find one.
    return {**kept, "TMPDIR": str(folder), "DOCKER_HOST": f"unix://{folder}/no-docker.sock"}


def start_ministack(folder: Path, port: int, base: int) -> Emulator:
    env = {
        **base_environment(folder),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": field.ACCOUNT,
        "MINISTACK_REGION": field.REGION,
        "MWAA_BASE_PORT": str(base),
        "CLOUDTRAIL_RECORDING": "1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        # Not to keep anything: this is how it comes to read the past that seed_flag.py laid down.
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
    }
    return Emulator("ministack", port, [sys.executable, str(Path(__file__).with_name("aws_emulator.py"))], env, folder)


def start_moto(folder: Path, port: int) -> Emulator:
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    return Emulator("moto", port, command, base_environment(folder), folder)


def start_costs(folder: Path, port: int) -> Emulator:
    """Plays Cost Explorer and the AWS Price List."""
    command = [sys.executable, str(Path(__file__).with_name("cost_emulator.py")), "--port", str(port)]
    return Emulator("costs", port, command, base_environment(folder), folder)


def start_airflows(folder: Path, ministack: str, ports: dict[str, int], pairs: list[str], pace: float, marquez: int) -> Emulator:
    """Plays the Airflow of each environment, on the port where MWAA looks for it, and the lineage service that they write to."""
    command = [sys.executable, str(Path(__file__).with_name("airflow_emulator.py")), "--ministack", ministack, "--pace", str(pace), "--marquez", str(marquez)]
    for pair, color in ((pair, color) for pair in pairs for color in field.COLORS):
        command += ["--side", f"{pair}/{color}={ports[field.environment(color, pair)]}"]
    return Emulator("airflows", ports[field.environment("blue")], command, base_environment(folder), folder)


def airflow_ports(ministack: str) -> dict[str, int]:
    """Where the emulator looks for the Airflow of each environment, should somebody start one."""
    mwaa = field.client("mwaa", ministack)
    found = {}
    for name in mwaa.list_environments()["Environments"]:
        found[name] = int(mwaa.get_environment(Name=name)["Environment"]["WebserverUrl"].rsplit(":", 1)[1])
    return found


def describe(out: Path, ministack: Emulator, moto: Emulator, costs: Emulator, people: dict | None, ports: dict[str, int], marquez: str | None) -> None:
    env = {
        # By name: the SDK puts `api.` in front for MWAA, and `api.localhost` is loopback where `api.127.0.0.1` is nothing.
        "AWS_ENDPOINT_URL": ministack.url.replace(HOST, "localhost"),
        "AWS_ENDPOINT_URL_COST_EXPLORER": costs.url,
        "AWS_ENDPOINT_URL_PRICING": costs.url,
        "AWS_REGION": field.REGION,
        "AWS_DEFAULT_REGION": field.REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    told = {
        "ministack": ministack.url,
        "moto": moto.url,
        "costs": costs.url,
        "account": field.ACCOUNT,
        "region": field.REGION,
        "flag": field.FLAG,
        "airflow_ports": ports,
        "marquez": marquez,
        "sign_in": people,
        "pid": os.getpid(),
        "env": env,
    }
    if people:
        env = {**env, "TEAL_CLIENT_SECRET": people["client_secret"]}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
    lines.append("unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CA_BUNDLE")
    replace(out.with_suffix(".env"), "\n".join(lines) + "\n")
    # Last, since others wait for this file.
    replace(out, json.dumps(told, indent=2) + "\n")


def sign_in_file(out: Path) -> Path:
    """The part of Teal's configuration by which the seeded people sign in."""
    return out.with_suffix(".sign_in.toml")


def forget(out: Path) -> None:
    for told in (out, out.with_suffix(".env"), sign_in_file(out)):
        told.unlink(missing_ok=True)


def replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    new.replace(path)


def feed(ministack: str, series: list, written: datetime, stop: threading.Event) -> None:
    """Goes on writing metrics, so that a world left running does not grow stale."""
    cloudwatch = field.client("cloudwatch", ministack)
    while not stop.wait(10):
        now = datetime.now(timezone.utc)
        seed_metrics.put(cloudwatch, series, written, now)
        written = now


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", required=True, type=Path, metavar="FILE", help="where to write addresses and environment, as JSON")
    options.add_argument("--ministack-port", type=int, metavar="PORT", help="instead of a free one")
    options.add_argument("--moto-port", type=int, metavar="PORT", help="instead of a free one")
    options.add_argument("--history-versions", type=int, default=30, metavar="N", help="versions of the flag (30); of more than 100 the last 100 are kept, as in SSM")
    options.add_argument("--teal", action="append", metavar="URL", help="where browsers find Teal, for signing in (http://localhost:3000)")
    options.add_argument("--no-seed", action="store_true", help="leave the emulators empty")
    options.add_argument("--airflow", metavar="VERSION", help="what both environments say that they are (blue 2.11.0, green 3.0.6)")
    options.add_argument("--live", action="store_true", help="go on writing metrics")
    options.add_argument("--prod", action="store_true", help="a second pair, which is like production")
    options.add_argument("--airflows", action="store_true", help="play the Airflow of each environment, by the clock")
    options.add_argument("--pace", type=float, default=1.0, metavar="N", help="tasks of those take an Nth of their time (1)")
    return options.parse_args()


def main() -> int:
    chosen = arguments()
    parent = os.getppid()
    die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        return 1
    field.seal_off()

    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: stop.set())

    # What an earlier world left behind must not be taken for ours.
    forget(chosen.out)
    began = time.monotonic()
    now = datetime.now(timezone.utc)
    folder = Path(tempfile.mkdtemp(prefix="teal-world-"))
    emulators: list[Emulator] = []
    if chosen.airflow:
        field.AIRFLOW = dict.fromkeys(field.COLORS, chosen.airflow)
    try:
        pairs = [field.ENV, *([field.PROD] if chosen.prod else [])]
        if not chosen.no_seed:
            seed_flag.write_saved_state(folder / "state", now, chosen.history_versions, pairs)
            seed_network.write_saved_state(folder / "state", now)
        base, _claim = airflow_base()
        ministack = start_ministack(folder, chosen.ministack_port or free_port(), base)
        emulators.append(ministack)
        moto = start_moto(folder, chosen.moto_port or free_port())
        emulators.append(moto)
        # Without a seed there is nothing to pay: moto answers so.
        costs = moto
        if not chosen.no_seed:
            costs = start_costs(folder, free_port())
            emulators.append(costs)
        ministack.wait_until_it_answers("/_ministack/health")
        moto.wait_until_it_answers("/moto-api/data.json")
        costs.wait_until_it_answers("/emulator/asked")
        said, people, ports, marquez = "empty", None, {}, None
        if not chosen.no_seed:
            teal = chosen.teal or ["http://localhost:3000"]
            done = seed.everything(ministack.url, now, chosen.history_versions, teal, pairs)
            people = done["people"]
            replace(sign_in_file(chosen.out), seed_people.toml(people, teal[0]))
            said = f"seeded: {done['points']} metric points, {done['alarms']} alarms"
            ports = airflow_ports(ministack.url)
            if chosen.airflows:
                lineage = free_port()
                airflows = start_airflows(folder, ministack.url, ports, pairs, chosen.pace, lineage)
                marquez = f"http://{HOST}:{lineage}"
                emulators.append(airflows)
                airflows.wait_until_it_answers("/api/v2/version")
            if chosen.live:
                threading.Thread(target=feed, args=(ministack.url, done["series"], now, stop), daemon=True).start()
        describe(chosen.out, ministack, moto, costs, people, ports, marquez)
        print(f"emulated AWS at {ministack.url}, Cost Explorer at {costs.url} ({said}; {time.monotonic() - began:.1f} s)", flush=True)

        while not stop.wait(0.5):
            for emulator in emulators:
                if emulator.process.poll() is not None:
                    print(f"{emulator.name} ended by itself:\n{emulator.last_words()}", file=sys.stderr, flush=True)
                    return 1
        return 0
    except RuntimeError as problem:
        print(f"world: {problem}", file=sys.stderr, flush=True)
        return 1
    finally:
        for emulator in reversed(emulators):
            emulator.end()
        forget(chosen.out)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
