"""Every member of a vector, altered in one byte, has to be noticed: a program that agrees with everything shows nothing."""

from __future__ import annotations

import copy
import re
import unittest
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from confirm.vectors import confirm, read, vectors

VECTORS = Path(__file__).resolve().parents[4] / "vectors"
# One group a kind, and those of other formats, all of which can be signed again byte by byte.
GROUPS = [
    ("exporter", "exporter/sha256"),
    ("bindings", "bindings/sha384"),
    ("evidence-cwt", "evidence-cwt/ed25519"),
    ("evidence-jwt", "evidence-jwt/ed25519"),
    ("attestation-results", "attestation-results/jwt"),
    ("attestation-results", "attestation-results/cwt"),
    ("cmw", "cmw/record-cbor"),
    ("cmw", "cmw/collection-cbor"),
    ("cmw", "cmw/signed-json"),
    ("requests", "requests/client"),
    ("authenticators", "authenticators/content"),
    ("empty-and-spontaneous", "empty-and-spontaneous/empty-server-sha256"),
    ("exchanges", "exchanges/passport-server"),
]
At = tuple[str | int, ...]
# What may be altered unnoticed, and why.
FREE = {
    r"bindings/.*/inputs/endEntityCertificate": "its key alone counts, and the middle byte lies elsewhere",
    r"inputs/trust/(pkix|attestation|results)/0": "leads to nothing here, or counts by name and key and not by its signature",
    r"inputs/policy/(attestation|signedCmw|measurement)": "permits what is there anyway, or is of Evidence alone",
    r"inputs/profile/(revision|cmwAttestation|(evidenceNonce|aikHashClaim)/.*|exporter.*|publicKey)": "of other kinds",
    r"inputs/clientHello": "bounds a spontaneous authenticator alone",
    r"inputs/now": "a second later all counts as it did",
    r"inputs/asked/context": "null lets whoever asks choose",
    r"source/(attestation/)?message/(model|mediaType)": "a name that nobody knows is not understood",
    r"keys/.*/chain/1": "told in the message as well, and compared there",
}


def leaves(value: Any, at: At = ()) -> Iterator[tuple[At, Any]]:
    """All members that hold no others, with their paths."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*at, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from leaves(member, (*at, index))
    else:
        yield at, value


def altered(value: Any) -> Any:
    """Another value of the same type; of bytes, one that differs in one bit of the middle byte."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None or value == "":
        return "00"
    if re.fullmatch(r"([0-9a-f]{2})+", value):
        data = bytearray(bytes.fromhex(value))
        data[len(data) // 2] ^= 1
        return data.hex()
    if re.fullmatch(r"\d{4}-.*Z", value):
        return value.replace(":00Z", ":01Z")
    return value + "x"


def noticed(file: dict[str, Any], at: At, value: Any) -> bool:
    """Whether a file with another value at a path is not confirmed. The file is left as it was."""
    holder: Any = file
    for name in at[:-1]:
        holder = holder[name]
    before = holder[at[-1]]
    holder[at[-1]] = value
    found = notices(file)
    holder[at[-1]] = before
    return found


def notices(file: dict[str, Any]) -> bool:
    """Whether the only vector of a file is not confirmed, or not understood."""
    try:
        return any(confirm(v).problems for v in vectors(file))
    except Exception:
        return True


@lru_cache
def published(topic: str) -> dict[str, Any]:
    """A file of the project, read once; whoever alters it has a copy."""
    return read(VECTORS / f"{topic}.json")


def alone(topic: str, group_id: str, result: str = "valid") -> dict[str, Any]:
    """A file of one vector: the first of a group with the result, and only the keys that it has to do with."""
    file = published(topic)
    group = next(g for g in file["groups"] if g["id"] == group_id)
    vector = next(v for v in group["vectors"] if v["result"] == result)
    overlaid = {part: {**group[part], **vector.get(part, {})} for part in ("inputs", "source", "stages")}
    keys = {n: k for n, k in file["keys"].items() if f"'{n}'" in str(overlaid)}
    bare = {n: m for n, m in vector.items() if n not in overlaid}
    return copy.deepcopy({**file, "keys": keys, "groups": [{**group, **overlaid, "vectors": [bare]}]})


class Alterations(unittest.TestCase):
    """Each alteration of a right vector is a disagreement."""

    def test_each_member(self) -> None:
        """inputs, source, stages, output and keys, member by member."""
        for topic, group_id in GROUPS:
            file = alone(topic, group_id)
            self.assertFalse(notices(file), f"{group_id} is not confirmed as it stands")
            group = file["groups"][0]
            places: list[tuple[At, Any]] = []
            for part in ("inputs", "source", "stages"):
                places += [(("groups", 0, part, *at), value) for at, value in leaves(group[part])]
            places += [(("groups", 0, "vectors", 0, "output", *at), v) for at, v in leaves(group["vectors"][0]["output"])]
            places += [(("keys", *at), value) for at, value in leaves(file["keys"])]
            for at, value in places:
                name = "/".join(str(p) for p in at).removeprefix("groups/0/")
                if any(re.fullmatch(free, told) for free in FREE for told in (name, f"{group_id}/{name}")):
                    continue
                with self.subTest(group=group_id, member=name):
                    self.assertTrue(noticed(file, at, altered(value)), f"{group_id}: {name} was altered, and nobody noticed")

    def test_what_the_vector_promises(self) -> None:
        """The result, the step of the flag, the mutation, the flag itself."""
        for topic, group_id in GROUPS:
            with self.subTest(group=group_id):
                valid, invalid = alone(topic, group_id), alone(topic, group_id, "invalid")
                self.assertFalse(notices(invalid), f"{group_id}: an invalid vector is not confirmed as it stands")
                valid["groups"][0]["vectors"][0]["result"] = "invalid"
                self.assertTrue(notices(valid))
                for name, value in (("result", "valid"), ("result", "acceptable"), ("mutation", None), ("flags", [])):
                    place: At = ("groups", 0, "vectors", 0, name)
                    self.assertTrue(noticed(invalid, place, value), f"{group_id}: {name} became {value!r}, and nobody noticed")
                flag = invalid["groups"][0]["vectors"][0]["flags"][0]
                self.assertTrue(noticed(invalid, ("flags", flag, "finding", "step"), "nowhere"), group_id)

    def test_what_a_mutation_leaves_alone(self) -> None:
        """A vector whose mutation is said to be elsewhere is not confirmed, and so is one with a second error."""
        for topic, group_id in GROUPS:
            file = alone(topic, group_id, "invalid")
            vector = file["groups"][0]["vectors"][0]
            for name, stage in file["groups"][0]["stages"].items():
                value = stage["value"]
                if not isinstance(value, dict) or name == vector["mutation"]["at"].split(".")[0]:
                    continue
                for at, member in leaves(value):
                    place: At = ("groups", 0, "stages", name, "value", *at)
                    with self.subTest(group=group_id, member=(name, *at)):
                        told = f"{vector['id']}: {name} {at} was altered too, and nobody noticed"
                        self.assertTrue(noticed(file, place, altered(member)), told)
