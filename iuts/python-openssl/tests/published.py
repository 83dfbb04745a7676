"""The published vectors (docs/vectors.md), overlaid as that page says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shim import exporter
from shim.authenticator import Export
from shim.params import Policy, Trust, decode_hook
from shim.profile import Profile
from shim.tls import SUITES

ROOT = Path(__file__).parents[3]


def vectors(topic: str, kind: str) -> list[Any]:
    """One parameter a vector: its inputs, its output, whether it is right, and its flags."""
    return [pytest.param(*parts, id=name) for name, *parts in _read(topic, kind)]


def _read(topic: str, kind: str) -> Iterator[tuple[str, dict[str, Any], dict[str, str], bool, list[str]]]:
    file = json.loads((ROOT / "vectors" / f"{topic}.json").read_text())
    for group in file["groups"]:
        if group["kind"] == kind:
            for vector in group["vectors"]:
                inputs = {**group["inputs"], **vector.get("inputs", {})}
                yield vector["id"], inputs, vector["output"], vector["result"] == "valid", vector.get("flags", [])


def profile(inputs: dict[str, Any]) -> Profile:
    return msgspec.convert(inputs["profile"], Profile)


def trust(inputs: dict[str, Any]) -> Trust:
    return msgspec.convert(inputs["trust"], Trust, dec_hook=decode_hook)


def policy(inputs: dict[str, Any]) -> Policy:
    return msgspec.convert(inputs["policy"], Policy, dec_hook=decode_hook)


def now(inputs: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(inputs["now"])


def connection(inputs: dict[str, Any]) -> tuple[Export, Any]:
    """The exporter of the recorded connection, and the hash of its suite."""
    hash_ = SUITES[inputs["connection"]["cipherSuite"]]()
    return exporter.of_secret(bytes.fromhex(inputs["connection"]["exporterMasterSecret"]), hash_), hash_


def pki(name: str) -> dict[str, Any]:
    """An entity of pki/: `issuer`, `certificate` and `key`."""
    for file in ("test-pki.json", "path-pki.json"):
        entities = json.loads((ROOT / "pki" / file).read_text())
        if name in entities:
            entity: dict[str, Any] = entities[name]
            return entity
    raise KeyError(name)
