"""Times in tokens: RFC 9711 section 4.3.1 and EAR section 3.1 want integers, and of a recipient that it insists on them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key

from shim import tokens
from shim.refusal import Refused

from . import published

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LABELS: dict[str, dict[str, Any]] = {
    tokens.CWT: {"exp": 4, "nbf": 5, "iat": 6},
    tokens.JWT: {"exp": "exp", "nbf": "nbf", "iat": "iat"},
}


def open_with(media_type: str, **times: Any) -> tokens.Token:
    entity = published.pki("attestation-p256")
    claims = {LABELS[media_type][name]: value for name, value in times.items()}
    payload = cbor2.dumps(claims) if media_type == tokens.CWT else json.dumps(claims).encode()
    format_ = tokens.FORMATS[media_type]
    key = load_der_private_key(base64.b64decode(entity["key"]), None)
    token = format_.sign(payload, key, [base64.b64decode(entity["certificate"])])
    return tokens.open_token(format_, token, "evidence-signature", NOW)


@pytest.mark.parametrize("media_type", list(tokens.FORMATS))
def test_right_times(media_type: str) -> None:
    at = int(NOW.timestamp())
    assert len(open_with(media_type, exp=at + 1, nbf=at, iat=at).claims) == 3


@pytest.mark.parametrize("media_type", list(tokens.FORMATS))
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", [NOW.timestamp() + 0.5, NOW.timestamp(), "2026", None, True])
def test_no_integer(media_type: str, name: str, value: Any) -> None:
    with pytest.raises(Refused, match="integer"):
        open_with(media_type, **{name: value})


@pytest.mark.parametrize("media_type", list(tokens.FORMATS))
@pytest.mark.parametrize("times", [{"exp": int(NOW.timestamp())}, {"nbf": int(NOW.timestamp()) + 1}])
def test_out_of_time(media_type: str, times: dict[str, int]) -> None:
    with pytest.raises(Refused, match="token"):
        open_with(media_type, **times)
