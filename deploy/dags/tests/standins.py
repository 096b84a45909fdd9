"""Small stand-ins for Airflow and boto3: as much of them as the guard touches."""

from __future__ import annotations

import sys
import types
from contextlib import contextmanager


class AirflowException(Exception):
    pass


class AirflowSkipException(AirflowException):
    pass


class PythonOperator:
    def __init__(self, **given):
        self.given = given


class TaskInstance:
    """What a task writes for others to pull."""

    def __init__(self):
        self.said = {}

    def xcom_push(self, key, value):
        self.said[key] = value

    def xcom_pull(self, task_ids, key):
        assert task_ids == "teal_guard"
        return self.said.get(key)


class NotedTaskInstance(TaskInstance):
    """As in Airflow 2, where a task may write its own note."""

    note = None


class ClientError(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class Ssm:
    """Answers what it is given, one after the other; the last answer for ever. An exception is raised."""

    class exceptions:
        class ParameterNotFound(ClientError):
            pass

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def get_parameter(self, Name):
        self.asked.append(Name)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return {"Parameter": {"Name": Name, "Value": answer}}


MISSING = Ssm.exceptions.ParameterNotFound("ParameterNotFound")


def context(conf=None, ti=None):
    return {"ti": ti or TaskInstance(), "dag_run": types.SimpleNamespace(conf=conf)}


def _module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    return made


@contextmanager
def modules(**given):
    """Puts modules in place of whatever has these names, and takes them away again. `None` cannot be imported."""
    names = {name.replace("__", "."): module for name, module in given.items()}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(names)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def airflow_2():
    exceptions = _module("airflow.exceptions", AirflowException=AirflowException, AirflowSkipException=AirflowSkipException)
    return modules(
        airflow=_module("airflow"),
        airflow__exceptions=exceptions,
        airflow__operators=_module("airflow.operators"),
        airflow__operators__python=_module("airflow.operators.python", PythonOperator=PythonOperator),
        airflow__providers=None,
        airflow__sdk=None,
    )


def airflow_3():
    exceptions = _module("airflow.sdk.exceptions", AirflowException=AirflowException, AirflowSkipException=AirflowSkipException)
    operators = _module("airflow.providers.standard.operators.python", PythonOperator=PythonOperator)
    return modules(
        airflow=_module("airflow"),
        airflow__exceptions=None,
        airflow__operators=None,
        airflow__sdk=_module("airflow.sdk"),
        airflow__sdk__exceptions=exceptions,
        airflow__providers=_module("airflow.providers"),
        airflow__providers__standard=_module("airflow.providers.standard"),
        airflow__providers__standard__operators=_module("airflow.providers.standard.operators"),
        airflow__providers__standard__operators__python=operators,
    )


def boto(ssm):
    return modules(
        boto3=_module("boto3", client=lambda service, config: ssm),
        botocore=_module("botocore"),
        botocore__config=_module("botocore.config", Config=lambda **limits: limits),
    )
