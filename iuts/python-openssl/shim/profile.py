"""What the draft leaves open (docs/iut-protocol.md, Profile)."""

from __future__ import annotations

import msgspec


class Labels(msgspec.Struct, frozen=True):
    cwt: int
    jwt: str


class Profile(msgspec.Struct, frozen=True):
    revision: str = "draft-fossati-seat-expat-03"
    cmwAttestation: int = 0xFF00
    exporterLabel: str = "Attestation"
    exporterLength: int = 32
    publicKey: str = "spki-der"
    evidenceNonce: Labels = Labels(10, "eat_nonce")
    aikHashClaim: Labels = Labels(-65537, "aik_pub_hash")

    def unserved(self) -> str | None:
        """The name of what cannot be served, if anything."""
        if self.revision not in ("draft-fossati-seat-expat-02", "draft-fossati-seat-expat-03"):
            return self.revision
        if self.publicKey not in ("spki-der", "raw"):
            return f"publicKey {self.publicKey}"
        return None
