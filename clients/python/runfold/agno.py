"""Figures of Agno agents, teams and workflows, of Agno 1.x and 2.x.

    import runfold.agno

    runfold.agno.track(agent)              # or a team, a workflow, or the class Agent itself

From then on each `run`, `arun`, `continue_run` and `acontinue_run`, streamed or not, is told to Runfold when
it ends, with its messages, tool calls and members. Only figures, names and ids leave the process.
The result, the stream and the exceptions of a run are the agent's own, unchanged.

    python3 -m runfold.agno runs.ndjson    # sends stored runs, one `to_dict()` per line
"""

import functools
import inspect
import json
import logging
import sys
from typing import Any, Callable, Dict, List, Optional

from .client import Client

log = logging.getLogger("runfold")

MEDIA_TYPE = "application/vnd.agno.run+json"
METHODS = ("run", "arun", "continue_run", "acontinue_run")
MARK = "__runfold_tracked__"

# What Runfold reads of a run, of its messages and of its tools. All else stays where it is.
RUN_FIELDS = (
    "run_id session_id parent_run_id agent_id agent_name team_id team_name workflow_id workflow_name user_id "
    "model model_provider created_at status forked_from_run_id forked_from_message_index forked_from_session_id "
    "regenerated_from workflow_step_id"
).split()
MESSAGE_FIELDS = (
    "id role created_at from_history tool_call_id tool_name tool_call_error name"
).split()
TOOL_FIELDS = (
    "tool_call_id tool_name tool_call_error created_at child_run_id requires_confirmation confirmed "
    "requires_user_input external_execution_required"
).split()
NESTED_RUNS = ("member_responses", "member_runs", "step_executor_runs", "step_results", "runs", "steps")
DEEPEST = 32


def track(subject: Any, client: Optional[Client] = None) -> Any:
    """Tells Runfold of each run of an agent, a team, a workflow or a whole class. Returns the subject.

    client: default one client for the whole process, set up from RUNFOLD_URL and RUNFOLD_KEY. To track
    a thing twice changes nothing. A member of a tracked team needs no tracking of its own.
    """
    if vars(subject).get(MARK):
        return subject
    teller = _Teller(client)
    for name in METHODS:
        method = getattr(subject, name, None)
        if not callable(method):
            continue
        original = method if not inspect.isclass(subject) else inspect.getattr_static(subject, name)
        setattr(subject, name, _tracked(original, teller, inspect.isclass(subject)))
    setattr(subject, MARK, True)
    return subject


def send(run: Any, client: Optional[Client] = None) -> None:
    """Sends one run: a RunOutput, a RunResponse, a team's or a workflow's, or its `to_dict()`."""
    _Teller(client).tell(run)


def figures_of(run: Any) -> Dict[str, Any]:
    """What is sent of a run: ids, names, times and figures. No text of a message, tool or result."""
    return _run_figures(_plain(run), 0)


_shared: Optional[Client] = None


def _shared_client() -> Client:
    global _shared
    if _shared is None:
        _shared = Client()
    return _shared


class _Teller:
    """Sends runs. Whatever goes wrong here is logged and never reaches the agent."""

    def __init__(self, client: Optional[Client]) -> None:
        self._client = client

    def tell(self, run: Any) -> None:
        try:
            figures = figures_of(run)
            if not figures.get("run_id"):
                log.warning("a run without a run_id was not sent")
                return
            if str(figures.get("status", "")).upper() == "PENDING":
                return  # it was put in the background and has not begun
            (self._client or _shared_client())._emit_document(MEDIA_TYPE, figures)
        except Exception as error:
            log.warning("a run was not sent: %s: %s", type(error).__name__, error)

    def tell_unfinished(self, subject: Any, seen: Dict[str, Any], status: str) -> None:
        """A run that raised, or whose stream was left: what is known of it, and how it ended."""
        try:
            partial = _own_response(subject, seen.get("run_id"))
            figures = figures_of(partial) if partial is not None else {}
            known = {name: value for name, value in seen.items() if value is not None}
            figures = {**known, **figures, "status": status}
            if figures.get("run_id"):
                (self._client or _shared_client())._emit_document(MEDIA_TYPE, figures)
        except Exception as error:
            log.warning("a run that failed was not sent: %s: %s", type(error).__name__, error)


def _tracked(original: Callable[..., Any], teller: _Teller, of_class: bool) -> Callable[..., Any]:
    switch = _output_switch(original)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        subject = args[0] if of_class else getattr(original, "__self__", None)
        asked = True
        if switch is not None and not kwargs.get(switch) and _streams(subject, kwargs):
            # The stream is asked to end with the run itself; the agent's own reader does not see it.
            asked, kwargs = False, {**kwargs, switch: True}
        seen = {name: kwargs.get(name) for name in ("run_id", "session_id", "user_id")}
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            teller.tell_unfinished(subject, seen, _status_of(error))
            raise
        return _followed(result, subject, teller, seen, asked)

    if not inspect.iscoroutinefunction(original):
        return call

    # Still a coroutine function for whoever looks, as `arun` of Agno 1.x is.
    @functools.wraps(original)
    async def acall(*args: Any, **kwargs: Any) -> Any:
        return await call(*args, **kwargs)

    return acall


