#!/usr/bin/env python3
"""Plays the Airflows of the emulated AWS: listens where its MWAA looks for them, and tells of DAGs, runs and tasks that
go by the clock. Nothing is really run. `world.py --airflows` starts it; nobody else needs to.

    airflow_emulator.py --ministack http://127.0.0.1:4566 --side dev/blue=18080 --side dev/green=18081

Its guarded DAGs ask the flag, once a run. Beside Airflow's REST API each side takes, for whoever plays with it:

    POST /emulator/silent   {"silent": true}            it answers nobody any more, until it is told otherwise
    POST /emulator/ill      {"part": "scheduler"}       that part is unhealthy; without one all are well
    POST /emulator/finish   {"state": "success"}        whatever runs ends now, so; "dag" for those of one DAG
    POST /emulator/forget   {}                          whatever runs, was due or failed has never been
    POST /emulator/import_error {"file": "a.py", "error": "NameError: …"}    a file cannot be imported; without a file all can

With `--marquez PORT` it plays the lineage service too, which hears of every run; that takes `silent` likewise. Its web site is
there as well, and says only which page it would be.
"""

from __future__ import annotations

import argparse
import html
import json
import signal
import threading
import time
import urllib.request
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import field
import seed_dags
from emulated.api import Api, Refused
from emulated.marquez import Marquez, Unknown
from emulated.side import Side

HOST = "127.0.0.1"
EVERY = 0.5


class Flags:
    """What the flags say: asked anew twice a second, in one call."""

    def __init__(self, ministack: str):
        self.ministack, self.said = ministack, dict[str, str]()

    def read(self) -> None:
        request = urllib.request.Request(
            self.ministack,
            json.dumps({"Names": list(field.FLAGS.values())}).encode(),
            {
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": "AmazonSSM.GetParameters",
                # The emulated AWS reads account and region from it, and checks no signature.
                "authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{field.REGION}/ssm/aws4_request, SignedHeaders=host, Signature=0",
            },
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            self.said = {one["Name"]: one["Value"] for one in json.load(answer)["Parameters"]}

    def live(self, pair: str) -> str | None:
        said = self.said.get(field.FLAGS[pair])
        return said if said in field.COLORS else None


class World:
    """All sides, and one lock over them."""

    def __init__(self, flags: Flags, pace: float):
        self.flags, self.pace, self.lock = flags, pace, threading.Lock()
        self.sides: dict[tuple[str, str], Side] = {}

    def add(self, pair: str, color: str) -> Api:
        live = self.flags.live(pair)
        # What dev's standby has is paused, since Teal moves it; prod's DAGs all ask the flag.
        side = Side(color, seed_dags.of(pair), asleep=pair == field.ENV and color != live, pace=self.pace)
        side.remember(datetime.now(timezone.utc), live)
        self.sides[pair, color] = side
        return Api(side)

    def go_on(self) -> None:
        now = datetime.now(timezone.utc)
        with self.lock:
            for (pair, _), side in self.sides.items():
                side.go_on(now, self.flags.live(pair))


class Server(ThreadingHTTPServer):
    # Teal and its tests ask a lot at once.
    request_queue_size = 256


def handler(world: World, api: Api, pair: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.take()

        do_POST = do_PATCH = do_GET

        def take(self) -> None:
            body = self.body()
            where = urlsplit(self.path)
            if where.path.startswith("/emulator/"):
                self.tell(200, self.play(where.path, body))
                return
            if api.side.silent:
                # Hangs up: whoever asked learns nothing.
                self.close_connection = True
                return
            base, _, path = where.path.removeprefix("/api/").partition("/")
            if base not in ("v1", "v2"):
                self.tell(404, {"detail": "Not Found"})
                return
            try:
                with world.lock:
                    query, now = dict(parse_qsl(where.query)), datetime.now(timezone.utc)
                    answer = api.answer(self.command, path, query, body, base == "v1", now)
            except Refused as refused:
                self.tell(refused.status, {"detail": refused.detail})
            else:
                self.tell(200, answer)

        def play(self, path: str, body: dict) -> dict:
            now, side = datetime.now(timezone.utc), api.side
            with world.lock:
                match path.removeprefix("/emulator/"):
                    case "silent":
                        side.silent = bool(body.get("silent"))
                    case "ill":
                        side.ill = body.get("part")
                    case "finish":
                        # What is due has begun.
                        side.go_on(now, world.flags.live(pair))
                        side.finish(body.get("state", "success"), now, body.get("dag"))
                    case "forget":
                        side.go_on(now, world.flags.live(pair))
                        side.forget()
                    case "import_error":
                        trace = f"Traceback (most recent call last):\n{body.get('error', '')}\n"
                        side.import_errors = [(body["file"], trace, now)] if body.get("file") else []
            return {}

        def body(self) -> dict:
            text = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                said = json.loads(text) if text else {}
            except ValueError:
                said = {}
            return said if isinstance(said, dict) else {}

        def tell(self, status: int, answer: dict) -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Teal asks every few seconds: nobody reads that."""

    return Handler


def lineage_handler(world: World, marquez: Marquez) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            if marquez.silent:
                self.close_connection = True
                return
            if not where.path.startswith(("/api/", "/healthcheck")):
                said = f"<!DOCTYPE html><title>Marquez</title><p>An emulated Marquez has no pages. This would be {html.escape(where.path)}"
                self.tell(200, "text/html; charset=utf-8", said)
                return
            try:
                with world.lock:
                    answer = marquez.answer(where.path, dict(parse_qsl(where.query)), datetime.now(timezone.utc))
            except (Unknown, ValueError):
                self.tell(404, "application/json", json.dumps({"code": 404, "message": "HTTP 404 Not Found"}))
            else:
                self.tell(200, "application/json", json.dumps(answer))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/emulator/silent":
                marquez.silent = bool(json.loads(text or "{}").get("silent"))
            self.tell(200, "application/json", "{}")

        def tell(self, status: int, kind: str, said: str) -> None:
            text = said.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Teal asks every minute: nobody reads that."""

    return Handler


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ministack", required=True, metavar="URL", help="where the flags are")
    options.add_argument("--side", required=True, action="append", metavar="PAIR/COLOUR=PORT")
    options.add_argument("--pace", type=float, default=1.0, metavar="N", help="tasks take an Nth of their time (1)")
    options.add_argument("--marquez", type=int, metavar="PORT", help="play the lineage service there")
    return options.parse_args()


def main() -> None:
    chosen = arguments()
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    flags = Flags(chosen.ministack)
    flags.read()
    world = World(flags, chosen.pace)
    for word in chosen.side:
        where, _, port = word.partition("=")
        pair, _, color = where.partition("/")
        server = Server((HOST, int(port)), handler(world, world.add(pair, color), pair))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    if chosen.marquez:
        server = Server((HOST, chosen.marquez), lineage_handler(world, Marquez(world.sides)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while not stop.wait(EVERY):
        try:
            flags.read()
        except OSError:
            # It is ending, or busy: the flags are as they were.
            time.sleep(EVERY)
        world.go_on()


if __name__ == "__main__":
    main()
