"""Asks the flag whether this side is to work, as the first task of a DAG. For Airflow 2.7 and newer, and 3.

    from teal_guard import guard

    with DAG("orders", tags=["teal"], …):
        guard() >> extract >> load

The flag is an SSM parameter that says `blue` or `green`. On the side that it names the guard succeeds and the run goes
on. On the other one the guard is *skipped*, and with it what comes after. A run is asked about once, at its beginning:
what has begun before a switch is finished where it began.

Neither boto3 nor Airflow is imported before a DAG uses the guard, so this file can always be imported.
"""

from __future__ import annotations

import logging
import os
import time

TASK_ID = "teal_guard"
"""The task by which a DAG asks: Teal looks for it by this name (policy key `guard_task`)."""

TAG = "teal"
"""The tag of a DAG that asks: Teal looks for it by this name (policy key `guarded_tag`)."""

FLAG = "/mwaa/blue-green/active-environment"
"""The flag's name, where neither the DAG nor the environment variable gives another."""

FLAG_VARIABLE = "AIRFLOW__CUSTOM__TEAL_FLAG"
"""On MWAA this is the configuration option `custom.teal_flag`."""

COLOR_VARIABLE = "AIRFLOW__CUSTOM__ENVIRONMENT_COLOR"
"""Which side this is. On MWAA this is the configuration option `custom.environment_color`."""

REHEARSAL = "teal_rehearsal"
"""The key in a run's configuration that makes it a rehearsal."""

COLORS = ("blue", "green")
FALLBACKS = ("fail", "standby", "active")

CACHE_SECONDS = 10.0
ATTEMPTS = 3
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 3

log = logging.getLogger(__name__)

_cache: dict[str, tuple[float, str]] = {}


class Unreadable(Exception):
    """SSM did not say what the flag holds."""


class NobodyWorks(Exception):
    """The flag, or the color of this side, is such that no side may work."""


# ---- For a DAG -----------------------------------------------------------------------------------


def guard(fallback: str = "fail", flag: str | None = None, **operator):
    """The first task of a guarded DAG.

    `fallback` is what is done when SSM cannot be read: `fail` the task (it shows, and it alerts), or work as though
    the flag said `standby` or `active`. With `active` both sides work while SSM is away, so only for work that may
    be done twice. A flag that is missing or holds anything but a color is no such case: then nobody works.

    `operator` goes to the operator: `retries=2`, `retry_delay=…`, `pool=…`.
    """
    if fallback not in FALLBACKS:
        raise ValueError(f"teal_guard: fallback is {fallback!r}, and must be one of {', '.join(FALLBACKS)}")
    wanted = {"task_id": TASK_ID, "python_callable": _ask, "op_kwargs": {"fallback": fallback, "flag": flag}}
    return _python_operator()(**{**wanted, **operator})


def rehearsing(context) -> bool:
    """Whether this run is a rehearsal: a task that is told so reads what it needs and writes nothing."""
    run = context.get("dag_run")
    conf = getattr(run, "conf", None) or {}
    return conf.get(REHEARSAL) is True


def obey(context) -> None:
    """For tasks that run even after a skipped one (`trigger_rule="all_done"`, `"none_failed"`, `"always"`, teardowns):
    as their `pre_execute` it skips them where the guard of this run was skipped.
    """
    said = context["ti"].xcom_pull(task_ids=TASK_ID, key=TAG) or {}
    if said.get("verdict") == "standby":
        raise _exceptions()[0](said["message"])


# ---- The decision --------------------------------------------------------------------------------


