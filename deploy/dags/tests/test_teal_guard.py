"""What the guard does, without an Airflow: python -m unittest discover -s deploy/dags/tests"""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

DAGS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(DAGS), str(Path(__file__).resolve().parent)]

import standins  # noqa: E402
import teal_guard  # noqa: E402
from standins import AirflowException, AirflowSkipException, ClientError, Ssm, airflow_2, airflow_3, boto, context  # noqa: E402


class Guarded(unittest.TestCase):
    def setUp(self):
        teal_guard._cache.clear()
        for patch in (
            mock.patch.dict(os.environ, {teal_guard.COLOR_VARIABLE: "blue"}),
            mock.patch.object(teal_guard, "PAUSE_SECONDS", 0),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        os.environ.pop(teal_guard.FLAG_VARIABLE, None)

    def ask(self, ssm, conf=None, ti=None, airflow=airflow_3, **options):
        """Runs the guard as Airflow would, and answers what it returned."""
        with airflow(), boto(ssm):
            given = teal_guard.guard(**options).given
            return given["python_callable"](**given["op_kwargs"], **context(conf, ti))


class TheFlagDecides(Guarded):
    def test_the_side_that_the_flag_names_works(self):
        ti = standins.TaskInstance()
        self.assertEqual(self.ask(Ssm("blue"), ti=ti), "active: the flag says blue")
        self.assertEqual(ti.said["teal"]["verdict"], "work")

    def test_the_other_side_is_skipped_and_says_standby(self):
        for airflow in (airflow_2, airflow_3):
            teal_guard._cache.clear()
            with self.subTest(airflow.__name__), self.assertRaises(AirflowSkipException) as skipped:
                self.ask(Ssm("green"), airflow=airflow)
            self.assertEqual(str(skipped.exception), "standby: the flag says green")

    def test_standby_is_left_as_a_note_where_a_task_may_write_one(self):
        ti = standins.NotedTaskInstance()
        with self.assertRaises(AirflowSkipException):
            self.ask(Ssm("green"), ti=ti, airflow=airflow_2)
        self.assertEqual(ti.note, "standby: the flag says green")

    def test_standby_is_left_for_later_tasks_to_pull(self):
        ti = standins.TaskInstance()
        with self.assertRaises(AirflowSkipException):
            self.ask(Ssm("green"), ti=ti)
        self.assertEqual(ti.said["teal"], {"verdict": "standby", "message": "standby: the flag says green", "here": "blue"})

    def test_a_missing_flag_lets_nobody_work_whatever_the_fallback(self):
        for fallback in teal_guard.FALLBACKS:
            with self.subTest(fallback), self.assertRaisesRegex(AirflowException, "is missing: nobody works") as failed:
                self.ask(Ssm(standins.MISSING), fallback=fallback)
            self.assertNotIsInstance(failed.exception, AirflowSkipException)

    def test_an_invalid_flag_lets_nobody_work_whatever_the_fallback(self):
        for fallback in teal_guard.FALLBACKS:
            for value in ("purple", "Blue", "blue ", ""):
                teal_guard._cache.clear()
                with self.subTest(fallback=fallback, value=value), self.assertRaisesRegex(AirflowException, "nobody works"):
                    self.ask(Ssm(value), fallback=fallback)

    def test_a_side_that_does_not_know_its_color_does_not_work(self):
        for color in (None, "", "red"):
            with self.subTest(color), mock.patch.dict(os.environ):
                os.environ.pop(teal_guard.COLOR_VARIABLE)
                if color is not None:
                    os.environ[teal_guard.COLOR_VARIABLE] = color
                with self.assertRaisesRegex(AirflowException, "custom.environment_color"):
                    self.ask(Ssm("blue"), fallback="active")

    def test_the_flag_has_the_name_that_the_dag_or_else_the_environment_gives(self):
        ssm = Ssm("blue")
        self.ask(ssm)
        os.environ[teal_guard.FLAG_VARIABLE] = "/of/the/environment"
        self.ask(ssm)
        self.ask(ssm, flag="/of/the/dag")
        self.assertEqual(ssm.asked, [teal_guard.FLAG, "/of/the/environment", "/of/the/dag"])


class WhenSsmCannotBeRead(Guarded):
    away = ClientError("InternalServerError")

    def test_the_task_fails_by_default_after_a_few_attempts(self):
        ssm = Ssm(self.away)
        with self.assertRaisesRegex(AirflowException, "could not be read in 3 attempts"):
            self.ask(ssm)
        self.assertEqual(len(ssm.asked), 3)

    def test_a_later_attempt_that_is_answered_counts(self):
        self.assertEqual(self.ask(Ssm(self.away, self.away, "blue")), "active: the flag says blue")

    def test_it_stands_by_where_the_dag_says_so(self):
        with self.assertLogs("teal_guard", "WARNING") as logged, self.assertRaises(AirflowSkipException):
            self.ask(Ssm(self.away), fallback="standby")
        self.assertIn("fallback='standby' is followed", logged.output[-1])

    def test_it_works_where_the_dag_says_so(self):
        with self.assertLogs("teal_guard", "WARNING") as logged:
            self.assertIn("the fallback is active", self.ask(Ssm(self.away), fallback="active"))
        self.assertIn("fallback='active' is followed", logged.output[-1])

    def test_a_refusal_is_not_asked_for_again(self):
        ssm = Ssm(ClientError("AccessDeniedException"))
        with self.assertRaisesRegex(AirflowException, "AccessDenied"):
            self.ask(ssm)
        self.assertEqual(len(ssm.asked), 1)

    def test_a_missing_sdk_is_the_same_as_no_answer(self):
        with airflow_3(), standins.modules(boto3=None), self.assertRaisesRegex(AirflowException, "could not be read"):
            given = teal_guard.guard().given
            given["python_callable"](**given["op_kwargs"], **context())

    def test_an_unknown_fallback_is_refused_where_the_dag_is_written(self):
        with airflow_3(), self.assertRaisesRegex(ValueError, "fail, standby, active"):
            teal_guard.guard(fallback="green")


class TheCache(Guarded):
    def test_a_process_asks_once_in_ten_seconds(self):
        ssm = Ssm("blue", "green")
        with boto(ssm), mock.patch.object(teal_guard.time, "monotonic", side_effect=[100.0, 109.9, 110.1, 110.1]):
            self.assertEqual([teal_guard.read("f") for _ in range(3)], ["blue", "blue", "green"])
        self.assertEqual(len(ssm.asked), 2)

    def test_what_failed_is_not_remembered(self):
        with boto(Ssm(ClientError("AccessDenied"), "blue")):
            self.assertRaises(teal_guard.Unreadable, teal_guard.read, "f")
            self.assertEqual(teal_guard.read("f"), "blue")


class Rehearsals(Guarded):
    on = {"teal_rehearsal": True}

    def test_a_rehearsal_runs_on_the_standby(self):
        self.assertTrue(self.ask(Ssm("green"), conf=self.on).startswith("rehearsal:"))

    def test_a_rehearsal_is_one_on_the_active_side_too(self):
        self.assertTrue(self.ask(Ssm("blue"), conf=self.on).startswith("rehearsal:"))

    def test_only_true_makes_a_rehearsal(self):
        for conf in (None, {}, {"teal_rehearsal": False}, {"teal_rehearsal": "yes"}, {"teal_rehearsal": 1}):
            with self.subTest(conf):
                self.assertFalse(teal_guard.rehearsing(context(conf)))
                teal_guard._cache.clear()
                with self.assertRaises(AirflowSkipException):
                    self.ask(Ssm("green"), conf=conf)

    def test_a_rehearsal_does_not_pass_over_a_flag_that_cannot_be_read(self):
        for fallback in teal_guard.FALLBACKS:
            with self.subTest(fallback), self.assertRaisesRegex(AirflowException, "could not be read"):
                self.ask(Ssm(ClientError("ThrottlingException")), conf=self.on, fallback=fallback)


class TasksThatRunAfterASkippedOne(Guarded):
    def test_they_are_skipped_on_the_standby(self):
        ti = standins.TaskInstance()
        with self.assertRaises(AirflowSkipException):
            self.ask(Ssm("green"), ti=ti)
        with airflow_3(), self.assertRaisesRegex(AirflowSkipException, "standby: the flag says green"):
            teal_guard.obey(context(ti=ti))

    def test_they_run_where_the_guard_let_the_run_go_on_or_failed(self):
        ti = standins.TaskInstance()
        self.ask(Ssm("blue"), ti=ti)
        teal_guard.obey(context(ti=ti))
        teal_guard.obey(context())


class TheOperator(Guarded):
    def test_it_has_the_name_that_teal_looks_for_and_takes_more(self):
        for airflow in (airflow_2, airflow_3):
            with self.subTest(airflow.__name__), airflow():
                given = teal_guard.guard(retries=2).given
                self.assertEqual((given["task_id"], given["retries"]), ("teal_guard", 2))

    def test_the_module_is_imported_without_boto3_and_without_airflow(self):
        code = "import sys; sys.modules['boto3'] = sys.modules['airflow'] = None; import teal_guard"
        subprocess.run([sys.executable, "-c", code], cwd=DAGS, check=True)

    def test_the_example_bears_the_names_that_teal_looks_for(self):
        source = (DAGS / "guarded_example.py").read_text()
        self.assertEqual((teal_guard.TASK_ID, teal_guard.TAG), ("teal_guard", "teal"))
        for part in ("tags=[TAG]", "guard() >>", "rehearsing(context)", "pre_execute=obey"):
            self.assertIn(part, source)


if __name__ == "__main__":
    unittest.main()
