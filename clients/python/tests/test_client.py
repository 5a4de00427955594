"""The client against a real service: RUNFOLD_TEST_URL, RUNFOLD_TEST_KEY."""

import http.server
import json
import multiprocessing
import os
import threading
import time
import unittest
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone

import runfold
from runfold.run import event_of
from runfold.transport import _judge

URL = os.environ.get("RUNFOLD_TEST_URL", "")
KEY = os.environ.get("RUNFOLD_TEST_KEY") or None


def read(path):
    request = urllib.request.Request(URL + path, headers={"authorization": f"Bearer {KEY}"} if KEY else {})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def run_when(run_id, session_id, good, seconds=30):
    """The run's totals, once they are as expected."""
    end = time.monotonic() + seconds
    while True:
        try:
            run = read(f"/v1/runs/{run_id}?session_id={session_id}")
            if good(run):
                return run
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
        if time.monotonic() > end:
            raise AssertionError(f"run {run_id} did not come to what was expected")
        time.sleep(0.05)


def emit_in_child(session_id):
    client = runfold.Client(URL, KEY)
    for number in range(100):
        client.emit({"type": "message", "role": "assistant", "run_id": "r", "session_id": session_id,
                     "id": f"{os.getpid()}/{number}", "metrics": {"input_tokens": 1, "output_tokens": 0}})


@unittest.skipUnless(URL, "RUNFOLD_TEST_URL names no service")
class AgainstAService(unittest.TestCase):
    def test_a_run_sends_its_messages_and_tools_with_its_attributes(self):
        session = str(uuid.uuid4())
        with runfold.Client(URL, KEY) as client:
            with client.start_run(session_id=session, user_id="ann", agent_id="lead") as run:
                run.message(model="gpt-5-mini", provider="openai", input_tokens=90, output_tokens=10, cost=0.25)
                run.tool_call("search", time=0.4)
                run.tool_call("fetch", error="no such page")
                with run.child(agent_id="writer") as child:
                    child.message(input_tokens=5, output_tokens=5)
            self.assertTrue(client.flush(30))
            self.assertEqual(client.stats().accepted, 6)
        totals = run_when(run.run_id, session, lambda one: one["status"] is not None)
        self.assertEqual((totals["total_tokens"], totals["tool_calls"], totals["tool_errors"]), (100, 2, 1))
        self.assertEqual((totals["status"], totals["user_id"], totals["cost"]), ("completed", "ann", 0.25))
        below = run_when(child.run_id, session, lambda one: one["status"] is not None)
        self.assertEqual((below["parent_run_id"], below["user_id"], below["agent_id"]), (run.run_id, "ann", "writer"))

    def test_events_carry_the_labels_of_their_run(self):
        events = []
        run = runfold.Run(lambda *given: events.extend(given), "r", {"labels": {"customer": "acme", "feature": "chat"}})
        run.message()
        run.tool_call("search", labels={"feature": "search"})
        run.child(labels={"feature": "summary"}).message()
        run.child().message()
        features = [event["labels"]["feature"] for event in events]
        self.assertEqual(features, ["chat", "search", "summary", "chat"])
        self.assertEqual({event["labels"]["customer"] for event in events}, {"acme"})

    def test_a_block_that_raises_ends_its_run_with_an_error(self):
        session = str(uuid.uuid4())
        with runfold.Client(URL, KEY) as client:
            with self.assertRaises(ZeroDivisionError):
                with client.start_run(session_id=session) as run:
                    run.message(input_tokens=1, output_tokens=1)
                    1 / 0
            self.assertTrue(client.flush(30))
        self.assertEqual(run_when(run.run_id, session, lambda one: one["status"])["status"], "error")

    def test_a_refused_event_is_told_and_the_others_go_in(self):
        told, session = [], str(uuid.uuid4())
        client = runfold.Client(URL, KEY, on_error=told.append)
        good = {"type": "message", "role": "assistant", "run_id": "r", "session_id": session, "metrics": {"input_tokens": 3}}
        client.emit(good, {"type": "message", "run_id": 7}, good)
        self.assertTrue(client.close(30))
        self.assertEqual((client.stats().accepted, client.stats().refused), (2, 1))
        self.assertIn("run_id", told[0])

    def test_a_wrong_key_is_told_once_and_never_raised(self):
        if KEY is None:
            self.skipTest("the service has no keys")
        told = []
        client = runfold.Client(URL, "rf_wrong", on_error=told.append)
        client.emit({"type": "run", "run_id": "r"})
        client.close(30)
        self.assertEqual(client.stats().refused, 1)
        self.assertIn("401", told[0])

    def test_what_a_child_of_multiprocessing_emits_is_sent_at_its_end(self):
        session = str(uuid.uuid4())
        for method in ("fork", "spawn"):
            process = multiprocessing.get_context(method).Process(target=emit_in_child, args=(session,))
            process.start()
            process.join(60)
            self.assertEqual(process.exitcode, 0)
        self.assertEqual(run_when("r", session, lambda one: one["total_tokens"] == 200)["total_tokens"], 200)

    def test_a_fork_sends_nothing_twice_and_loses_nothing(self):
        session = str(uuid.uuid4())
        client = runfold.Client(URL, KEY, flush_seconds=5)
        event = {"type": "message", "role": "assistant", "run_id": "r", "session_id": session, "metrics": {"input_tokens": 1, "output_tokens": 0}}
        client.emit(event, event)
        pid = os.fork()
        if pid == 0:
            try:
                client.emit(event)
                os._exit(0 if client.flush(30) and client.stats() == (1, 0, 1, 0, 0) else 1)
            finally:
                os._exit(2)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertTrue(client.close(30))
        self.assertEqual(client.stats().accepted, 2)
        self.assertEqual(run_when("r", session, lambda one: one["total_tokens"] == 3)["total_tokens"], 3)


