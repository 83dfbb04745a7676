"""Errors of the protocol are errors, decisions of the implementation are results."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from shim import rpc
from shim.methods import Shim


def ask(line: str | bytes, shim: Shim | None = None) -> Any:
    data = line if isinstance(line, bytes) else line.encode()
    return json.loads(rpc.answer(data, (shim or Shim()).methods())[0])


def call(method: str, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", -32700),
        (b"\xff\n", -32700),
        ("[" * 100_000, -32700),
        ("[]", -32600),
        ('{"id": 1}', -32600),
        (call("nothing"), -32601),
        (call("close", channel="c1"), -32602),
        (call("close", channel=1), -32602),
        (call("send", channel="c1", data="AA"), -32602),
        (call("send", channel="c1", data="abc"), -32602),
        (call("hello", protocol=2), -32001),
        (call("hello", protocol=1, profile={"publicKey": "pem"}), -32001),
    ],
)
def test_errors(line: str | bytes, code: int) -> None:
    assert ask(line)["error"]["code"] == code


def test_unsupported_is_named() -> None:
    answer = ask(call("hello", protocol=1, profile={"revision": "draft-x-00"}))
    assert answer["error"]["data"] == {"feature": "draft-x-00"}
    assert answer["id"] == 7


def test_refusal_is_a_result() -> None:
    answer = ask(call("context", request="0b000000"))
    assert answer["result"]["refused"]["code"] == "malformed"


def test_unknown_members_are_ignored() -> None:
    assert ask('{"id": 1, "method": "bye", "params": {"more": 1}, "more": 2}') == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_a_defect_is_said_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    shim = Shim()
    methods = shim.methods()
    kind, _ = methods["bye"]

    def broken(_: Any) -> Any:
        raise KeyError("x")

    methods["bye"] = (kind, broken)
    assert json.loads(rpc.answer(b'{"id": 1, "method": "bye"}', methods)[0])["error"]["code"] == -32603


def test_serves_until_bye_and_takes_long_lines() -> None:
    long = call("context", request="00" * 500_000)
    stdin = io.BytesIO(f"{long}\n{call('bye')}\n{call('bye')}\n".encode())
    stdout = io.BytesIO()
    rpc.serve(stdin, stdout, Shim().methods())
    assert len(stdout.getvalue().splitlines()) == 2
