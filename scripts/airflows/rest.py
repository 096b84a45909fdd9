"""What a side's Airflow answers through MWAA's InvokeRestApi: the door by which Teal comes too."""

from __future__ import annotations

import time

import field


class Refused(Exception):
    """The Airflow answered with 400 or more."""

    def __init__(self, status: int, answer: dict):
        super().__init__(f"{status}: {answer}")
        self.status, self.answer = status, answer


class Rest:
    def __init__(self, endpoint: str, color: str):
        self.mwaa, self.name, self.color = field.client("mwaa", endpoint), field.environment(color), color

    def call(self, method: str, path: str, query: dict | None = None, body: dict | None = None) -> dict:
        more = {**({"QueryParameters": query} if query else {}), **({"Body": body} if body is not None else {})}
        known = self.mwaa.exceptions
        try:
            return self.mwaa.invoke_rest_api(Name=self.name, Method=method, Path=path, **more).get("RestApiResponse", {})
        except (known.RestApiClientException, known.RestApiServerException) as refused:
            raise Refused(refused.response.get("RestApiStatusCode", 0), refused.response.get("RestApiResponse", {})) from None

    def all(self, path: str, name: str, query: dict | None = None) -> list[dict]:
        found: list[dict] = []
        while True:
            page = self.call("GET", path, {**(query or {}), "limit": 100, "offset": len(found)})
            found += page[name]
            if not page[name] or len(found) >= page["total_entries"]:
                return found

    def health(self) -> dict:
        return {part: told and told["status"] for part, told in self.call("GET", "/monitor/health").items()}

    def paused(self) -> dict[str, bool]:
        return {dag["dag_id"]: dag["is_paused"] for dag in self.all("/dags", "dags")}

    def pause(self, dag: str, paused: bool) -> None:
        self.call("PATCH", f"/dags/{dag}", {"update_mask": "is_paused"}, {"is_paused": paused})

    def trigger(self, dag: str, run: str, conf: dict | None = None) -> None:
        try:
            self.call("POST", f"/dags/{dag}/dagRuns", body={"logical_date": None, "dag_run_id": run, "conf": conf or {}})
        except Refused as refused:
            # The SDK asks again where no answer came; then the run is there already, by the name that we gave it.
            if refused.status != 409:
                raise

    def tasks(self, dag: str = "~", run: str = "~", **query) -> list[dict]:
        return self.all(f"/dags/{dag}/dagRuns/{run}/taskInstances", "task_instances", query)

    def states(self, dag: str, run: str) -> dict[str, str]:
        return {task["task_id"]: task["state"] for task in self.tasks(dag, run)}

    def run_ends(self, dag: str, run: str, within: float = 90.0) -> str:
        """The state in which a run ended, or in which it stood when the time was over."""
        return until(lambda: self.call("GET", f"/dags/{dag}/dagRuns/{run}")["state"], lambda state: state in ("success", "failed"), within)

    def words_of_the_guard(self, dag: str, run: str) -> dict:
        return self.call("GET", f"/dags/{dag}/dagRuns/{run}/taskInstances/teal_guard/xcomEntries/teal")["value"]


def until(look, enough, within: float, every: float = 1.0):
    """Looks until it is enough; answers what was seen last."""
    end = time.monotonic() + within
    while True:
        seen = look()
        if enough(seen) or time.monotonic() > end:
            return seen
        time.sleep(every)
