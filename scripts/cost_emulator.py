#!/usr/bin/env python3
"""Plays Cost Explorer, which answers what is asked of the seeded bill, and the AWS Price List. `world.py` starts it; nobody else
needs to.

    cost_emulator.py --port 4599

Beside AWS's own calls it takes, for whoever plays with it:

    POST /emulator/refuse   {"code": "AccessDeniedException", "message": "…"}    every call is refused, until it is told {}
    GET  /emulator/asked                                                         how often it was asked
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from emulated import prices
from emulated.costs import Refused, answer

HOST = "127.0.0.1"
TARGET = "AWSInsightsIndexService."
PRICES = "AWSPriceListService."


class Explorer:
    def __init__(self) -> None:
        self.lock, self.refuses, self.asked = threading.Lock(), dict[str, str](), 0


def handler(explorer: Explorer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with explorer.lock:
                self.tell(200, {"asked": explorer.asked})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
            if self.path == "/emulator/refuse":
                with explorer.lock:
                    explorer.refuses = body
                return self.tell(200, {})
            try:
                with explorer.lock:
                    explorer.asked += 1
                    refuses = explorer.refuses
                    if refuses:
                        raise Refused(refuses["code"], refuses.get("message", ""))
                    target = self.headers.get("x-amz-target", "")
                    if target.startswith(PRICES):
                        told = prices.answer(target.removeprefix(PRICES), body)
                    else:
                        told = answer(target.removeprefix(TARGET), body, datetime.now(timezone.utc).date())
                self.tell(200, told)
            except Refused as refused:
                self.tell(400, {"__type": refused.code, "message": refused.message})

        def tell(self, status: int, told: dict) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, required=True)
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer((HOST, chosen.port), handler(Explorer())).serve_forever()


if __name__ == "__main__":
    main()
