"""JSON-RPC 2.0, one object a line (docs/iut-protocol.md, Transport)."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from .params import decode_hook
from .refusal import Refused

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
UNSUPPORTED = -32001

# A method: the type of its parameters, and what answers.
Methods = dict[str, tuple[type, Callable[[Any], Any]]]


class Fault(Exception):
    """An error of the protocol: the implementation decides nothing."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message} | ({} if data is None else {"data": data})


class Unsupported(Fault):
    def __init__(self, feature: str) -> None:
        super().__init__(UNSUPPORTED, f"not supported: {feature}", {"feature": feature})


class Call(msgspec.Struct):
    method: str
    id: int | str | None = None
    params: msgspec.Raw = msgspec.Raw(b"{}")


def answer(line: bytes, methods: Methods) -> tuple[bytes, str]:
    """The line to send back, and the method that was asked for."""
    id_: int | str | None = None
    method = ""
    body: dict[str, Any]
    try:
        _decode(line, msgspec.Raw, PARSE_ERROR, PARSE_ERROR)  # is it JSON at all
        call = _decode(line, Call, PARSE_ERROR, INVALID_REQUEST)
        id_, method = call.id, call.method
        if method not in methods:
            raise Fault(METHOD_NOT_FOUND, f"no method {method}")
        kind, function = methods[method]
        params = _decode(call.params, kind, INVALID_PARAMS, INVALID_PARAMS)
        body = {"result": function(params)}
    except Refused as refused:
        body = {"result": {"refused": {"code": refused.code, "detail": refused.detail}}}
    except Fault as fault:
        body = {"error": fault.body}
    except Exception as reason:  # a defect of this program: said as such, and the next call is served
        traceback.print_exc(file=sys.stderr)
        body = {"error": {"code": INTERNAL_ERROR, "message": repr(reason)}}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id_, **body}), method


def _decode(data: bytes | msgspec.Raw, kind: type, broken: int, invalid: int) -> Any:
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=decode_hook)
    except msgspec.ValidationError as reason:
        raise Fault(invalid, str(reason)) from reason
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as reason:
        raise Fault(broken, str(reason)) from reason


def serve(stdin: BinaryIO, stdout: BinaryIO, methods: Methods) -> None:
    """Until the end of input, or `bye`. readline has no limit: a line may be 1 MiB long."""
    for line in stdin:
        reply, method = answer(line, methods)
        stdout.write(reply + b"\n")
        stdout.flush()
        if method == "bye":
            return
