"""An example of a guarded DAG: works where the flag points, is skipped on the standby, and can be rehearsed there.

Copy `teal_guard.py` and this file into the DAGs folder of both environments. For Airflow 2.7 and newer, and 3.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from teal_guard import TAG, guard, obey, rehearsing

try:
    from airflow.sdk import dag, task
except ImportError:
    from airflow.decorators import dag, task


@dag(
    schedule="@hourly",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    # By this tag Teal knows that the DAG asks the flag by itself, and may be unpaused on both sides.
    tags=[TAG],
    default_args={"retries": 1, "retry_delay": timedelta(minutes=1)},
)
def guarded_example():
    @task
    def extract() -> list[int]:
        # Reading is what a rehearsal is for: it shows that this side reaches what it needs.
        return [1, 2, 3]

    @task
    def load(rows: list[int], **context) -> str:
        if rehearsing(context):
            return f"a rehearsal: {len(rows)} rows are not written"
        return f"{len(rows)} rows are written"

    # It runs whatever became of the others. Without `obey` it would run on the standby too.
    @task(trigger_rule="all_done", pre_execute=obey)
    def clean_up(**context) -> str:
        return "nothing to clean up in a rehearsal" if rehearsing(context) else "cleaned up"

    rows = extract()
    guard() >> rows
    load(rows) >> clean_up()


guarded_example()
