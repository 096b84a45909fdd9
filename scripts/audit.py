#!/usr/bin/env python3
"""What came into Teal with its dependencies (SECURITY row 59): advisories, licences, origins, and a bill of materials.

    .tools/venv/bin/python scripts/audit.py [--out FILE]

A line for each question: passed, FAILED with what is wrong, or NOT CHECKED with the reason. Databases of advisories live
on other machines; one that does not answer is never taken for one that says that all is well. `--out` gets the counts, for
the sum of `make test`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import sbom
from cyclonedx.validation.json import JsonStrictValidator

ROOT = sbom.ROOT
DENY = ROOT / ".tools/bin/cargo-deny"
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")
# How long somebody else's database may take to answer.
PATIENCE = 30


class Failed(Exception):
    """What is wrong."""


class NotChecked(Exception):
    """Why nobody knows."""


def run(*words: str | Path, folder: Path = ROOT, within: float = 300) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(list(map(str, words)), cwd=folder, capture_output=True, text=True, timeout=within)
    except subprocess.TimeoutExpired:
        raise NotChecked(f"{Path(str(words[0])).name} did not end within {within:.0f} s") from None
    except OSError as wrong:
        raise NotChecked(f"{Path(str(words[0])).name} cannot be started: {wrong.strerror}") from None


def last_words(done: subprocess.CompletedProcess[str], lines: int = 40) -> str:
    return "\n".join((done.stdout + done.stderr).strip().splitlines()[-lines:])


# ---- Rust ----------------------------------------------------------------------------------------


def deny(which: str) -> None:
    done = run(DENY, "check", "--hide-inclusion-graph", which)
    if done.returncode:
        raise Failed(last_words(done))


def advisories_of_crates() -> None:
    done = run(DENY, "fetch", "db", within=PATIENCE)
    if done.returncode:
        raise NotChecked(f"RustSec's database cannot be fetched: {last_words(done, 1)}")
    done = run(DENY, "check", "--hide-inclusion-graph", "advisories")
    if done.returncode:
        raise Failed(last_words(done))


# ---- npm and Python: they build and test, and nothing of them is shipped --------------------------


def locked_npm(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    loose = [name for name, one in lock["packages"].items() if name and not one.get("integrity") and not one.get("link")]
    if loose:
        raise Failed(f"{folder}/package-lock.json has no digest of {', '.join(loose)}: remove it and run npm install")


def advisories_of_npm(folder: str) -> None:
    options = ("--package-lock-only", "--json", "--fetch-retries=0", f"--fetch-timeout={PATIENCE * 1000}")
    done = run("npm", "audit", *options, folder=ROOT / folder, within=2 * PATIENCE)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise NotChecked(f"npm audit gave no report: {last_words(done, 1)}") from None
    if "vulnerabilities" not in report:
        raise NotChecked(f"the registry answers no audits: {report.get('message', last_words(done, 1))}")
    if report["vulnerabilities"]:
        raise Failed("\n".join(f"{name}: {one['severity']}, {one['range']}" for name, one in report["vulnerabilities"].items()))


def pip_audit(*what: str | Path) -> list[dict]:
    done = run(PIP_AUDIT, *what, "--format", "json", "--progress-spinner", "off", "--timeout", "15", within=4 * PATIENCE)
    try:
        return json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise NotChecked(f"pip-audit gave no report: {last_words(done, 1)}") from None


def advisories_of_python() -> None:
    # One first: an index that knows no advisories is not to be asked for all the others.
    first = ROOT / "target/audit-first.txt"
    first.parent.mkdir(exist_ok=True)
    pins = (ROOT / "scripts/requirements.txt").read_text().splitlines()
    first.write_text(next(line for line in pins if line.startswith("requests==")) + "\n")
    try:
        for one in pip_audit("--no-deps", "--disable-pip", "-r", first):
            if "skip_reason" in one:
                raise NotChecked(f"the package index knows no advisories: {one['skip_reason']}")
    finally:
        first.unlink()
    found = pip_audit("--path", next((Path(sys.executable).parent.parent / "lib").glob("python3*/site-packages")))
    skipped = [one["name"] for one in found if "skip_reason" in one]
    hit = [f"{one['name']} {one['version']}: {vuln['id']}" for one in found for vuln in one.get("vulns", [])]
    if hit:
        raise Failed("\n".join(hit))
    if skipped:
        raise NotChecked(f"the package index does not know {', '.join(skipped)}")


# ---- The bill of materials -----------------------------------------------------------------------


def bill_of(shipped: tuple[str, tuple[str, ...]]) -> dict:
    return json.loads((ROOT / "target/sbom" / f"{shipped[0]}.cdx.json").read_text())


def listed(bill: dict) -> set[sbom.Crate]:
    everything = [bill["metadata"]["component"], *bill["components"]]
    return {sbom.Crate(one["name"], one["version"]) for one in everything}


def bill_is_valid(shipped: tuple[str, tuple[str, ...]]) -> None:
    path = sbom.write(shipped, ROOT / "target/sbom")
    wrong = JsonStrictValidator(sbom.VERSION).validate_str(path.read_text())
    if wrong:
        raise Failed(f"{path}: {wrong}")


def bill_leaves_nothing_unknown(shipped: tuple[str, tuple[str, ...]]) -> None:
    for one in bill_of(shipped)["components"]:
        ours = one["name"].startswith("teal-")
        for key in ("version", "licenses", *(() if ours else ("purl", "hashes"))):
            if not one.get(key):
                raise Failed(f"{one['name']} has no {key}")


def bill_is_what_is_compiled(shipped: tuple[str, tuple[str, ...]], *build: str, binary: Path) -> None:
    """Cargo's resolver wrote the bill; what the compiler was given is the proof."""
    if not binary.exists():
        raise NotChecked("nothing is built yet: run make test")
    done = run(*build, "--message-format", "json", within=1800)
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    # What follows the compiler, such as bundling by Node, is another question.
    if not any(message["reason"] == "build-finished" and message["success"] for message in messages):
        raise Failed("\n".join(done.stderr.strip().splitlines()[-40:]))
    known = sbom.packages()
    built = {message["package_id"] for message in messages if message["reason"] == "compiler-artifact"}
    compiled = {sbom.Crate(known[id]["name"], known[id]["version"]) for id in built}
    bill = listed(bill_of(shipped))
    if compiled != bill:
        missing, more = (", ".join(f"{one.name} {one.version}" for one in sorted(side)) for side in (compiled - bill, bill - compiled))
        raise Failed(f"compiled and not in the bill: {missing or 'none'}\nin the bill and not compiled: {more or 'none'}")


