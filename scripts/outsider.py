#!/usr/bin/env python3
"""Plays somebody with the AWS command line, who moves the flag behind Teal's back, or pulls a plug of an Airflow.

    scripts/outsider.py --to green            what the field's switch script does
    scripts/outsider.py --value purple        what a typing error does
    scripts/outsider.py --delete              what a clean-up does
    scripts/outsider.py                       only shows the flag
    scripts/outsider.py --airflow green --silent     its Airflow answers nobody; --answers ends that
    scripts/outsider.py --airflow green --ill        its scheduler is unhealthy; --well ends that
    scripts/outsider.py --airflow blue --finish      whatever runs there ends now; --fail: with a failure
    scripts/outsider.py --airflow blue --breaks      a DAG file there cannot be imported; --mends ends that

It finds the emulated AWS through the file that `make run` leaves in .teal/ (or --world FILE), or through
AWS_ENDPOINT_URL. It never talks to anything but this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

try:
    import field
except ModuleNotFoundError:
    # Run with the system's Python, which has no boto3: go on with the project's own.
    python = ROOT / ".tools/venv/bin/python"
    if not python.exists() or Path(sys.prefix) == python.parent.parent:
        sys.exit("outsider: run scripts/setup.sh python first")
    os.execv(python, [str(python), *sys.argv])


def endpoint(world: Path) -> str:
    if world.exists():
        found = json.loads(world.read_text())["ministack"]
    elif "AWS_ENDPOINT_URL" in os.environ:
        found = os.environ["AWS_ENDPOINT_URL"]
    else:
        sys.exit(f"outsider: no emulated AWS runs ({world} is not there). Start one with: make run")
    if urlsplit(found).hostname not in ("127.0.0.1", "localhost", "::1"):
        sys.exit(f"outsider: {found} is not on this machine, and this is only for an emulated AWS")
    return found


PLAYS = {
    "silent": ("silent", {"silent": True}),
    "answers": ("silent", {"silent": False}),
    "ill": ("ill", {"part": "scheduler"}),
    "well": ("ill", {}),
    "finish": ("finish", {"state": "success"}),
    "fail": ("finish", {"state": "failed"}),
    "breaks": ("import_error", {"file": "sales/orders.py", "error": "ModuleNotFoundError: No module named 'pandas'"}),
    "mends": ("import_error", {}),
}


def play(world: Path, environment: str, what: str) -> None:
    """Asks the emulated Airflow of an environment for something that only it can do."""
    port = json.loads(world.read_text())["airflow_ports"][environment]
    where, said = PLAYS[what]
    request = urllib.request.Request(f"http://127.0.0.1:{port}/emulator/{where}", json.dumps(said).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=5):
        print(f"{environment}: {what}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = options.add_mutually_exclusive_group()
    what.add_argument("--to", choices=field.COLORS, help="put the flag to this colour")
    what.add_argument("--value", help="put the flag to anything at all")
    what.add_argument("--delete", action="store_true", help="delete the flag")
    options.add_argument("--airflow", choices=field.COLORS, help="the side whose Airflow is played with")
    for word in PLAYS:
        what.add_argument(f"--{word}", dest="play", action="store_const", const=word, help=argparse.SUPPRESS)
    options.add_argument("--pair", choices=list(field.FLAGS), default=field.ENV, help=f"whose Airflow ({field.ENV})")
    options.add_argument("--description", help="as the put's description; without it SSM carries over the last one")
    options.add_argument("--flag", default=field.FLAG, help=f"the parameter's name ({field.FLAG})")
    options.add_argument("--world", type=Path, default=ROOT / ".teal/world.json", metavar="FILE")
    chosen = options.parse_args()

    field.seal_off()
    if chosen.play:
        if not chosen.airflow or not chosen.world.exists():
            options.error(f"--{chosen.play} needs --airflow blue or green, and a world that runs")
        play(chosen.world, field.environment(chosen.airflow, chosen.pair), chosen.play)
        return
    ssm = field.client("ssm", endpoint(chosen.world))
    value = chosen.to if chosen.to is not None else chosen.value
    if chosen.delete:
        ssm.delete_parameter(Name=chosen.flag)
        print(f"{chosen.flag} is deleted")
    elif value is not None:
        words = {"Description": chosen.description} if chosen.description else {}
        put = ssm.put_parameter(Name=chosen.flag, Value=value, Type="String", Overwrite=True, **words)
        print(f"{chosen.flag} is {value}, version {put['Version']}")
    else:
        found = ssm.get_parameters(Names=[chosen.flag])["Parameters"]
        print(f"{chosen.flag} is {found[0]['Value']}, version {found[0]['Version']}" if found else f"{chosen.flag} is not there")


if __name__ == "__main__":
    main()
