"""Each part against the published vectors: what is right is accepted, what is wrong refused."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import msgspec
import pytest

from shim import attestation, authenticator, binding, cmw, evidence, messages, paths, results
from shim.authenticator import Secrets
from shim.methods import Shim
from shim.params import Appraise, Policy, decode_hook
from shim.profile import Profile
from shim.refusal import Refused

from . import published
from .published import vectors


def verdict(valid: bool) -> AbstractContextManager[Any]:
    return nullcontext() if valid else pytest.raises(Refused)


def recorded_binding(inputs: dict[str, Any]) -> binding.Binding:
    export, hash_ = published.connection(inputs)
    leaf = paths.load(bytes.fromhex(inputs["endEntityCertificate"]))
    return binding.compute(export, hash_, bytes.fromhex(inputs["certificateRequestContext"]), leaf, published.profile(inputs))


@pytest.mark.parametrize(("inputs", "output", "valid", "flags"), vectors("exporter", "exporter"))
def test_exporter(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    export, hash_ = published.connection(inputs)
    secrets = Secrets.export(export, hash_, inputs["sender"])
    profile = published.profile(inputs)
    exported = export(profile.exporterLabel, bytes.fromhex(inputs["certificateRequestContext"]), profile.exporterLength)
    made = {
        "handshakeContext": secrets.handshake_context.hex(),
        "finishedKey": secrets.finished_key.hex(),
        "exportedValue": exported.hex(),
    }
    assert (made == output) == valid, flags


@pytest.mark.parametrize(("inputs", "output", "valid", "flags"), vectors("bindings", "binding"))
def test_binding(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    made = recorded_binding(inputs)
    assert ({"binding": made.nonce.hex(), "aikPubHash": made.aik_hash.hex()} == output) == valid, flags


@pytest.mark.parametrize(
    ("inputs", "output", "valid", "flags"), [*vectors("evidence-cwt", "evidence"), *vectors("evidence-jwt", "evidence")]
)
def test_evidence(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    bound, trust, policy = recorded_binding(inputs), published.trust(inputs), published.policy(inputs)
    with verdict(valid):
        evidence.appraise(
            inputs["mediaType"],
            bytes.fromhex(output["evidence"]),
            bound,
            trust.attestation,
            policy.measurement,
            published.now(inputs),
            published.profile(inputs),
        )


@pytest.mark.parametrize(("inputs", "output", "valid", "flags"), vectors("attestation-results", "result"))
def test_result(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    spki = binding.spki(paths.load(bytes.fromhex(inputs["endEntityCertificate"])))
    with verdict(valid):
        results.appraise(
            inputs["mediaType"],
            bytes.fromhex(output["attestationResult"]),
            spki,
            published.trust(inputs).results,
            published.now(inputs),
        )


@pytest.mark.parametrize(("inputs", "output", "valid", "flags"), vectors("attestation-results", "result"))
def test_result_in_tag(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    """A tag has no indicator: what is not right as a result does not pass as Evidence either."""
    spki = binding.spki(paths.load(bytes.fromhex(inputs["endEntityCertificate"])))
    data = cmw.encode(inputs["mediaType"], bytes.fromhex(output["attestationResult"]), cmw.ATTESTATION_RESULTS, "cbor", "tag")
    bound = binding.Binding(bytes(32), bytes(32), spki)
    with verdict(valid):
        attested = attestation.appraise(data, bound, published.trust(inputs), Policy(), published.now(inputs), Profile())
        assert attested.model == attestation.PASSPORT


@pytest.mark.parametrize(("inputs", "output", "valid", "flags"), vectors("cmw", "cmw"))
def test_cmw(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    with verdict(valid):
        attestation.appraise(
            bytes.fromhex(output["cmwData"]),
            recorded_binding(inputs),
            published.trust(inputs),
            published.policy(inputs),
            published.now(inputs),
            published.profile(inputs),
        )


# What a receiver of a request can see; the others are against what its sender was asked for (notes of the file).
SEEN_BY_RECEIVER = {"Structure", "TrailingBytes", "Length", "WrongType", "NoSchemes", "SchemeList", "ExtensionTwice"}


@pytest.mark.parametrize(
    ("inputs", "output", "valid", "flags"),
    [
        vector
        for vector in vectors("requests", "request")
        if vector.values[2] or SEEN_BY_RECEIVER & {flag.removeprefix("Request") for flag in vector.values[3]}
    ],
)
def test_request(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    right_type = messages.CERTIFICATE_REQUEST if inputs["sender"] == "server" else messages.CLIENT_CERTIFICATE_REQUEST
    with verdict(valid):
        request = messages.decode_request(bytes.fromhex(output["request"]))
        if request.kind != right_type:
            raise Refused("wrong-role", "the other end makes this request")


@pytest.mark.parametrize(("inputs", "output", "valid", "flags"), vectors("empty-and-spontaneous", "empty"))
def test_empty_authenticator(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    export, hash_ = published.connection(inputs)
    request = messages.decode_request(bytes.fromhex(inputs["request"]))
    made = authenticator.make_empty(Secrets.export(export, hash_, inputs["sender"]), request)
    assert (made.hex() == output["authenticator"]) == valid, flags


@pytest.mark.parametrize(
    ("inputs", "output", "valid", "flags"),
    [*vectors("authenticators", "authenticator"), *vectors("empty-and-spontaneous", "authenticator")],
)
def test_authenticator(inputs: Any, output: Any, valid: bool, flags: list[str]) -> None:
    asked = {
        "cipherSuite": inputs["connection"]["cipherSuite"],
        "exporterMasterSecret": inputs["connection"]["exporterMasterSecret"],
        **{name: inputs[name] for name in ("sender", "request", "clientHello", "trust", "policy", "now", "consumedContexts")},
        **output,
    }
    shim = Shim()
    shim.profile = published.profile(inputs)
    with verdict(valid):
        shim.appraise(msgspec.convert(asked, Appraise, dec_hook=decode_hook))