def _followed(result: Any, subject: Any, teller: _Teller, seen: Dict[str, Any], asked: bool) -> Any:
    """The result as the agent gave it, watched until it ends."""
    if inspect.isasyncgen(result) or (hasattr(result, "__aiter__") and not inspect.isawaitable(result)):
        return _async_stream(result, subject, teller, seen, asked)
    if inspect.isawaitable(result):
        return _awaited(result, subject, teller, seen, asked)
    if inspect.isgenerator(result) or (hasattr(result, "__next__") and not hasattr(result, "run_id")):
        return _stream(result, subject, teller, seen, asked)
    teller.tell(result)
    return result


async def _awaited(result: Any, subject: Any, teller: _Teller, seen: Dict[str, Any], asked: bool) -> Any:
    try:
        value = await result
    except BaseException as error:
        teller.tell_unfinished(subject, seen, _status_of(error))
        raise
    return _followed(value, subject, teller, seen, asked)


class _Watch:
    """Follows the items of a stream and tells of the run once, at its end."""

    def __init__(self, subject: Any, teller: _Teller, seen: Dict[str, Any], asked: bool) -> None:
        self.subject, self.teller, self.seen, self.asked = subject, teller, dict(seen), asked
        self.output: Any = None
        self.status: Optional[str] = None

    def shows(self, item: Any) -> bool:
        """Whether the agent's own reader is to see the item."""
        try:
            if _is_output(item):
                self.output = item
                return self.asked
            self._note(item)
        except Exception as error:
            log.warning("an item of a stream was not understood: %s", error)
        return True

    def _note(self, item: Any) -> None:
        # A team's stream carries its members' events too: the first one that names a run is its own.
        if self.seen.get("run_id") is None:
            for name in ("run_id", "session_id", "agent_id", "agent_name", "team_id", "workflow_id"):
                value = getattr(item, name, None)
                if isinstance(value, str) and value:
                    self.seen[name] = value
        if getattr(item, "run_id", None) != self.seen.get("run_id"):
            return
        event = str(getattr(item, "event", ""))
        for word, status in (("Error", "error"), ("Cancelled", "cancelled"), ("Paused", "paused"), ("Completed", "completed")):
            if event.endswith(word) and event.startswith(("Run", "TeamRun", "Workflow")):
                self.status = status

    def end(self, error: Optional[BaseException] = None) -> None:
        output = self.output
        if output is None:
            output = _own_response(self.subject, self.seen.get("run_id"))
        if output is not None and error is None:
            self.teller.tell(output)
        elif output is not None and self.output is not None:
            self.teller.tell(output)
        else:
            status = _status_of(error) if error is not None else (self.status or "cancelled")
            self.teller.tell_unfinished(self.subject, self.seen, status)


def _stream(items: Any, subject: Any, teller: _Teller, seen: Dict[str, Any], asked: bool) -> Any:
    watch = _Watch(subject, teller, seen, asked)
    try:
        for item in items:
            if watch.shows(item):
                yield item
    except BaseException as error:
        if hasattr(items, "close"):
            items.close()
        watch.end(error)
        raise
    watch.end()


async def _async_stream(items: Any, subject: Any, teller: _Teller, seen: Dict[str, Any], asked: bool) -> Any:
    watch = _Watch(subject, teller, seen, asked)
    try:
        async for item in items:
            if watch.shows(item):
                yield item
    except BaseException as error:
        if hasattr(items, "aclose"):
            await items.aclose()
        watch.end(error)
        raise
    watch.end()


def _output_switch(method: Callable[..., Any]) -> Optional[str]:
    """The parameter by which a stream ends with the run itself: its name changed within 2.x."""
    try:
        names = inspect.signature(method).parameters
    except (TypeError, ValueError):
        return None
    return next((name for name in ("yield_run_output", "yield_run_response") if name in names), None)


def _streams(subject: Any, kwargs: Dict[str, Any]) -> bool:
    stream = kwargs.get("stream")
    return bool(getattr(subject, "stream", False) if stream is None else stream)


def _is_output(item: Any) -> bool:
    """Whether an item of a stream is the run itself; events of a run have a name of their own."""
    return hasattr(item, "messages") and hasattr(item, "to_dict") and not getattr(item, "event", None)


