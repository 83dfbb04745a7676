"""Reads a file of vectors, and confirms each vector (docs/vectors.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from .exporter import HASH_OF_SUITE
from .follow import Follower
from .judge import JUDGES
from .opinions import Opinion, Opinions
from .refusal import NotUnderstood, Refusal
from .source import Source

# A topic that is not listed here is an error: somebody has to look whether this program understands it.
TOPICS = (
    "exporter", "transcript", "requests", "authenticators", "empty-and-spontaneous", "bindings", "evidence-cwt", "evidence-jwt",
    "attestation-results", "cmw", "exchanges",
)  # fmt: skip
# The stage whose bytes are the output stands without them in the file.
OUTPUT_OF = {
    "evidence": {"evidence-signature": "evidence"},
    "result": {"result-signature": "attestationResult"},
    "request": {"request-frame": "request"},
    "authenticator": {"frame": "authenticator"},
    "empty": {"frame": "authenticator"},
    "exchange": {"request-frame": "request", "frame": "authenticator"},
}


@dataclass(frozen=True)
class Vector:
    """A vector with what its group and its file say."""

    id: str
    kind: str
    result: str
    flags: list[dict[str, Any]]
    mutation: dict[str, Any] | None
    source: Source
    stages: dict[str, Any]
    output: dict[str, bytes]


@dataclass(frozen=True)
class Finding:
    """What came of a vector: its disagreements, and what libraries said."""

    vector: Vector
    problems: list[str]
    opinions: list[Opinion]


def read(path: Path) -> dict[str, Any]:
    """The JSON of a file."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@lru_cache
def _validator(path: Path) -> Draft202012Validator:
    schema = read(path)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def schema_problems(file: dict[str, Any], schemas: Path) -> list[str]:
    """What jsonschema finds wrong with a file, held against its published schema."""
    validator = _validator(schemas / f"vectors-{file['topic']}.schema.json")
    return [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(file)]


def _stages(kind: str, group: dict[str, Any], vector: dict[str, Any]) -> dict[str, Any]:
    """The overlaid stages; the bytes that are the output are put where they come from."""
    stages = {**group["stages"], **vector.get("stages", {})}
    outputs = OUTPUT_OF.get(kind, {})
    if kind == "cmw":
        outputs = {"cmw" if stages["cmw-signature"]["value"] is None else "cmw-signature": "cmwData"}
    for stage, member in outputs.items():
        if "bytes" in stages[stage]:
            raise NotUnderstood(f"{vector['id']}: the stage {stage} has bytes beside the output")
        if stages[stage]["value"] is not None:
            stages[stage] = {**stages[stage], "bytes": vector["output"][member]}
    return stages


def vectors(file: dict[str, Any]) -> Iterator[Vector]:
    """All vectors of a file, overlaid with their groups. Throws NotUnderstood."""
    if file["format"] != 1 or file["topic"] not in TOPICS:
        raise NotUnderstood(f"format {file['format']}, topic {file['topic']!r}: this program knows format 1 and {TOPICS}")
    for group in file["groups"]:
        if group["kind"] not in JUDGES:
            raise NotUnderstood(f"{group['id']}: kind {group['kind']!r}")
        for v in group["vectors"]:
            inputs = {**group["inputs"], **v.get("inputs", {})}
            source = {**group["source"], **v.get("source", {})}
            yield Vector(
                id=v["id"],
                kind=group["kind"],
                result=v["result"],
                flags=[{"name": f, **file["flags"][f]} for f in v["flags"]],
                mutation=v.get("mutation"),
                source=Source(group["kind"], inputs, source, file["keys"]),
                stages=_stages(group["kind"], group, v),
                output={n: bytes.fromhex(x) for n, x in v["output"].items()},
            )


REASONS: dict[str, list[str]] = json.loads((Path(__file__).parent.parent / "reasons.json").read_text(encoding="utf-8"))


def _verdict(vector: Vector, refusal: Refusal | None) -> list[str]:
    if vector.result == "valid":
        problems = [] if refusal is None else [f"valid, and refused at {refusal}"]
        return problems + ([f"valid, and flagged {vector.flags}"] if vector.flags else [])
    if vector.result != "invalid":
        raise NotUnderstood(f"{vector.id}: result {vector.result!r}")
    if not vector.flags or vector.mutation is None:
        return ["invalid, without a flag or without a mutation"]
    if len(vector.flags) > 1:
        return ["more flags than one: this program stops at the first finding, and confirms no other"]
    flag, promised = vector.flags[0]["name"], vector.flags[0]["finding"]["step"]
    if flag not in REASONS:
        return [f"nobody has said in reasons.json for which reasons a vector of the flag {flag} is refused"]
    if refusal is None:
        return [f"invalid ({promised}), and accepted"]
    if refusal.step != promised:
        return [f"promised is a refusal at {promised}, and it was refused at {refusal}"]
    if refusal.reason not in REASONS[flag]:
        return [f"{flag} is refused for one of {REASONS[flag]} (reasons.json), and it was refused at {refusal}"]
    return []


def confirm(vector: Vector) -> Finding:
    """Goes through the stages, judges the output, and compares with what the vector says."""
    suite = vector.source.inputs.get("connection", {}).get("cipherSuite")
    if suite is not None and suite not in HASH_OF_SUITE:
        raise NotUnderstood(f"{vector.id}: suite {suite}")
    problems = Follower(vector.source, vector.stages, vector.mutation).run()
    opinions, refusal = Opinions(), None
    try:
        JUDGES[vector.kind](vector.source.inputs, vector.output, opinions)
    except Refusal as e:
        refusal = e
    return Finding(vector, problems + _verdict(vector, refusal), opinions.heard)
