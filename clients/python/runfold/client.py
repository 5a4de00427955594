"""The client: a bounded buffer and a background thread that empties it."""

import atexit
import json
import logging
import os
import random
import sys
import threading
import time
import uuid
import weakref
from collections import deque
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional

from .run import Run, event_of
from .transport import Transport

log = logging.getLogger("runfold")

JSON = "application/json"
# How often the same kind of trouble is logged, in seconds.
QUIET_SECONDS = 30.0
LONGEST_PAUSE = 10.0
# A request stays well below the 8 MiB that the service takes.
REQUEST_BYTES = 2 * 2**20


class Stats(NamedTuple):
    """Counts since the client was made: given = waiting + accepted + refused + dropped."""

    given: int
    waiting: int
    accepted: int
    refused: int
    dropped: int


class _Item(NamedTuple):
    media_type: str
    text: str
    size: int


class Client:
    """Sends events in the background. Every method may be called from any thread.

    url: where the service is; default RUNFOLD_URL, else http://127.0.0.1:8580.
    key: its key; default RUNFOLD_KEY, else none.
    max_buffered_events, max_buffered_bytes: the bounds of the buffer; what does not fit is dropped,
        counted and logged. Default 20,000 events and 16 MiB.
    events_per_request: default 500. flush_seconds: how long an event may wait for others; default 1.
    timeout: seconds for one request; default 10. exit_seconds: how long the end of the process waits
        for what is left; default 10.
    on_error: called with a sentence for each refused event and each kind of outage. Default: logs.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        key: Optional[str] = None,
        *,
        max_buffered_events: int = 20_000,
        max_buffered_bytes: int = 16 * 2**20,
        events_per_request: int = 500,
        flush_seconds: float = 1.0,
        timeout: float = 10.0,
        exit_seconds: float = 10.0,
        on_error: Optional[Callable[[str], None]] = None,
    ) -> None:
        url = url or os.environ.get("RUNFOLD_URL") or "http://127.0.0.1:8580"
        self._transport = Transport(url, key or os.environ.get("RUNFOLD_KEY") or None, timeout)
        self._most_events = max(1, max_buffered_events)
        self._most_bytes = max(1, max_buffered_bytes)
        self._per_request = max(1, min(events_per_request, 10_000))
        self._flush_seconds = max(0.0, flush_seconds)
        self._timeout = timeout
        self._exit_seconds = exit_seconds
        self._on_error = on_error
        self._start_anew()
        _clients.add(self)

    def _start_anew(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._sending = threading.Lock()
        self._buffer: Deque[_Item] = deque()
        self._bytes = 0
        self._in_flight = 0
        self._given = self._accepted = self._refused = self._dropped = 0
        self._thread: Optional[threading.Thread] = None
        self._pid = os.getpid()
        self._urgent = False
        self._closed = False
        self._told: Dict[str, float] = {}

    # -- giving events ---------------------------------------------------------------------------

    def emit(self, *events: Dict[str, Any]) -> None:
        """Takes events as the service takes them. An event without an id or a time is given one."""
        for event in events:
            try:
                self._add(JSON, event_of(event))
            except Exception as error:  # the agent goes on, whatever it gave
                self._count_dropped("invalid", f"an event cannot be sent: {error}")

    def start_run(self, run_id: Optional[str] = None, **attributes: Any) -> Run:
        """A run whose messages and tool calls carry its attributes: session_id, user_id, agent_id,
        agent_name, team_id, workflow_id, model, provider, labels. Used with `with`, it ends by itself, with
        status `error` when the block raises."""
        return Run(self.emit, run_id or str(uuid.uuid4()), attributes)

    def _emit_document(self, media_type: str, value: Dict[str, Any]) -> None:
        """Takes a document of another format, such as an Agno run, which the service turns into events."""
        try:
            self._add(media_type, value)
        except Exception as error:
            self._count_dropped("invalid", f"a document cannot be sent: {error}")

    def _add(self, media_type: str, value: Dict[str, Any]) -> None:
        # Text from here on: the agent may change its own object afterwards.
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
        size = len(text)
        item = _Item(media_type, text, size)
        with self._lock:
            self._given += 1
            full = len(self._buffer) >= self._most_events or self._bytes + size > self._most_bytes
            if not full and not self._closed:
                self._buffer.append(item)
                self._bytes += size
                if self._thread is None or not self._thread.is_alive():
                    self._begin()
                if len(self._buffer) >= self._per_request or len(self._buffer) == 1:
                    self._wake.notify_all()
                return
            self._dropped += 1
        if self._closed:
            self._say("closed", "the client is closed; an event was dropped")
        else:
            self._say("full", "the buffer is full, events are dropped; is the service away?")

    def _count_dropped(self, kind: str, sentence: str) -> None:
        with self._lock:
            self._given += 1
            self._dropped += 1
        self._say(kind, sentence)

    # -- sending ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._work, name="runfold", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending; the exit handler sends what is left
            self._thread = None
        multiprocessing = sys.modules.get("multiprocessing.util")
        if multiprocessing is not None:
            # Children of multiprocessing end without atexit.
            multiprocessing.Finalize(None, _close_all, exitpriority=100)

    def _work(self) -> None:
        tries = 0
        while True:
            with self._lock:
                while not self._buffer and not self._closed:
                    self._wake.wait()
                if self._closed and not self._buffer:
                    return
                if not self._urgent and len(self._buffer) < self._per_request and not self._closed:
                    self._wake.wait(self._flush_seconds)
            pause = self._send_next(self._timeout, tries)
            if pause is None:
                tries = 0
                continue
            tries += 1
            with self._lock:
                self._wake.wait(pause)

    def _send_next(self, timeout: float, tries: int = 0) -> Optional[float]:
        """Sends the oldest events. Returns seconds to wait before the next try; None when it went well."""
        with self._sending:
            batch = self._take()
            if not batch:
                return None
            done = False
            try:
                pause = self._deliver(batch, timeout, tries)
                done = pause is None
                return pause
            finally:
                with self._lock:
                    self._in_flight = 0
                    if self._closed:
                        # `close` has given it up; it went well after all.
                        if done:
                            self._dropped -= len(batch)
                    elif not done:
                        self._buffer.extendleft(reversed(batch))
                        self._bytes += sum(item.size for item in batch)
                    self._wake.notify_all()

    def _take(self) -> List[_Item]:
        with self._lock:
            batch: List[_Item] = []
            size = 0
            while self._buffer and len(batch) < self._per_request:
                item = self._buffer[0]
                if batch and (item.media_type != batch[0].media_type or size + item.size > REQUEST_BYTES):
                    break
                batch.append(self._buffer.popleft())
                size += item.size
            self._bytes -= size
            self._in_flight = len(batch)
            if not self._buffer:
                self._urgent = False
            return batch

    def _deliver(self, batch: List[_Item], timeout: float, tries: int) -> Optional[float]:
        parts: List[List[_Item]] = [batch]
        faults: List[str] = []
        refused = 0
        while parts:
            part = parts.pop()
            try:
                outcome = self._transport.send([item.text for item in part], part[0].media_type, timeout)
            except Exception as error:  # a fault of ours must not end the thread
                self._transport.close()
                self._say("fault", f"events cannot be sent: {type(error).__name__}: {error}")
                return self._pause(tries, None)
            if outcome.verdict == "retry":
                self._say("away", f"the service is away, events wait ({outcome.reason})")
                # Parts that went through come again; their ids make that harmless.
                return self._pause(tries, outcome.wait)
            if outcome.verdict == "split":
                half = len(part) // 2
                parts += [part[half:], part[:half]]
                continue
            refused += len({index for index, _ in outcome.faults})
            faults += [sentence for _, sentence in outcome.faults]
        with self._lock:
            self._accepted += len(batch) - refused
            self._refused += refused
        for sentence in faults[:10]:
            self._say("refused", f"the service refused an event: {sentence}", always=self._on_error is not None)
        return None

    @staticmethod
    def _pause(tries: int, wait: Optional[float]) -> float:
        if wait is not None:
            return wait + random.random() * 0.1
        return min(0.1 * 2 ** min(tries, 10), LONGEST_PAUSE) * (0.5 + random.random() / 2)

    # -- waiting and ending ----------------------------------------------------------------------

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until the service has everything given so far. Returns False when time ran out."""
        end = time.monotonic() + timeout
        tries = 0
        while True:
            with self._lock:
                self._urgent = True
                self._wake.notify_all()
                if not self._buffer and self._in_flight == 0:
                    self._urgent = False
                    return True
                alive = self._thread is not None and self._thread.is_alive()
            left = end - time.monotonic()
            if left <= 0:
                return False
            if alive:
                with self._lock:
                    if self._buffer or self._in_flight:
                        self._wake.wait(min(left, 0.25))
                continue
            # No thread, as at the end of a process: the caller sends.
            pause = self._send_next(min(left, self._timeout), tries)
            tries = 0 if pause is None else tries + 1
            if pause is not None:
                time.sleep(min(pause, max(0.0, end - time.monotonic())))

    def close(self, timeout: Optional[float] = None) -> bool:
        """Flushes and ends the thread. Returns False when events were left; their number is logged."""
        flushed = self.flush(self._exit_seconds if timeout is None else timeout)
        with self._lock:
            self._closed = True
            left = len(self._buffer) + self._in_flight
            self._buffer.clear()
            self._bytes = 0
            self._dropped += left
            self._wake.notify_all()
        self._transport.close()
        _clients.discard(self)
        if left:
            self._say("left", f"{left} events were not sent before the end", always=True)
        return flushed

    def stats(self) -> Stats:
        """What became of the events so far."""
        with self._lock:
            waiting = 0 if self._closed else len(self._buffer) + self._in_flight
            return Stats(self._given, waiting, self._accepted, self._refused, self._dropped)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _say(self, kind: str, sentence: str, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self._told.get(kind, -QUIET_SECONDS) < QUIET_SECONDS:
            return
        self._told[kind] = now
        try:
            if self._on_error is not None:
                self._on_error(sentence)
            else:
                log.warning("%s", sentence)
        except Exception:  # a callback of the agent's own must not end the thread
            log.exception("on_error raised")


_clients: "weakref.WeakSet[Client]" = weakref.WeakSet()


def _close_all() -> None:
    for client in list(_clients):
        client.close()


def _before_fork() -> None:
    for client in list(_clients):
        client._lock.acquire()


def _after_fork_in_parent() -> None:
    for client in list(_clients):
        client._urgent = bool(client._buffer)
        client._wake.notify_all()
        client._lock.release()


def _after_fork_in_child() -> None:
    # The parent sends what it had; the child has neither its thread nor the right to its connection.
    for client in list(_clients):
        client._transport.forget()
        client._start_anew()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
