"""What a laxer reader would let pass."""

from __future__ import annotations

from typing import Any

import pytest

from shim import strict
from shim.refusal import Malformed


@pytest.mark.parametrize(
    "data",
    ["", "0101", "a201010102", "a20101f502", "818181", "1c", "9f", "c074" + "78" * 20, "81" * 100 + "00"],
    ids=["nothing", "behind", "twice", "twice-in-python", "short", "reserved", "open", "date", "deep"],
)
def test_cbor_is_refused(data: str) -> None:
    with pytest.raises(Malformed):
        strict.cbor(bytes.fromhex(data), "it")


@pytest.mark.parametrize("data", [b"", b"{} {}", b'{"a":1,"a":1}', b"NaN", b"\xff", b"[" * 100_000])
def test_json_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        strict.json_text(data, "it")


@pytest.mark.parametrize("text", ["YQ==", "Y", "+/+/", "YQ\n", None, 1])
def test_base64url_is_refused(text: Any) -> None:
    with pytest.raises(Malformed):
        strict.base64url(text, "it")


def test_base64url() -> None:
    assert strict.base64url(strict.encode_base64url(b"\xff\xfe\xfd\xfc"), "it") == b"\xff\xfe\xfd\xfc"


def test_labels_are_of_one_type() -> None:
    assert strict.member({1.0: "float"}, 1) is None
    assert strict.member({True: "bool"}, 1) is None
    assert strict.member({10: "right"}, 10) == "right"
