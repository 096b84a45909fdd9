#!/usr/bin/env python3
"""Starts MiniStack with what its MWAA lacks put right. `world.py` runs this; nobody else needs to.

- Without the docker package the emulator readies each environment at once, in the order in which they are listed, so
  blue always has the first Airflow port. With it, two threads race for the ports while the package loads.
- Its InvokeRestApi leaves out the query of a call, and answers what an Airflow refuses as though it was granted. The
  real one passes the query on, and makes an answer of 400 or more an error of its own. It also speaks of Airflow 3 to
  environments that say they are 2.
- Its UpdateEnvironment keeps the version of Airflow. The real one is UPDATING for a while, and then on the new version.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from urllib.parse import urlencode

sys.modules["docker"] = None

from ministack.app import main  # noqa: E402
from ministack.services import mwaa  # noqa: E402

proxied = mwaa._invoke_rest_api


def with_query(body: bytes) -> bytes:
    """The same call, with its query as a part of its path: there it is let through."""
    call = json.loads(body) if body else {}
    query = urlencode(call.pop("QueryParameters", None) or {}, doseq=True)
    if query:
        call["Path"] = f"{call.get('Path', '/')}{'&' if '?' in call.get('Path', '/') else '?'}{query}"
    return json.dumps(call).encode()


async def invoke_rest_api(method, path, headers, body, query_params):
    environment = mwaa._environments.get(path.strip("/").split("/")[-1])
    if environment:
        environment["_is_v3"] = not environment["AirflowVersion"].startswith("2.")
    status, told, answer = await proxied(method, path, headers, with_query(body), query_params)
    try:
        airflow = json.loads(answer).get("RestApiStatusCode", 0)
    except (AttributeError, ValueError):
        airflow = 0
    if status == 200 and airflow >= 400:
        # Either of them comes as a 400, by the SDK's model of the service.
        status, who = 400, "Client" if airflow < 500 else "Server"
        told = {**told, "x-amzn-errortype": f"RestApi{who}Exception"}
    return status, told, answer


mwaa._invoke_rest_api = invoke_rest_api

# A real one takes from half an hour to two hours.
UPDATES_FOR = float(os.environ.get("MWAA_UPDATES_FOR", "20"))
updated = mwaa._update_environment


def update_environment(method, path, headers, body, query_params):
    answer = updated(method, path, headers, body, query_params)
    environment = mwaa._environments.get(path.strip("/").split("/")[-1])
    version = json.loads(body or b"{}").get("AirflowVersion")
    if answer[0] == 200 and environment and version:
        environment["Status"] = "UPDATING"
        environment["LastUpdate"] = {"Status": "PENDING", "CreatedAt": time.time(), "Source": "api"}
        threading.Timer(UPDATES_FOR, landed, (environment, version)).start()
    return answer


def landed(environment: dict, version: str) -> None:
    environment["AirflowVersion"], environment["Status"] = version, "AVAILABLE"
    environment["LastUpdate"] = {**environment["LastUpdate"], "Status": "SUCCESS"}


mwaa._update_environment = update_environment

if __name__ == "__main__":
    main()
