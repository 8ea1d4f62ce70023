"""CloudEvents of KServe's logger: one half of an inference, the request or the response.

Binary mode carries the attributes as ``ce-`` headers and the payload as the body; structured mode is one JSON
object (CloudEvents 1.0, sections 3.1 and 3.2 of the HTTP binding).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import msgspec

from vedette.errors import DataError
from vedette.server.ingest.instants import instant_of
from vedette.server.ingest.tensors import payload_of
from vedette.store.names import safe_name

REQUEST, RESPONSE = "request", "response"
_JSON_LENGTH = "inference-header-content-length"


class Half(msgspec.Struct, frozen=True):
    """One half of an inference.

    Parameters
    ----------
    event : str
        The id both halves share.
    side : str
        ``request`` or ``response``.
    endpoint : str
        ``default`` or ``canary``, empty when it does not say.
    time : int or None
        Microseconds since the epoch.
    """

    event: str
    side: str
    model: str
    endpoint: str
    time: int | None
    payload: dict[str, Any]


def half_of(headers: Mapping[str, str], body: bytes) -> Half:
    """Return the half that a request to the server carries; header names are lower case.

    Examples
    --------
    >>> headers = {"ce-type": "org.kubeflow.serving.inference.request", "ce-id": "7",
    ...            "ce-inferenceservicename": "iris"}
    >>> half_of(headers, b'{"instances": [[1]]}').side
    'request'
    """
    structured = headers.get("content-type", "").startswith("application/cloudevents+json")
    told, body = _structured(body) if structured else (_binary(headers), body)
    side = told.get("type", "").rpartition(".")[2]
    if side not in (REQUEST, RESPONSE):
        raise _no_event(f"its type is {told.get('type', '')[:80]!r}")
    event = told.get("id", "")
    if not 0 < len(event) <= 200:
        raise _no_event("its id is missing or too long")
    length = _json_length(headers, told)
    return Half(
        event,
        side,
        safe_name("model", told.get("inferenceservicename", "")),
        told.get("endpoint", "")[:60],
        instant_of(told.get("time")),
        payload_of(body, length),
    )


def _binary(headers: Mapping[str, str]) -> dict[str, str]:
    return {name[3:]: value for name, value in headers.items() if name.startswith("ce-")}


def _structured(body: bytes) -> tuple[dict[str, str], bytes]:
    try:
        event = msgspec.json.decode(body, type=dict[str, Any])
        raw = event.get("data_base64")
        data = (
            base64.b64decode(raw, validate=True)
            if raw is not None
            else msgspec.json.encode(event.get("data"))
        )
    except (msgspec.MsgspecError, binascii.Error, RecursionError, TypeError, ValueError) as error:
        raise _no_event(str(error)) from error
    return {name: value for name, value in event.items() if isinstance(value, str)}, data


def _json_length(headers: Mapping[str, str], told: Mapping[str, str]) -> int | None:
    said = headers.get(_JSON_LENGTH) or _of_metadata(told.get("metadata", ""))
    return int(said) if said.isascii() and said.isdecimal() else None


def _of_metadata(metadata: str) -> str:
    try:
        found = msgspec.json.decode(metadata or "{}", type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return ""
    values = {name.lower(): value for name, value in found.items()}
    value = values.get(_JSON_LENGTH, "")
    return str(value[0] if isinstance(value, list) and value else value)


def _no_event(why: str) -> DataError:
    return DataError(
        f"The request is no inference event: {why[:200]}",
        "A CloudEvent of type org.kubeflow.serving.inference.request or .response, with id and service name",
        "Point the logger of an InferenceService here",
        code="ingest.bad-event",
    )