def _own_response(subject: Any, run_id: Optional[str]) -> Any:
    """Agno 1.x keeps the last run on the agent; taken only where it is the run in question."""
    response = getattr(subject, "run_response", None)
    if response is None or getattr(response, "run_id", None) is None:
        return None
    return response if run_id is None or response.run_id == run_id else None


def _status_of(error: Optional[BaseException]) -> str:
    return "error" if isinstance(error, Exception) else "cancelled"


def _plain(value: Any) -> Dict[str, Any]:
    if isinstance(value, dict):
        return value
    convert = getattr(value, "to_dict", None)
    if callable(convert):
        return convert()
    raise TypeError(f"expected an Agno run, got {type(value).__name__}")


def _run_figures(run: Dict[str, Any], depth: int) -> Dict[str, Any]:
    if depth > DEEPEST:
        raise ValueError(f"teams are nested more than {DEEPEST} deep")
    figures = _picked(run, RUN_FIELDS)
    metrics = run.get("metrics")
    if isinstance(metrics, dict):
        figures["metrics"] = _numbers(metrics)
    if isinstance(run.get("messages"), list):
        figures["messages"] = [_message_figures(one) for one in run["messages"] if isinstance(one, dict)]
    if isinstance(run.get("tools"), list):
        figures["tools"] = [_tool_figures(one) for one in run["tools"] if isinstance(one, dict)]
    for name in NESTED_RUNS:
        nested = run.get(name)
        if isinstance(nested, list):
            kept = [_run_figures(one, depth + 1) for one in nested if isinstance(one, dict)]
            figures[name] = [one for one in kept if one]
    return figures


def _message_figures(message: Dict[str, Any]) -> Dict[str, Any]:
    figures = _picked(message, MESSAGE_FIELDS)
    if isinstance(message.get("metrics"), dict):
        figures["metrics"] = _numbers(message["metrics"])
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        figures["tool_calls"] = [_requested(call) for call in calls if isinstance(call, dict)]
    return _without_nulls(figures)


def _requested(call: Dict[str, Any]) -> Dict[str, Any]:
    """A requested call, or with some models its answer: name and id, never arguments or content."""
    figures = _picked(call, ["id", "type", "tool_call_id", "tool_name", "tool_call_error"])
    function = call.get("function")
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        figures["function"] = {"name": function["name"]}
    return figures


def _tool_figures(tool: Dict[str, Any]) -> Dict[str, Any]:
    figures = _picked(tool, TOOL_FIELDS)
    if tool.get("result") is not None:
        figures["result"] = True  # that there is one; a call that still waits for somebody has none
    if isinstance(tool.get("metrics"), dict):
        figures["metrics"] = _numbers(tool["metrics"])
    return figures


def _picked(record: Dict[str, Any], names: List[str]) -> Dict[str, Any]:
    picked = {}
    for name in names:
        value = record.get(name)
        value = getattr(value, "value", value)  # an enum as its value
        if isinstance(value, (str, int, float, bool)):
            picked[name] = value
    return picked


def _numbers(metrics: Dict[str, Any], depth: int = 0) -> Dict[str, Any]:
    """Figures and names of figures; lists as Agno 1.x keeps them."""
    kept: Dict[str, Any] = {}
    for name, value in metrics.items():
        if isinstance(value, (int, float)) and value == value and abs(value) != float("inf"):
            kept[str(name)] = value
        elif isinstance(value, dict) and depth < 3:
            kept[str(name)] = _numbers(value, depth + 1)
        elif isinstance(value, str) and depth > 0 and len(value) <= 200:
            kept[str(name)] = value
    return kept


def _without_nulls(record: Dict[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def main(arguments: List[str]) -> int:
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print("usage: python3 -m runfold.agno FILE     one Agno run, as to_dict() writes it, per line; - is stdin")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    faults: List[str] = []
    client = Client(on_error=faults.append, max_buffered_events=1_000_000, max_buffered_bytes=2**30)
    try:
        source = sys.stdin if arguments[0] == "-" else open(arguments[0], encoding="utf-8")
    except OSError as error:
        print(f"{arguments[0]}: {error.strerror}", file=sys.stderr)
        return 1
    with source:
        for number, line in enumerate(source, 1):
            if not line.strip():
                continue
            try:
                run = json.loads(line)
                figures = figures_of(run)
                if run.get("type") in ("message", "tool_call", "run") or not figures.get("run_id"):
                    raise ValueError("expected an Agno run with a run_id")
                client._emit_document(MEDIA_TYPE, figures)
            except (ValueError, TypeError, AttributeError) as error:
                faults.append(f"{arguments[0]}:{number}: {error}")
    flushed = client.close(60)
    stats = client.stats()
    print(json.dumps({"runs": stats.accepted, "refused": stats.refused, "not_sent": stats.dropped}))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 0 if flushed and not faults else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
