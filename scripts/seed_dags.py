"""The DAGs of the seeded world: what they are, and the files in the DAG folders of both sides. The files are the same on
both, but for one that somebody forgot to deploy.

The emulated Airflow (`emulated/`) runs what stands here, so that files, schedules and runs tell the same story.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import field

GUARD_FOLDER = Path(__file__).resolve().parent.parent / "deploy/dags"
# By this tag Teal knows a DAG that asks the flag.
TAG = "teal"


class Facts(NamedTuple):
    """One DAG: its schedule in cron (none: it is only triggered), and how many seconds each of its tasks takes."""

    id: str
    file: str
    says: str
    schedule: str | None
    tasks: dict[str, int]
    tags: tuple[str, ...] = ()
    depends_on_past: bool = False
    # Somebody paused it on purpose, on both sides.
    asleep: bool = False

    @property
    def guarded(self) -> bool:
        return TAG in self.tags


DAGS = [
    Facts("guarded_example", "guarded_example.py", "The example that comes with Teal.", "@hourly",
          {"extract": 6, "load": 20, "clean_up": 3}, (TAG,)),
    Facts("orders", "sales/orders.py", "Orders of the last ten minutes.", "*/10 * * * *",
          {"extract": 25, "check": 10, "load": 60, "publish": 15}, (TAG, "sales")),
    Facts("clickstream", "web/clickstream.py", "What visitors did.", "*/5 * * * *",
          {"ingest": 35, "sessionize": 50}, (TAG, "web")),
    Facts("stock_levels", "warehouse/stock_levels.py", "What lies in the warehouses.", "*/15 * * * *",
          {"ask_warehouses": 40, "merge": 25, "load": 30}, (TAG, "warehouse")),
    Facts("invoices", "finance/invoices.py", "Invoices of the hour.", "@hourly",
          {"collect": 45, "render": 120, "send": 30}, (TAG, "finance")),
    Facts("exchange_rates", "finance/exchange_rates.py", "What a euro costs.", "7 * * * *", {"fetch": 8, "store": 4}, ("finance",)),
    Facts("data_quality", "shared/data_quality.py", "Looks for rows that cannot be.", "25 * * * *",
          {"freshness": 30, "ranges": 45, "report": 5}, ("quality",)),
    Facts("customers", "sales/customers.py", "Customers, once a night.", "30 2 * * *",
          {"extract": 180, "deduplicate": 300, "load": 120}, (TAG, "sales")),
    Facts("customer_scores", "ml/customer_scores.py", "Who is about to leave.", "0 4 * * *",
          {"features": 420, "train": 900, "score": 240}, (TAG, "ml")),
    Facts("ledger", "finance/ledger.py", "Closes the books of the day.", "0 5 * * *",
          {"post": 240, "balance": 90, "close": 20}, ("finance",), depends_on_past=True),
    Facts("vacuum", "warehouse/vacuum.py", "Tidies the warehouse's tables.", "40 3 * * *", {"vacuum": 1500}, ("warehouse",)),
    Facts("newsletter", "web/newsletter.py", "Mondays' newsletter. Waits for legal since August.", "0 8 * * 1",
          {"choose": 30, "send": 600}, ("web",), asleep=True),
    Facts("backfill_2025", "sales/backfill_2025.py", "Only by hand.", None, {"backfill": 3600}, ("sales",), asleep=True),
    Facts("export_on_demand", "shared/export_on_demand.py", "Whatever somebody asks for.", None, {"export": 90}, (TAG,)),
]

HEAD = '''"""{says}"""
from datetime import datetime

from airflow.decorators import dag, task
'''

BODY = '''

@dag(dag_id="{id}", schedule={schedule}, start_date=datetime(2026, 1, 1), catchup=False, tags={tags}{more})
def build():
{tasks}
{order}


build()
'''


def source(facts: Facts, says: str) -> str:
    """The file of a DAG."""
    tasks = "\n".join(f'    @task\n    def {name}():\n        print("{name}")\n' for name in facts.tasks)
    order = " >> ".join([*(["guard()"] if facts.guarded else []), *(f"{name}()" for name in facts.tasks)])
    more = ', default_args={"depends_on_past": True}' if facts.depends_on_past else ""
    ask = "from teal_guard import guard\n" if facts.guarded else ""
    schedule = f'"{facts.schedule}"' if facts.schedule else None
    body = BODY.format(id=facts.id, schedule=schedule, tags=list(facts.tags), more=more, tasks=tasks, order=f"    {order}")
    return HEAD.format(says=says) + ask + body


def files(color: str, pair: str) -> dict[str, str]:
    """The files below the DAG folder of one side, by key."""
    found = {name: (GUARD_FOLDER / name).read_text() for name in ("teal_guard.py", "guarded_example.py")}
    for facts in of(pair)[1:]:
        forgotten = facts.id == "customers" and (pair, color) == (field.ENV, "green")
        found[facts.file] = source(facts, facts.says.replace(".", ", without those who left.") if forgotten else facts.says)
    found["shared/__init__.py"] = ""
    found["shared/calendar.py"] = '"""Days on which nobody works."""\n\nHOLIDAYS = ["2026-12-25", "2027-01-01"]\n'
    return found


def of(pair: str) -> list[Facts]:
    """The DAGs of a pair: in production all ask the flag, or sleep."""
    return [facts for facts in DAGS if pair == field.ENV or facts.guarded or facts.asleep]