def decide(here: str | None, flag: str, fallback: str = "fail", rehearsal: bool = False) -> tuple[str, str]:
    """`work`, `standby` or `rehearsal`, and the sentence that tells why."""
    if here not in COLORS:
        raise NobodyWorks(
            f"{COLOR_VARIABLE} is {here!r}, and must be blue or green. "
            "On MWAA set the configuration option custom.environment_color"
        )
    try:
        active = read(flag)
    except Unreadable as problem:
        # A rehearsal is there to find out such things, so it never passes over them.
        if rehearsal or fallback == "fail":
            raise
        log.warning("the flag %s cannot be read (%s); fallback=%r is followed", flag, problem, fallback)
        if fallback == "standby":
            return "standby", "standby: the flag cannot be read, and the fallback is standby"
        return "work", "active: the flag cannot be read, and the fallback is active"
    if active not in COLORS:
        raise NobodyWorks(f"the flag {flag} holds {active!r}, which is no color: nobody works until it is repaired")
    if rehearsal:
        return "rehearsal", f"rehearsal: the flag says {active}, this is {here}, and nothing is to be written"
    if active == here:
        return "work", f"active: the flag says {active}"
    return "standby", f"standby: the flag says {active}"


def read(flag: str) -> str:
    """What the flag holds: asked a few times, and remembered by this process for a few seconds."""
    known = _cache.get(flag)
    if known and time.monotonic() - known[0] < CACHE_SECONDS:
        return known[1]
    problem = "it was not asked"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            value = _get_parameter(flag)
        except NobodyWorks:
            raise
        except Exception as one:  # whatever the SDK, the network or a missing SDK may say
            problem = f"{type(one).__name__}: {one}"
            log.warning("reading the flag %s failed, attempt %d of %d: %s", flag, attempt, ATTEMPTS, problem)
            if _is_final(one):
                break
            if attempt < ATTEMPTS:
                time.sleep(PAUSE_SECONDS * attempt)
        else:
            _cache[flag] = (time.monotonic(), value)
            return value
    raise Unreadable(problem)


def _get_parameter(flag: str) -> str:
    import boto3
    from botocore.config import Config

    # One try a call: the tries are counted here, so that their number is the one that is stated.
    limits = Config(connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS, retries={"total_max_attempts": 1})
    ssm = boto3.client("ssm", config=limits)
    try:
        return ssm.get_parameter(Name=flag)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        raise NobodyWorks(f"the flag {flag} is missing: nobody works until it is repaired") from None


def _is_final(problem: Exception) -> bool:
    """Whether asking again cannot help: a refusal stays one, and so does an SDK that is not there."""
    code = getattr(problem, "response", {}).get("Error", {}).get("Code", "")
    return isinstance(problem, ImportError) or code.startswith(("AccessDenied", "UnrecognizedClient", "Validation"))


# ---- The task ------------------------------------------------------------------------------------


def _ask(fallback: str, flag: str | None, **context):
    skipped, failed = _exceptions()
    name = flag or os.environ.get(FLAG_VARIABLE) or FLAG
    here = os.environ.get(COLOR_VARIABLE)
    try:
        verdict, message = decide(here, name, fallback, rehearsing(context))
    except Unreadable as problem:
        raise failed(
            f"the flag {name} could not be read in {ATTEMPTS} attempts or was refused ({problem}), and fallback='fail': "
            "this run does nothing. Look at the role's ssm:GetParameter and at the network, then clear this task"
        ) from problem
    except NobodyWorks as problem:
        raise failed(f"{problem}. Clear this task afterwards, should the run be wanted") from problem
    log.info("%s", message)
    context["ti"].xcom_push(key=TAG, value={"verdict": verdict, "message": message, "here": here})
    if verdict == "standby":
        _note(context["ti"], message)
        raise skipped(message)
    return message


def _note(ti, message: str) -> None:
    """A note on the task instance, where Airflow lets a task write one: 2 does, 3 does not."""
    if not hasattr(type(ti), "note"):
        return
    try:
        ti.note = message
    except Exception as problem:  # a note is a courtesy
        log.info("no note could be left: %s", problem)


def _python_operator():
    try:
        from airflow.providers.standard.operators.python import PythonOperator
    except ImportError:
        from airflow.operators.python import PythonOperator
    return PythonOperator


def _exceptions():
    """What skips a task, and what fails it. Where Airflow keeps them differs between its versions."""
    try:
        from airflow.sdk.exceptions import AirflowException, AirflowSkipException
    except ImportError:
        from airflow.exceptions import AirflowException, AirflowSkipException
    return AirflowSkipException, AirflowException
