"""Payloads of inference protocols as rows: v1 (instances, predictions) and v2 (named tensors).

Outputs become scores when they say so by name (score, probability), by shape (one number for each class), or by
the monitor of the model; any other single output is the prediction.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from vedette.errors import DataError
from vedette.store.columns import CLASS_SCORE, PREDICTION, SCORE

Row = dict[str, Any]
_SCORE = re.compile(r"prob|score|confidence", re.IGNORECASE)
_NUMPY = {
    "BOOL": "?",
    **{f"INT{bits}": f"<i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": f"<u{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": f"<f{bits // 8}" for bits in (16, 32, 64)},
}


def payload_of(body: bytes, json_length: int | None = None) -> dict[str, Any]:
    """Return a payload; with `json_length`, raw tensors follow the JSON and are put into it."""
    try:
        payload = msgspec.json.decode(body[:json_length] if json_length else body)
        if not isinstance(payload, dict):
            raise unreadable("it is no object")
        if json_length:
            _fill(payload, memoryview(body)[json_length:])
    except (msgspec.MsgspecError, RecursionError, struct.error, ValueError, TypeError, KeyError) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(str(error)) from error
    return payload


def features_of(payload: Mapping[str, Any]) -> list[Row]:
    """Return the features of each row of a request.

    Examples
    --------
    >>> features_of({"instances": [[1, 2], [3, 4]]})
    [{'f0': 1, 'f1': 2}, {'f0': 3, 'f1': 4}]
    >>> features_of({"inputs": [{"name": "age", "shape": [2], "datatype": "FP32", "data": [31, 44]}]})
    [{'age': 31}, {'age': 44}]
    """
    inputs = payload.get("inputs")
    if _are_tensors(inputs):
        return _merged([_tensor_columns(tensor) for tensor in inputs or []])
    instances = payload.get("instances", inputs)
    if not isinstance(instances, list):
        raise unreadable("it has no instances and no inputs")
    return [_instance(instance) for instance in instances]


def outputs_of(payload: Mapping[str, Any], *, probability: bool) -> list[Row]:
    """Return score and prediction of each row of a response, in our columns.

    Examples
    --------
    >>> outputs_of({"predictions": [0.25]}, probability=True)
    [{'vd_score': 0.25}]
    >>> outputs_of({"predictions": [[0.25, 0.75]]}, probability=False)
    [{'vd_score:0': 0.25, 'vd_score:1': 0.75}]
    """
    outputs = payload.get("outputs")
    if _are_tensors(outputs):
        return _merged([_outputs(tensor, probability) for tensor in outputs or []])
    predictions = payload.get("predictions", outputs)
    if not isinstance(predictions, list):
        raise unreadable("it has no predictions and no outputs")
    return [_prediction(prediction, probability) for prediction in predictions]


def _are_tensors(found: object) -> bool:
    return (
        isinstance(found, list)
        and bool(found)
        and all(isinstance(tensor, dict) and {"name", "shape"} <= tensor.keys() for tensor in found)
    )


def _instance(instance: object) -> Row:
    if isinstance(instance, dict):
        return dict(instance)
    values = instance if isinstance(instance, list) else [instance]
    return {f"f{at}": value for at, value in enumerate(values)}


def _prediction(found: object, probability: bool, name: str = "") -> Row:
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, dict):
        rows = [_prediction(value, probability, str(key)) for key, value in found.items()]
        return {key: value for row in rows for key, value in row.items()}
    if isinstance(found, list):
        return {f"{CLASS_SCORE}{at}": value for at, value in enumerate(found)}
    number = isinstance(found, int | float) and not isinstance(found, bool)
    return {SCORE if number and (probability or _SCORE.search(name)) else PREDICTION: found}


def _outputs(tensor: Mapping[str, Any], probability: bool) -> list[Row]:
    rows = _rows(tensor)
    return [_prediction(row, probability, str(tensor["name"])) for row in rows]


def _tensor_columns(tensor: Mapping[str, Any]) -> list[Row]:
    name = str(tensor["name"])
    return [
        {name: row[0]} if len(row) == 1 else {f"{name}_{at}": value for at, value in enumerate(row)}
        for row in _rows(tensor)
    ]


def _rows(tensor: Mapping[str, Any]) -> list[list[Any]]:
    """Return the flat values of each row of a tensor."""
    shape, flat = tensor.get("shape"), _flat(tensor.get("data"))
    whole = isinstance(shape, list) and all(isinstance(size, int) and size >= 0 for size in shape)
    if not whole or not shape or math.prod(shape) != len(flat):
        raise unreadable(
            f"tensor {str(tensor.get('name'))[:60]!r} has {len(flat)} values, which is not its shape"
        )
    width = math.prod(shape[1:])
    return [flat[at * width : (at + 1) * width] for at in range(shape[0])]


def _flat(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise unreadable("a tensor has no data")
    while data and all(isinstance(entry, list) for entry in data):
        data = [value for entry in data for value in entry]
    return data


def _merged(tensors: list[list[Row]]) -> list[Row]:
    counts = {len(rows) for rows in tensors}
    if len(counts) > 1:
        raise unreadable("its tensors have different numbers of rows")
    return [{key: value for row in rows for key, value in row.items()} for rows in zip(*tensors, strict=True)]


def _fill(payload: dict[str, Any], raw: memoryview) -> None:
    """Put raw tensors where their data belongs (v2, the binary tensor extension)."""
    for tensor in [*payload.get("inputs", []), *payload.get("outputs", [])]:
        size = tensor.get("parameters", {}).get("binary_data_size")
        if size is not None:
            data, raw = bytes(raw[:size]), raw[size:]
            if len(data) != size:
                raise unreadable("a raw tensor ends too early")
            tensor["data"] = _decoded(data, str(tensor.get("datatype")))


def _decoded(data: bytes, kind: str) -> list[Any]:
    if kind != "BYTES":
        values: list[Any] = np.frombuffer(data, np.dtype(_NUMPY[kind])).tolist()
        return values
    texts, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        texts.append(data[at + 4 : at + 4 + length].decode("utf-8", "replace"))
        at += 4 + length
    return texts


def unreadable(why: str) -> DataError:
    """Return the error of a payload that is not one."""
    return DataError(
        f"The payload cannot be read: {why[:200]}",
        "v1 (instances, predictions) or v2 (inputs, outputs) in JSON",
        "For raw tensors list inference-header-content-length in the logger's metadataHeaders",
        code="ingest.bad-payload",
    )
