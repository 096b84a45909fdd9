"""The guard alone, in two real Airflows: the flag is put by hand, and the sides change places."""

from __future__ import annotations

import field

from .checks import Checks
from .ledger import Ledger
from .rest import Refused, Rest

# Asked by hand at a moment of our choosing, so that no tick comes in between.
BY_HAND, EXAMPLE = "guarded_by_hand", "guarded_example"


def guard_alone(world: dict, rests: dict[str, Rest], ledger: Ledger, checks: Checks) -> None:
    ssm = field.client("ssm", world["ministack"])

    def put(value: str) -> None:
        ssm.put_parameter(Name=field.FLAG, Value=value, Type="String", Overwrite=True)
        checks.say(f"the flag says {value}")

    before = ssm.get_parameter(Name=field.FLAG)["Parameter"]["Value"]
    for rest in rests.values():
        for dag in (BY_HAND, EXAMPLE):
            rest.pause(dag, False)
    for turn, live in enumerate(("blue", "green")):
        put(live)
        idle = "green" if live == "blue" else "blue"
        for rest in rests.values():
            for dag in (BY_HAND, EXAMPLE):
                rest.trigger(dag, f"turn-{turn}")
        for color, rest in rests.items():
            for dag in (BY_HAND, EXAMPLE):
                rest.run_ends(dag, f"turn-{turn}")
                states = set(rest.states(dag, f"turn-{turn}").values())
                wanted = {"success"} if color == live else {"skipped"}
                checks.that(f"the flag says {live}: every task of {color}'s {dag} is {wanted.copy().pop()}", states == wanted, states)
        said = rests[idle].words_of_the_guard(BY_HAND, f"turn-{turn}")
        checks.that(f"{idle}'s guard says why", said["message"] == f"standby: the flag says {live}", said)
        worked = {line["side"] for line in ledger.lines("end", dag=BY_HAND, run=f"turn-{turn}")}
        checks.that(f"only {live} wrote to the ledger", worked == {live}, worked)

    # The flag says green, so blue is the standby.
    rests["blue"].trigger(EXAMPLE, "rehearsal", {"teal_rehearsal": True})
    rests["blue"].run_ends(EXAMPLE, "rehearsal")
    states = set(rests["blue"].states(EXAMPLE, "rehearsal").values())
    checks.that("a rehearsal runs through on the standby", states == {"success"}, states)
    said = rests["blue"].words_of_the_guard(EXAMPLE, "rehearsal")["verdict"]
    checks.that("and the guard calls it a rehearsal", said == "rehearsal", said)

    put("purple")
    for color, rest in rests.items():
        rest.trigger(BY_HAND, "invalid")
        rest.run_ends(BY_HAND, "invalid")
        states = rest.states(BY_HAND, "invalid")
        checks.that(f"an invalid flag fails {color}'s guard, and nothing works", states == {"teal_guard": "failed", "work": "upstream_failed"}, states)

    try:
        rests["blue"].pause("nowhere", True)
        checks.that("what an Airflow refuses is an error", False, "pausing a DAG that is not there was granted")
    except Refused as refused:
        checks.that("what an Airflow refuses is an error", refused.status == 404, refused)

    put(before)
    for rest in rests.values():
        for dag in (BY_HAND, EXAMPLE):
            rest.pause(dag, True)
