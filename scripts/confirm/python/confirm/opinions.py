"""What libraries say of a question that this program also answers itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Opinion:
    """A library's answer to one question, beside ours."""

    library: str
    question: str
    ours: bool
    theirs: bool
    detail: str

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.ours == self.theirs


@dataclass
class Opinions:
    """Collects the opinions about one vector."""

    heard: list[Opinion] = field(default_factory=list)

    def ask(self, library: str, question: str, ours: bool, theirs: Callable[[], str | None]) -> None:
        """`theirs` returns None where the library accepts, and else why not. Whatever it raises is a refusal."""
        try:
            why = theirs()
        except Exception as e:
            why = f"{type(e).__name__}: {e}"
        self.heard.append(Opinion(library, question, ours, why is None, why or "accepted"))
