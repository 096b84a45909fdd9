"""Says what was looked at and what came of it, and counts."""

from __future__ import annotations

import time


class Checks:
    def __init__(self):
        self.passed = self.failed = 0
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:6.0f} s  {text}", flush=True)

    def that(self, claim: str, held: bool, seen: object = "") -> bool:
        if held:
            self.passed += 1
            self.say(f"ok      {claim}")
        else:
            self.failed += 1
            self.say(f"FAILED  {claim}{f': {seen}' if seen != '' else ''}")
        return held

    def none(self, claim: str, found: list) -> bool:
        more = f" … and {len(found) - 8} more" if len(found) > 8 else ""
        return self.that(claim, not found, "; ".join(map(str, found[:8])) + more)

    def sum(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"