class WithoutAService(unittest.TestCase):
    def test_nothing_raises_and_the_buffer_is_bounded(self):
        told = []
        client = runfold.Client("http://127.0.0.1:1", None, max_buffered_events=10, on_error=told.append)
        for _ in range(25):
            client.emit({"type": "run", "run_id": "r"})
        self.assertFalse(client.close(0.2))
        stats = client.stats()
        self.assertEqual((stats.given, stats.dropped, stats.waiting), (25, 25, 0))
        self.assertTrue(any("full" in one for one in told) and any("were not sent" in one for one in told))

    def test_bytes_are_bounded_too(self):
        client = runfold.Client("http://127.0.0.1:1", None, max_buffered_bytes=10_000, on_error=lambda _: None)
        client.emit(*({"type": "run", "run_id": "r", "agent_name": "x" * 4_000} for _ in range(5)))
        self.assertEqual(client.stats().dropped, 3)
        client.close(0)

    def test_what_cannot_be_json_is_dropped_and_told(self):
        told = []
        client = runfold.Client("http://127.0.0.1:1", None, on_error=told.append)
        client.emit({"type": "run", "run_id": object()}, {"type": "run", "metrics": {"time": float("nan")}})
        self.assertEqual(client.stats().dropped, 2)
        self.assertIn("cannot be sent", told[0])
        client.close(0)

    def test_a_callback_that_raises_harms_nobody(self):
        client = runfold.Client("http://127.0.0.1:1", None, max_buffered_events=1, on_error=lambda _: 1 / 0)
        client.emit({"type": "run", "run_id": "r"}, {"type": "run", "run_id": "r"})
        self.assertEqual(client.stats().dropped, 1)
        client.close(0)

    def test_a_url_that_is_none_is_said_at_once(self):
        with self.assertRaisesRegex(ValueError, "RUNFOLD_URL"):
            runfold.Client("localhost:8580")

    def test_the_same_ids_come_again_after_an_answer_that_was_lost(self):
        bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                if len(bodies) == 1:
                    self.connection.shutdown(2)
                    return
                body = b"{}" if len(bodies) == 2 else b'{"accepted": 1, "refused": 0}'
                self.send_response(503 if len(bodies) == 2 else 202)
                self.send_header("retry-after", "0")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = runfold.Client(f"http://127.0.0.1:{server.server_port}", None, on_error=lambda _: None)
        client.emit({"type": "run", "run_id": "r"})
        self.assertTrue(client.flush(20))
        client.close(0)
        server.shutdown()
        server.server_close()
        self.assertEqual(len(bodies), 3)
        self.assertEqual(bodies[0], bodies[1])
        self.assertEqual(bodies[1], bodies[2])
        # Without an id of its own, an event that is sent again would count twice.
        events = bodies[0]["events"] if isinstance(bodies[0], dict) else bodies[0]
        self.assertTrue(uuid.UUID(events[0]["id"]))


