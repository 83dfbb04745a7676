"""What the program says of a message that it refuses, and of a file that it cannot read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Refusal(Exception):
    """A relying party refuses: the step of docs/architecture.md, a reason of ours (reasons.json), and a sentence."""

    step: str
    reason: str
    detail: str

    def __str__(self) -> str:
        """As one sentence."""
        return f"{self.step} ({self.reason}): {self.detail}"


class NotUnderstood(Exception):
    """The file holds something that this program does not know: an error, never passed over."""


class Malformed(Exception):
    """Bytes are not what their format asks for; `reason` is one of reasons.json."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
