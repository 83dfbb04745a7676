"""disagreements.json: where a library, or this program, is known to say otherwise than the vectors, and who is right."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from .opinions import Opinion
from .refusal import NotUnderstood
from .vectors import Finding

MEMBERS = {"library", "vectors", "says", "because", "does", "right", "why", "text"}
SAYS, RIGHT = ("accepts", "refuses"), ("vectors", "library", "open")
US = "this program"


@dataclass
class Known:
    """An entry: whose disagreement about which vectors (globs), what is said, and who is right by which text."""

    library: str
    vectors: list[str]
    says: str
    because: str
    does: str
    right: str
    why: str
    text: str
    seen: set[str] = field(default_factory=set)

    def covers(self, vector: str, library: str, accepts: bool, detail: str) -> bool:
        """Whether this is the disagreement that was met."""
        named = library == self.library and (self.says == "accepts") == accepts and self.because in detail
        return named and any(fnmatchcase(vector, v) for v in self.vectors)


def read(path: Path) -> list[Known]:
    """All entries. Throws NotUnderstood where one has a member that is missing, or that nobody knows."""
    entries = []
    for number, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))):
        if set(entry) != MEMBERS or entry["says"] not in SAYS or entry["right"] not in RIGHT or not entry["vectors"]:
            expected = f"the members {sorted(MEMBERS)}, says one of {SAYS}, right one of {RIGHT}"
            raise NotUnderstood(f"{path.name}: entry {number}: expected {expected}; found {entry}")
        entries.append(Known(**entry))
    return entries


def unknown(finding: Finding, known: list[Known]) -> list[str]:
    """The disagreements about a vector that no entry covers. Entries that cover one remember the vector."""
    name = finding.vector.id
    left = []
    for problem in finding.problems:
        entry = next((k for k in known if k.covers(name, US, False, problem)), None)
        if entry:
            entry.seen.add(name)
        else:
            left.append(problem)
    for opinion in finding.opinions:
        if opinion.agrees:
            continue
        entry = next((k for k in known if k.covers(name, opinion.library, opinion.theirs, opinion.detail)), None)
        if entry:
            entry.seen.add(name)
        else:
            left.append(told(opinion))
    return left


def told(opinion: Opinion) -> str:
    """A disagreement of a library as a sentence."""
    ours, theirs = (("accepts" if yes else "refuses") for yes in (opinion.ours, opinion.theirs))
    return f"{opinion.library} {theirs} ({opinion.question}: {opinion.detail[:300]}), and this program {ours}"
