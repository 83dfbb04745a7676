"""Two ends of this implementation on one TLS connection: every form of attestation, in both directions."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import msgspec
import pytest

from shim.methods import Shim
from shim.params import decode_hook
from shim.refusal import Refused

from . import published


def hexadecimal(name: str, member: str = "certificate") -> str:
    return base64.b64decode(published.pki(name)[member]).hex()


def identity(*names: str) -> dict[str, Any]:
    return {"chain": [hexadecimal(name) for name in names], "key": hexadecimal(names[0], "key")}


def ask(shim: Shim, method: str, **params: Any) -> Any:
    kind, function = shim.methods()[method]
    return function(msgspec.convert(params, kind, dec_hook=decode_hook))


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # an end that closes while bytes are under way
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


Ends = dict[str, Shim]


@pytest.fixture(params=["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])
def ends(request: pytest.FixtureRequest) -> Iterator[Ends]:
    """Both dial, as the protocol has it, and what they send is relayed."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(10)  # an end that does not dial is a failure, not a hang
        host, port = listener.getsockname()
        common = {"channel": "c", "address": {"host": host, "port": port}, "cipherSuites": [request.param]}
        both = {"server": Shim(), "client": Shim()}
        server = threading.Thread(
            target=lambda: ask(both["server"], "open", side="server", identity=identity("handshake-p256"), **common), daemon=True
        )
        server.start()
        first, _ = listener.accept()
        opened: list[Any] = []
        trust = [hexadecimal("handshake-root-p256")]
        client = threading.Thread(
            target=lambda: opened.append(ask(both["client"], "open", side="client", trust=trust, **common)), daemon=True
        )
        client.start()
        second, _ = listener.accept()
        for source, target in ((first, second), (second, first)):
            threading.Thread(target=pump, args=(source, target), daemon=True).start()
        server.join()
        client.join()
        assert opened == [{"cipherSuite": request.param}]
        yield both
        for shim in both.values():
            ask(shim, "close", channel="c")
        first.close()
        second.close()


ATTESTATION = {
    "model": "background-check",
    "type": "application/eat+cwt",
    "claims": {"ueid": "01aa", "measurement": "bbcc"},
    "key": hexadecimal("attestation-p256", "key"),
    "chain": [hexadecimal("attestation-p256"), hexadecimal("attestation-intermediate-p256")],
}
TRUST = {"pkix": [hexadecimal("identity-root-p256")], "attestation": [hexadecimal("attestation-root-p256")], "results": []}


def exchange(ends: Ends, attester: str, attestation: dict[str, Any] | None, policy: dict[str, Any]) -> Any:
    relying_party = ends["client" if attester == "server" else "server"]
    asked = ask(relying_party, "request", channel="c", signatureSchemes=[0x0403], attestation=attestation is not None)["request"]
    made = ask(
        ends[attester],
        "authenticate",
        channel="c",
        request=asked,
        identity=identity("identity-p256", "identity-intermediate-p256"),
        attestation=attestation,
    )["authenticator"]
    return ask(relying_party, "validate", channel="c", request=asked, authenticator=made, trust=TRUST, policy=policy)["accepted"]


@pytest.mark.parametrize("attester", ["server", "client"])
@pytest.mark.parametrize("media_type", ["application/eat+cwt", "application/eat+jwt"])
@pytest.mark.parametrize(
    ("cmw", "form"), [("cbor", "record"), ("json", "record"), ("cbor", "tag"), ("cbor", "collection"), ("json", "collection")]
)
def test_attested(ends: Ends, attester: str, media_type: str, cmw: str, form: str) -> None:
    given = {**ATTESTATION, "type": media_type, "cmw": cmw, "form": form}
    accepted = exchange(ends, attester, given, {"attestation": "required", "measurement": "bbcc"})
    assert (accepted["attested"], accepted["type"]) == (True, media_type)


def test_measurement(ends: Ends) -> None:
    with pytest.raises(Refused, match="measurement"):
        exchange(ends, "server", ATTESTATION, {"attestation": "required", "measurement": "bbcd"})


def test_required_attestation_is_missing(ends: Ends) -> None:
    with pytest.raises(Refused, match="requires"):
        exchange(ends, "client", None, {"attestation": "required"})


def test_spontaneous(ends: Ends) -> None:
    sent = {"channel": "c", "request": None, "identity": identity("identity-p256", "identity-intermediate-p256")}
    made = ask(ends["server"], "authenticate", **sent)["authenticator"]
    given = {"channel": "c", "request": None, "authenticator": made, "trust": TRUST}
    assert ask(ends["client"], "validate", **given)["accepted"]["attested"] is False
    with pytest.raises(Refused, match="consumed"):
        ask(ends["client"], "validate", **given)
    with pytest.raises(Refused, match="requests only"):
        ask(ends["client"], "authenticate", **sent)


def test_bytes_beyond_what_was_asked_for_stay_queued(ends: Ends) -> None:
    ask(ends["client"], "send", channel="c", data="00" * 40_000 + "0102")
    assert ask(ends["server"], "receive", channel="c", length=40_001)["data"].endswith("01")
    with pytest.raises(Refused, match="1 of 2"):
        ask(ends["server"], "receive", channel="c", length=2, timeout=10)
    assert ask(ends["server"], "receive", channel="c", length=1)["data"] == "02"