def server_build() -> tuple[str, ...]:
    return ("cargo", "build", "--locked", "-p", "teal-server", "--bin", "teal")


def site_build() -> tuple[str, ...]:
    return (str(ROOT / "scripts/assets.sh"), "dev")


CHECKS = [
    ("no crate has a known flaw, is taken back, or was given up (RustSec)", advisories_of_crates),
    ("every crate is under a licence that Teal can be shipped with", lambda: deny("licenses")),
    ("no crate is banned, and none is wanted in just any version", lambda: deny("bans")),
    ("every crate comes from the public registry", lambda: deny("sources")),
    ("each npm package is pinned by its digest", lambda: [locked_npm(folder) for folder in ("scripts/npm", "end2end")]),
    ("no npm package that builds has a known flaw", lambda: advisories_of_npm("scripts/npm")),
    ("no npm package that tests has a known flaw", lambda: advisories_of_npm("end2end")),
    ("no Python package that tests has a known flaw", advisories_of_python),
    ("the server's bill of materials is written, and is CycloneDX", lambda: bill_is_valid(sbom.SERVER)),
    ("the site's bill of materials is written, and is CycloneDX", lambda: bill_is_valid(sbom.SITE)),
    ("the server's bill names version, licence, origin and digest of each crate", lambda: bill_leaves_nothing_unknown(sbom.SERVER)),
    ("the site's bill names version, licence, origin and digest of each crate", lambda: bill_leaves_nothing_unknown(sbom.SITE)),
    (
        "the server's bill is what the compiler was given, no crate less and none more",
        lambda: bill_is_what_is_compiled(sbom.SERVER, *server_build(), binary=ROOT / "target/debug/teal"),
    ),
    (
        "the site's bill is what the compiler was given, no crate less and none more",
        lambda: bill_is_what_is_compiled(sbom.SITE, *site_build(), binary=ROOT / "target/wasm/wasm32-unknown-unknown/wasm-dev/teal_app.wasm"),
    ),
]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    counts = {"passed": 0, "failed": 0, "not_checked": 0}
    for name, check in CHECKS:
        began, said, why = time.monotonic(), "passed", ""
        try:
            check()
        except Failed as wrong:
            said, why = "FAILED", str(wrong)
        except NotChecked as reason:
            said, why = "NOT CHECKED", str(reason)
        counts[said.lower().replace(" ", "_")] += 1
        print(f"  {said:<11}  row 59: {name} ({time.monotonic() - began:.1f} s)", flush=True)
        for line in why.splitlines():
            print(f"               {line}", flush=True)
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(json.dumps(counts) + "\n")
    print(f"audit: {counts['passed']} passed, {counts['failed']} failed, {counts['not_checked']} NOT CHECKED")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
