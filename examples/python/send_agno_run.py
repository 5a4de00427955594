"""Turns an Agno run into Runfold events and sends them by HTTP, with the standard library alone.

    python3 send_agno_run.py runs.ndjson        # a file with one stored Agno run (RunResponse) a line

RUNFOLD_URL is where the service is (http://127.0.0.1:8580 by default), RUNFOLD_KEY the key, where
there are any. In a program: `send(events_of(run.to_dict(), session_id="s-1"))`.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone

# What Runfold takes of the metrics of a message; the names are Agno's own.
METRICS = [
    "input_tokens", "output_tokens", "total_tokens", "prompt_tokens", "completion_tokens",
    "audio_tokens", "input_audio_tokens", "output_audio_tokens", "cached_tokens",
    "cache_write_tokens", "reasoning_tokens", "prompt_tokens_details", "completion_tokens_details",
    "additional_metrics", "time", "time_to_first_token",
]  # fmt: skip
ROLES = {"user": "user", "system": "system", "assistant": "assistant", "model": "assistant"}
STATUSES = {"ERROR": "error", "CANCELLED": "cancelled", "PAUSED": "paused"}
BATCH = 1000


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")


def events_of(run, session_id=None, parent_run_id=None):
    """The events of one run: a message each, a tool call for each answer of a tool, the run's end,
    and the same for each member of a team.

    Ids are made of the run and the place in it, so that sending a run again counts nothing twice.
    Messages that Agno replayed from history are left out: they were counted where they were new.
    """
    run_id = run["run_id"]
    session_id = run.get("session_id") or session_id or run_id
    who = {"run_id": run_id, "session_id": session_id}
    for field in ("agent_id", "agent_name", "team_id", "user_id", "workflow_id", "model"):
        if run.get(field):
            who[field] = run[field]
    if run.get("model_provider"):
        who["provider"] = run["model_provider"]
    if run.get("parent_run_id") or parent_run_id:
        who["parent_run_id"] = run.get("parent_run_id") or parent_run_id
    messages = [m for m in run.get("messages") or [] if not m.get("from_history")]
    ended = (messages[-1].get("created_at") if messages else None) or run.get("created_at") or time.time()

    for place, message in enumerate(messages):
        common = {**who, "sequence": place, "occurred_at": rfc3339(message.get("created_at") or ended)}
        reported = message.get("metrics") or {}
        if message["role"] == "tool":
            call_id = message.get("tool_call_id")
            call = {"type": "tool_call", "id": f"{run_id}/tool_call/{call_id or f'at/{place}'}", **common}
            call["tool_name"] = message.get("tool_name") or "unknown"
            if call_id:
                call["tool_call_id"] = call_id
            if message.get("tool_call_error") is not None:
                call["error"] = bool(message["tool_call_error"])
            if reported.get("time") is not None:
                call["metrics"] = {"time": reported["time"]}
            yield call
            continue
        role = ROLES.get(message["role"], "system")
        event = {"type": "message", "id": f"{run_id}/message/{place}", "role": role, **common}
        if role == "assistant":
            # Agno leaves zeros out of what it writes; an absent time was never reported.
            zeros = {name: 0 for name in METRICS if name.endswith("_tokens")}
            event["metrics"] = zeros | {name: reported[name] for name in METRICS if reported.get(name) is not None}
        yield event

    status = STATUSES.get(str(run.get("status") or "").upper(), "completed")
    end = f"{run_id}/run/paused" if status == "paused" else f"{run_id}/run"
    yield {"type": "run", "id": end, **who, "status": status, "sequence": len(messages), "occurred_at": rfc3339(ended)}
    for member in run.get("member_responses") or []:
        yield from events_of(member, session_id, run_id)


def post(events, url, key, tries=6):
    """Sends events, again while the service is away: their ids make that harmless."""
    headers = {"content-type": "application/json"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    body = json.dumps(events).encode()
    for attempt in range(tries):
        try:
            request = urllib.request.Request(f"{url}/v1/events?wait=true", body, headers)
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or attempt == tries - 1:
                raise SystemExit(f"{error.code}: {error.read().decode()}") from error
            time.sleep(float(error.headers.get("retry-after") or 1))
        except urllib.error.URLError:
            if attempt == tries - 1:
                raise
            time.sleep(2**attempt / 4)


def send(events, url=None, key=None):
    """Sends any number of events; answers how many were accepted and refused."""
    url = (url or os.environ.get("RUNFOLD_URL") or "http://127.0.0.1:8580").rstrip("/")
    key = key or os.environ.get("RUNFOLD_KEY")
    totals = {"accepted": 0, "refused": 0}
    events = list(events)
    for start in range(0, len(events), BATCH):
        answer = post(events[start : start + BATCH], url, key)
        for name in totals:
            totals[name] += answer[name]
        for fault in answer.get("faults", []):
            print(f"event {start + fault['index']}: {fault['faults']}", file=sys.stderr)
    return totals


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        runs = [json.loads(line) for line in file if line.strip()]
    print(json.dumps(send(event for run in runs for event in events_of(run))))
