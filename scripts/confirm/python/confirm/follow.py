"""Goes through the stages of a vector: each has to be what the rules make of those before it, but for one mutation."""

from __future__ import annotations

from typing import Any

from . import encoding, rules, signatures
from .exporter import secrets_of
from .refusal import NotUnderstood
from .rules import Stages
from .source import Source

SIGNED_BY = {
    "evidence-signature": "evidence",
    "second-evidence-signature": "second-evidence",
    "result-signature": "result",
    "cmw-signature": "signed-cmw",
    "certificate-verify": "signature-input",
}


def _content(stage: str, before: dict[str, Any]) -> bytes:
    if stage == "certificate-verify":
        return encoding.signature_content(before["value"])
    return encoding.token_content(before["value"])


def _algorithm(source: Source, stage: str, value: dict[str, Any]) -> signatures.Algorithm | None:
    key = source.private(value["key"])
    if stage != "certificate-verify":
        return signatures.TOKEN[signatures.token_algorithm(key)]
    scheme = signatures.SCHEMES.get(value["scheme"])
    return scheme if scheme and signatures.fits(scheme, key.public_key()) else None


class Follower:
    """Compares the stages of one vector. Collects what is wrong in `problems`."""

    def __init__(self, source: Source, stages: Stages, mutation: dict[str, Any] | None) -> None:
        self.source, self.stages, self.mutation = source, stages, mutation
        self.problems: list[str] = []
        at = mutation["at"] if mutation else ""
        # Edits of inputs and source are made before anything is built: all stages follow from what the vector says.
        self.mutated = at.split(".")[0] if not at.startswith(("inputs.", "source.")) else ""
        if self.mutated and source.kind == "request":
            self.mutated = "request-" + self.mutated
        self.field = at.split(".")[1:]
        self.pure: Stages | None = None

    def run(self) -> list[str]:
        """The problems, of which there should be none."""
        names = rules.STAGES_OF[self.source.kind]
        if set(names) != set(self.stages):
            self.problems.append(f"stages: expected {names}, found {sorted(self.stages)}")
            return self.problems
        if self.mutated and self.mutated not in names:
            raise NotUnderstood(f"mutation at {self.mutated!r}")
        done: Stages = {}
        for name in names:
            self._stage(name, self.stages[name], done)
            done[name] = self.stages[name]
        return self.problems

    def _resealed(self, stage: str) -> bool:
        if self.mutation is None or not self.mutated:
            return True
        order = rules.STAGES_OF[self.source.kind]
        reseal = self.mutation.get("reseal", True)
        behind = order.index(stage) > order.index(self.mutated)
        return not behind or reseal is True or (isinstance(reseal, list) and stage in reseal)

    def _stage(self, name: str, found: dict[str, Any], before: Stages) -> None:
        value = found["value"]
        if value is not None:
            self._encoded(name, found, before)
        if name in SIGNED_BY or name == "finished":
            self._seal(name, found, before)
            return
        right = rules.value_of(self.source, name, before)
        self._compare(name, found, right)

    def _encoded(self, name: str, found: dict[str, Any], before: Stages) -> None:
        """Bytes and intermediates against the value of the stage itself."""
        value = found["value"]
        expected = encoding.stage_intermediates(name, value)
        if name == "secrets":
            exported = secrets_of(
                self.source.inputs["connection"], self.source.inputs["profile"], self.source.sender, self.source.context
            )
            shown = {n: e for n, e in exported.items() if n != "exportedValue" or self.source.exports_value}
            expected = {n: e.intermediates() for n, e in shown.items()}
        if found.get("intermediates") != expected:
            self.problems.append(f"{name}.intermediates: expected {expected}, found {found.get('intermediates')}")
        data = encoding.stage_bytes(name, value, before)
        wanted = None if data is None else data.hex()
        raw = name == self.mutated and self.field[-1:] in (["bytes"], ["length"])
        if raw and found.get("bytes") == wanted:
            self.problems.append(f"{name}.bytes: the mutation changed nothing")
        if not raw and found.get("bytes") != wanted:
            self.problems.append(f"{name}.bytes: expected {wanted}, found {found.get('bytes')}")

    def _compare(self, name: str, found: dict[str, Any], right: Any) -> None:
        value = self._by_secret(found["value"])
        right = self._by_secret(right)
        raw = self.field[-1:] in (["bytes"], ["length"])
        if name != self.mutated or raw:
            if value != right:
                self.problems.append(f"{name}.value: expected {right}, found {value}")
            return
        if value == right:
            self.problems.append(f"{name}.value: the mutation changed nothing")
        elif isinstance(value, dict) and isinstance(right, dict) and self.field:
            # The mutation names the one field that it edits; all others have to be right.
            others = [f for f in {**value, **right} if f != self.field[0] and value.get(f) != right.get(f)]
            if others:
                self.problems.append(f"{name}: edited is {self.mutation}, yet {others} differ too")
        elif isinstance(value, list) and isinstance(right, list) and self.field:
            others = [e for e in right if e["name"] != self.field[0] and e not in value]
            if others:
                self.problems.append(f"{name}: edited is {self.mutation}, yet {others} differ too")

    def _by_secret(self, value: Any) -> Any:
        """A value with its `key` told by the secret: of several entities with the same key any may be named."""
        if not isinstance(value, dict) or value.get("key") not in self.source.keys:
            return value
        return {**value, "key": self.source.keys[value["key"]]["pkcs8"]}

    def _seal(self, name: str, found: dict[str, Any], before: Stages) -> None:
        """A signature or MAC: made over what stands before it, or kept of the unaltered build."""
        stages = before
        if not self._resealed(name):
            if self.pure is None:
                self.pure = self.unaltered()
            stages = self.pure
        if name == "finished":
            self._compare(name, found, rules.value_of(self.source, name, stages))
            return
        signed = stages[SIGNED_BY[name]]
        value = found["value"]
        if signed["value"] is None:
            self._compare(name, found, None)
            return
        right = self.signature(name, signed, value)
        if name == self.mutated and self.field == ["signature"] and right is None:
            return  # An altered RSASSA-PSS signature verifies no more, and the right one is not told.
        if right is None:
            self.problems.append(f"{name}.value: the signature is not that of {signed['value']['key']} over the stage before")
            return
        self._compare(name, found, right)

    def signature(self, name: str, signed: dict[str, Any], published: dict[str, Any] | None) -> dict[str, Any] | None:
        """The value of a signing stage: made again, or for RSASSA-PSS the published one where it verifies, else None."""
        value, content = signed["value"], _content(name, signed)
        key, text = self.source.private(value["key"]), (published or {}).get("signature", "")
        front = {"handshakeType": 15, "algorithm": value["scheme"]} if name == "certificate-verify" else {}
        algorithm = _algorithm(self.source, name, value)
        deviates = [value.get(n) for n in ("prehash", "ecdsaEncoding", "saltLength")]
        if algorithm is None or any(d is not None for d in deviates):
            right = signatures.deviating(key.public_key(), bytes.fromhex(text), content, value)
            return {**front, "signature": text} if right else None
        made = signatures.sign(algorithm, key, content)
        if made is None:
            made = bytes.fromhex(text) if signatures.verifies(algorithm, key.public_key(), bytes.fromhex(text), content) else None
        return None if made is None else {**front, "signature": made.hex()}

    def unaltered(self) -> Stages:
        """The whole build without the mutation. RSASSA-PSS signatures are those that the vector publishes."""
        done: Stages = {}
        for name in rules.STAGES_OF[self.source.kind]:
            if name in SIGNED_BY:
                signed = done[SIGNED_BY[name]]
                value = None if signed["value"] is None else self.signature(name, signed, self.stages[name]["value"])
                if signed["value"] is not None and value is None:
                    value = self.stages[name]["value"]
            else:
                value = rules.value_of(self.source, name, done)
            stage: dict[str, Any] = {"value": value}
            if value is not None:
                data = encoding.stage_bytes(name, value, done)
                if data is not None:
                    stage["bytes"] = data.hex()
                between = encoding.stage_intermediates(name, value)
                if between is not None:
                    stage["intermediates"] = between
            done[name] = stage
        return done


