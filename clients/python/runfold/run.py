"""Events of one run, each with the run's attributes."""

import time
import uuid
from datetime import datetime, timezone
from typing import Any, Callable, Dict, Optional

# Fields of an event beside its figures; everything else given by keyword is a figure.
FIELDS = frozenset(
    "id run_id session_id parent_run_id agent_id agent_name team_id workflow_id user_id occurred_at "
    "sequence model provider corrects labels hold_id role tool_name tool_call_id error status".split()
)


def now() -> str:
    """The current time as the service takes it: RFC 3339 in UTC, to the microsecond."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def event_of(given: Dict[str, Any]) -> Dict[str, Any]:
    """An event with an id and a time of its own, so that it can be sent again without counting twice."""
    event = {name: value for name, value in given.items() if value is not None}
    event.setdefault("id", str(uuid.uuid4()))
    event.setdefault("occurred_at", now())
    if isinstance(event["occurred_at"], datetime):
        when = event["occurred_at"]
        # A time without a zone is the machine's own, as datetime.now() gives it.
        event["occurred_at"] = when.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    return event


class Run:
    """One run. Its methods return at once and never raise; a run ends once."""

    def __init__(self, emit: Callable[..., None], run_id: str, attributes: Dict[str, Any]) -> None:
        self.run_id = run_id
        self._emit = emit
        self._attributes = {**attributes, "run_id": run_id}
        self._attributes.setdefault("session_id", run_id)
        self._began = time.monotonic()
        self._sequence = 0
        self._ended = False

    @property
    def session_id(self) -> str:
        return str(self._attributes["session_id"])

    def message(self, role: str = "assistant", **given: Any) -> None:
        """A message: `input_tokens`, `output_tokens`, `cached_tokens`, `time`, `cost` … and `model`."""
        self._send({"type": "message", "role": role}, given)

    def tool_call(self, tool_name: str, error: Any = None, **given: Any) -> None:
        """A finished call of a tool; `error` is true or a short text where it failed, `time` in seconds."""
        self._send({"type": "tool_call", "tool_name": tool_name, "error": error}, given)

    def child(self, run_id: Optional[str] = None, **attributes: Any) -> "Run":
        """A run that this one delegates to: same session and user, its own agent."""
        kept = {
            name: value
            for name, value in self._attributes.items()
            if name in ("session_id", "user_id", "team_id", "workflow_id", "labels")
        }
        made = {**kept, **attributes, "parent_run_id": self.run_id}
        _merge_labels(made, kept.get("labels"))
        return Run(self._emit, run_id or str(uuid.uuid4()), made)

    def end(self, status: str = "completed", **given: Any) -> None:
        """The end of the run: `completed`, `error`, `cancelled` or `paused`. `time` defaults to since it began."""
        if self._ended:
            return
        self._ended = status != "paused"
        given.setdefault("time", time.monotonic() - self._began)
        self._send({"type": "run", "status": status}, given)

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            self.end()
        else:
            self.end("error" if issubclass(kind, Exception) else "cancelled")

    def _send(self, event: Dict[str, Any], given: Dict[str, Any]) -> None:
        metrics = {**(given.pop("metrics", None) or {})}
        fields = {}
        for name, value in given.items():
            (fields if name in FIELDS else metrics)[name] = value
        event = {**self._attributes, "sequence": self._sequence, **event, **fields}
        _merge_labels(event, self._attributes.get("labels"))
        self._sequence += 1
        metrics = {name: value for name, value in metrics.items() if value is not None}
        if metrics:
            event["metrics"] = metrics
        self._emit(event)


def _merge_labels(event: Dict[str, Any], around: Optional[Dict[str, Any]]) -> None:
    """Adds the labels of the run around it; where both have one, that of the event holds."""
    own = event.get("labels")
    if around and own is not around:
        event["labels"] = {**around, **(own or {})}
