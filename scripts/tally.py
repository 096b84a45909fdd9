#!/usr/bin/env python3
"""Reads what test runners say.

    tally.py follow                 copies from standard input the lines that matter while tests run
    tally.py sum --cargo LOG …      adds up; the last line is "N passed, N failed", also written to --out

A runner that ended badly without naming a failed test, or that ran no test at all, counts as one failure: a suite
that did not run must never look like one that passed. Needs nothing but Python's own library.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")
RUNNING = re.compile(r"^\s+(Running|Doc-tests) (.+?)(?: \(.*\))?$")
# Of a build only our own crates and the slow ones: enough to see that it gets on.
BUILDING = re.compile(r"^\s+(Compiling (teal|aws-sdk|leptos v|sqlx v)|Finished)")


def follow() -> int:
    """One line a test binary, plus failures with all their output."""
    name = ""
    in_failures = in_error = False
    for line in sys.stdin:
        line = line.rstrip("\n")
        running = RUNNING.match(line)
        result = RESULT.match(line)
        if running:
            name, in_error = f"{running[1].lower()} {running[2]}", False
        elif result:
            in_failures = False
            if int(result[1]) + int(result[2]):
                print(f"  {result[1]:>4} passed, {result[2]} failed  {name.removeprefix('running ').removeprefix('unittests ')}", flush=True)
        elif line == "failures:":
            in_failures = True
            print(line, flush=True)
        elif line.startswith("error"):
            in_error = True
            print(line, flush=True)
        elif in_failures or in_error:
            print(line, flush=True)
            in_error = in_error and line != ""
        elif BUILDING.match(line):
            print(line, flush=True)
    return 0


def cargo_counts(log: Path) -> tuple[int, int]:
    passed = failed = 0
    for line in log.read_text(errors="replace").splitlines():
        if found := RESULT.match(line):
            passed += int(found[1])
            failed += int(found[2])
    return passed, failed


def playwright_counts(report: Path) -> tuple[int, int]:
    """Passed and failed. A test that passed on a second try has failed: there are no second tries."""
    if not report.is_file():
        return 0, 0
    stats = json.loads(report.read_text())["stats"]
    return stats["expected"], stats["unexpected"] + stats["flaky"]


def cargo_failed(log: Path) -> list[str]:
    """The tests that failed, as cargo lists them at the end of a binary."""
    found = re.findall(r"^test (.+?) \.\.\. FAILED$", log.read_text(errors="replace"), re.MULTILINE)
    return list(dict.fromkeys(found))


def playwright_failed(report: Path) -> list[str]:
    """The tests that failed, with the first lines of why."""
    if not report.is_file():
        return []
    told = []
    suites = list(json.loads(report.read_text()).get("suites", []))
    while suites:
        suite = suites.pop()
        suites += suite.get("suites", [])
        for spec in suite.get("specs", []):
            for test in spec["tests"]:
                if test["status"] not in ("expected", "skipped"):
                    messages = [error.get("message", "") for result in test["results"] for error in result.get("errors", [])]
                    why = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(messages)).splitlines()[:12]
                    name = f"{spec['file']}:{spec['line']} [{test['projectName']}] {spec['title']}"
                    told.append("\n      ".join([name, *why]))
    return told


def unittest_counts(log: Path) -> tuple[int, int]:
    """Of Python's own runner: "Ran 26 tests in …", then "OK" or "FAILED (failures=1, errors=2)"."""
    if not log.is_file():
        return 0, 0
    text = log.read_text(errors="replace")
    ran = sum(int(count) for count in re.findall(r"^Ran (\d+) tests?", text, re.MULTILINE))
    worded = re.findall(r"^(?:FAILED|OK) \((.*)\)$", text, re.MULTILINE)
    bad, skipped = (
        sum(int(count) for line in worded for count in re.findall(rf"\b(?:{names})=(\d+)", line))
        for names in ("failures|errors|unexpected successes", "skipped")
    )
    return max(0, ran - bad - skipped), bad


def audit_counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed, and what could not be looked at: that counts as neither."""
    if not report.is_file():
        return 0, 0, 0
    counts = json.loads(report.read_text())
    return counts["passed"], counts["failed"], counts["not_checked"]


def summed(options: argparse.Namespace) -> int:
    rows = []
    if options.cargo:
        rows.append(("cargo test", *cargo_counts(options.cargo), options.cargo_status, ""))
    if options.dags:
        rows.append(("dags", *unittest_counts(options.dags), options.dags_status, ""))
    for report, status in zip(options.playwright, options.playwright_status, strict=True):
        rows.append((f"browser {report.stem}", *playwright_counts(report), status, ""))
    if options.audit:
        passed, failed, unknown = audit_counts(options.audit)
        remark = f"  ({unknown} NOT CHECKED, see above)" if unknown else ""
        rows.append(("audit", passed, failed, options.audit_status, remark))

    total_passed = total_failed = 0
    for name, passed, failed, status, remark in rows:
        if passed + failed == 0:
            failed, remark = 1, "  (ran no test)"
        elif status != 0 and failed == 0:
            failed, remark = 1, f"  (ended with status {status} and named no failed test)"
        print(f"{name:<13} {passed:>5} passed, {failed} failed{remark}")
        total_passed += passed
        total_failed += failed
    if not rows:
        total_failed = 1

    # Once more by name, since what comes after may be all that is kept of an output.
    names = cargo_failed(options.cargo) if options.cargo and options.cargo.is_file() else []
    for report in options.playwright:
        names += playwright_failed(report)
    lines = [f"  FAILED  {name}" for name in names] + [f"{total_passed} passed, {total_failed} failed"]
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text("\n".join(lines) + "\n")
    print("\n".join(lines), flush=True)
    return 1 if total_failed else 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = options.add_subparsers(dest="command", required=True)
    commands.add_parser("follow")
    adding = commands.add_parser("sum")
    adding.add_argument("--cargo", type=Path)
    adding.add_argument("--cargo-status", type=int, default=0)
    adding.add_argument("--dags", type=Path)
    adding.add_argument("--dags-status", type=int, default=0)
    adding.add_argument("--playwright", type=Path, action="append", default=[])
    adding.add_argument("--playwright-status", type=int, action="append", default=[])
    adding.add_argument("--audit", type=Path)
    adding.add_argument("--audit-status", type=int, default=0)
    adding.add_argument("--out", type=Path)
    chosen = options.parse_args()
    return follow() if chosen.command == "follow" else summed(chosen)


if __name__ == "__main__":
    sys.exit(main())
