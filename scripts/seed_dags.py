"""What lies in the DAG folders of both sides: the same on both, but for one file that somebody forgot to deploy."""

from __future__ import annotations

import field

GUARDED_DAG = f'''"""Does its work only on the side that the flag calls live."""
import os
from datetime import datetime

import boto3
from airflow.decorators import dag, task


@dag(schedule="@hourly", start_date=datetime(2026, 1, 1), catchup=False)
def guarded():
    @task.short_circuit
    def this_side_is_live():
        flag = boto3.client("ssm").get_parameter(Name="{field.FLAG}")["Parameter"]["Value"]
        return flag == os.environ["AIRFLOW__CUSTOM__ENVIRONMENT_COLOR"]

    @task
    def work():
        print("working")

    this_side_is_live() >> work()


guarded()
'''

PLAIN_DAG = '''"""{says}"""
from datetime import datetime

from airflow.decorators import dag, task


@dag(schedule="{schedule}", start_date=datetime(2026, 1, 1), catchup=False, tags={tags})
def {name}():
    @task
    def work():
        print("{name}")

    work()


{name}()
'''


def plain(name: str, says: str, schedule: str, tags: list[str]) -> str:
    return PLAIN_DAG.format(name=name, says=says, schedule=schedule, tags=tags)


def files(color: str) -> dict[str, str]:
    """The files below the DAG folder of one side, by key."""
    customers = "Customers, once a night." if color == "blue" else "Customers, once a night, without those who left."
    return {
        "guarded.py": GUARDED_DAG,
        "sales/orders.py": plain("orders", "Orders of the hour.", "@hourly", ["sales"]),
        "sales/customers.py": plain("customers", customers, "30 2 * * *", ["sales"]),
        "finance/ledger.py": plain("ledger", "Closes the books of the day.", "0 5 * * *", ["finance"]),
        "shared/__init__.py": "",
        "shared/calendar.py": '"""Days on which nobody works."""\n\nHOLIDAYS = ["2026-12-25", "2027-01-01"]\n',
    }
