"""One HTTP request to the service, and what its outcome means for the events in it."""

import gzip
import http.client
import json
import urllib.parse
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

# Answers after which the same request may succeed later. 408 and 425: the service did not look at it.
RETRYABLE = frozenset((408, 425, 429, 500, 502, 503, 504))
# Bodies below this are sent as they are: packing them costs more than it saves.
PACK_BYTES = 2_048


class Outcome(NamedTuple):
    """What became of a request: `done` (the service has answered for good), `retry` or `split`."""

    verdict: str
    accepted: int = 0
    # One per refused event: index in the request, and a sentence.
    faults: Tuple[Tuple[int, str], ...] = ()
    # Seconds to wait before the next try, where the service named them.
    wait: Optional[float] = None
    # What happened, for the log.
    reason: str = ""


class Transport:
    """Keeps one connection to the service. Not safe for several threads: its owner holds a lock."""

    def __init__(self, url: str, key: Optional[str], timeout: float) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"RUNFOLD_URL: expected a URL such as http://127.0.0.1:8580, got {url!r}")
        self._https = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/")
        self._headers = {"user-agent": "runfold-python"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._timeout = timeout
        self._connection: Optional[http.client.HTTPConnection] = None

    def send(self, items: List[str], media_type: str, timeout: float) -> Outcome:
        """Sends documents, each of them JSON, as one array."""
        data = f"[{','.join(items)}]".encode()
        headers = {**self._headers, "content-type": media_type}
        if len(data) >= PACK_BYTES:
            data = gzip.compress(data, 1)
            headers["content-encoding"] = "gzip"
        try:
            status, answer, retry_after = self._request(data, headers, min(timeout, self._timeout))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Outcome("retry", reason=f"{type(error).__name__}: {error}")
        return _judge(status, answer, retry_after, len(items))

    def _request(self, data: bytes, headers: Dict[str, str], timeout: float) -> Tuple[int, bytes, Optional[str]]:
        fresh = self._connection is None
        try:
            return self._once(data, headers, timeout)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The service closes connections that were idle for long; a fresh one tells the truth.
            self.close()
            if fresh:
                raise
            return self._once(data, headers, timeout)

    def _once(self, data: bytes, headers: Dict[str, str], timeout: float) -> Tuple[int, bytes, Optional[str]]:
        connection = self._connection
        if connection is None:
            kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
            connection = self._connection = kind(self._host, self._port, timeout=timeout)
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.request("POST", f"{self._path}/v1/events", data, headers)
        response = connection.getresponse()
        body = response.read(1_048_576)
        if response.will_close or not response.isclosed():
            self.close()
        return response.status, body, response.getheader("retry-after")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def forget(self) -> None:
        """Lets go of a connection that another process uses, without a word on it."""
        self._connection = None


def _judge(status: int, body: bytes, retry_after: Optional[str], sent: int) -> Outcome:
    answer = _object(body)
    if status in (200, 202, 207):
        faults = tuple(
            (int(item.get("index", 0)), _sentence(item.get("faults")))
            for item in answer.get("faults") or []
            if isinstance(item, dict)
        )
        return Outcome("done", int(answer.get("accepted", sent - len(faults))), faults)
    if status in RETRYABLE:
        return Outcome("retry", wait=_seconds(retry_after), reason=f"HTTP {status}: {_detail(answer)}")
    if status == 413 and sent > 1:
        return Outcome("split", reason=f"HTTP 413: {_detail(answer)}")
    reason = f"HTTP {status}: {_detail(answer)}"
    return Outcome("done", 0, tuple((index, reason) for index in range(sent)), reason=reason)


def _object(body: bytes) -> Dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _detail(answer: Dict[str, Any]) -> str:
    return str(answer.get("detail") or answer.get("code") or "no detail")[:300]


def _sentence(faults: Any) -> str:
    if not isinstance(faults, list):
        return "refused"
    parts = [
        f"{fault.get('field') or 'event'}: expected {fault.get('expected')}, got {fault.get('got')}"
        for fault in faults
        if isinstance(fault, dict)
    ]
    return "; ".join(parts)[:500] or "refused"


def _seconds(text: Optional[str]) -> Optional[float]:
    try:
        return max(0.0, min(float(text), 60.0)) if text else None
    except ValueError:
        return None