class WhatTheServiceAnswers(unittest.TestCase):
    def judge(self, status, body=b"{}", retry_after=None, sent=2):
        return _judge(status, body, retry_after, sent)

    def test_what_it_took_is_done_and_what_it_refused_is_told_by_index(self):
        faults = [{"index": 1, "faults": [{"field": "run_id", "expected": "a string", "got": "7"}]}]
        body = json.dumps({"accepted": 1, "refused": 1, "faults": faults}).encode()
        for status in (200, 202, 207):
            outcome = self.judge(status, body)
            self.assertEqual((outcome.verdict, outcome.accepted), ("done", 1))
            self.assertEqual(outcome.faults, ((1, "run_id: expected a string, got 7"),))

    def test_what_it_did_not_look_at_comes_again_after_the_time_that_it_named(self):
        for status in (408, 425, 429, 500, 502, 503, 504):
            self.assertEqual(self.judge(status).verdict, "retry")
        self.assertEqual(self.judge(429, retry_after="3").wait, 3.0)
        self.assertEqual(self.judge(429, retry_after="3600").wait, 60.0)
        self.assertIsNone(self.judge(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT").wait)

    def test_what_it_refuses_as_a_whole_does_not_come_again(self):
        for status in (400, 401, 403, 404, 415):
            outcome = self.judge(status, b'{"detail": "no"}')
            self.assertEqual((outcome.verdict, outcome.accepted), ("done", 0))
            self.assertEqual([index for index, _ in outcome.faults], [0, 1])
            self.assertIn(f"HTTP {status}: no", outcome.faults[0][1])

    def test_a_request_that_is_too_large_is_divided_and_one_event_that_is_refused(self):
        self.assertEqual(self.judge(413).verdict, "split")
        self.assertEqual(self.judge(413, sent=1).verdict, "done")
        client = runfold.Client("http://127.0.0.1:1", None, on_error=lambda _: None)
        sizes = []

        class Small:
            def send(self, items, media_type, timeout):
                sizes.append(len(items))
                return _judge(413 if len(items) > 2 else 202, b"{}", None, len(items))

            def close(self):
                pass

        client._transport = Small()
        client.emit(*({"type": "run", "run_id": "r"} for _ in range(5)))
        self.assertTrue(client.close(20))
        self.assertEqual(client.stats().accepted, 5)
        self.assertEqual(sum(size for size in sizes if size <= 2), 5)


class Events(unittest.TestCase):
    def test_a_run_gives_its_events_their_place_their_order_and_their_figures(self):
        events = []
        run = runfold.Run(lambda *given: events.extend(given), "r", {"user_id": "ann", "agent_id": "lead", "team_id": "t"})
        run.message(model="gpt-5", input_tokens=3, metrics={"output_tokens": 2}, cost=None)
        child = run.child("c", agent_id="aide")
        child.message()
        run.end("paused")
        run.end("completed", time=2.5)
        run.end("error")
        self.assertEqual(events[0]["metrics"], {"input_tokens": 3, "output_tokens": 2})
        self.assertEqual((events[0]["model"], events[0]["session_id"], events[0]["sequence"]), ("gpt-5", "r", 0))
        place = {name: events[1][name] for name in ("run_id", "session_id", "parent_run_id", "user_id", "agent_id", "team_id")}
        self.assertEqual(place, {"run_id": "c", "session_id": "r", "parent_run_id": "r", "user_id": "ann",
                                 "agent_id": "aide", "team_id": "t"})
        self.assertEqual([one.get("status") for one in events[2:]], ["paused", "completed"])
        self.assertEqual([one["sequence"] for one in events if one["run_id"] == "r"], [0, 1, 2])
        self.assertEqual(events[3]["metrics"], {"time": 2.5})

    def test_a_block_that_is_interrupted_ends_its_run_as_cancelled(self):
        events = []
        with self.assertRaises(KeyboardInterrupt):
            with runfold.Run(lambda *given: events.extend(given), "r", {}):
                raise KeyboardInterrupt
        self.assertEqual([one["status"] for one in events], ["cancelled"])

    def test_a_time_is_sent_in_utc(self):
        when = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
        self.assertEqual(event_of({"occurred_at": when})["occurred_at"], "2026-03-01T10:30:00Z")
        own = event_of({"occurred_at": when.astimezone().replace(tzinfo=None)})
        self.assertEqual(own["occurred_at"], "2026-03-01T10:30:00Z")
        self.assertRegex(event_of({})["occurred_at"], r"^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$")


if __name__ == "__main__":
    unittest.main()
