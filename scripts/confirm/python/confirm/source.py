"""What a vector's message was made from: `inputs` and `source` of docs/vectors.md with the keys of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from . import certificates, signatures
from .exporter import HASH_OF_SUITE


@dataclass
class Source:
    """What a vector's message was made from: kind, inputs, source and the keys of the file."""

    kind: str
    inputs: dict[str, Any]
    source: dict[str, Any]
    keys: dict[str, Any]

    @property
    def sender(self) -> str:
        """The end that sends the authenticator; of the parts that do not depend on it, the server."""
        return str(self.inputs.get("sender", "server"))

    @property
    def context(self) -> bytes:
        """The certificate_request_context."""
        holder = self.inputs if "certificateRequestContext" in self.inputs else self.source
        return bytes.fromhex(holder["certificateRequestContext"])

    @property
    def hash(self) -> str:
        """The hash of the suite."""
        return HASH_OF_SUITE[self.inputs["connection"]["cipherSuite"]]

    @property
    def attestation(self) -> dict[str, Any] | None:
        """What is attested, in the form that it has in an authenticator."""
        if self.kind in ("evidence", "result"):
            return {"message": self.source["message"], "second": None}
        return self.source.get("attestation")

    def message(self, model: str) -> dict[str, Any] | None:
        """The first conceptual message, where it is of the model."""
        attestation = self.attestation
        return attestation["message"] if attestation and attestation["message"]["model"] == model else None

    @property
    def exports_value(self) -> bool:
        """Whether the exported value of the binding is asked for: not by an authenticator that attests nothing."""
        return self.kind in ("exporter", "binding") or self.attestation is not None

    @property
    def public_key(self) -> bytes:
        """The end entity's public key as the profile encodes it."""
        der = self.inputs.get("endEntityCertificate") or self.keys[self.source["identity"]["key"]]["chain"][0]
        form = self.inputs["profile"]["publicKey"] if "profile" in self.inputs else "spki-der"
        return certificates.key_bytes(certificates.read(bytes.fromhex(der)), form)

    def chain(self, name: str) -> list[str]:
        """A key's chain, leaf first. A self-signed certificate stands alone."""
        return list(self.keys[name]["chain"])

    def private(self, name: str) -> PrivateKeyTypes:
        """A secret key."""
        return signatures.private_key(bytes.fromhex(self.keys[name]["pkcs8"]))
