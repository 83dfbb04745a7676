"""`python -m confirm [-v] [--vectors FOLDER] [--schemas FOLDER] [--disagreements FILE]`: exit 0 where all agree."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from . import disagreements
from .disagreements import Known
from .refusal import NotUnderstood
from .vectors import TOPICS, confirm, read, schema_problems, vectors

HERE = Path(__file__).resolve().parent.parent
PROJECT = HERE.parents[2]


class Run:
    """One run over all files: what was confirmed, and what was not."""

    def __init__(self, known: list[Known], verbose: bool) -> None:
        self.known, self.verbose = known, verbose
        self.confirmed: Counter[str] = Counter()
        self.total = self.unknown = 0
        self.asked: Counter[str] = Counter()
        self.agreed: Counter[str] = Counter()

    def fail(self, where: str, what: str) -> None:
        """An unknown disagreement, told at once."""
        self.unknown += 1
        print(f"DISAGREEMENT {where}: {what}")

    def file(self, path: Path, schemas: Path) -> str:
        """Confirms a file and prints its line. Returns its topic."""
        content = read(path)
        for problem in schema_problems(content, schemas):
            self.fail(path.name, f"does not follow its schema: {problem}")
        before, unknown, count, ids = self.confirmed.copy(), self.unknown, 0, set()
        for vector in vectors(content):
            count += 1
            if vector.id in ids or not vector.id.startswith(content["topic"] + "/"):
                self.fail(vector.id, "the id stands twice, or is not of this topic")
            ids.add(vector.id)
            finding = confirm(vector)
            for opinion in finding.opinions:
                self.asked[opinion.library] += 1
                self.agreed[opinion.library] += opinion.agrees
            left = disagreements.unknown(finding, self.known)
            for problem in left:
                self.fail(vector.id, problem)
            excepted = any(vector.id in k.seen for k in self.known if k.library == disagreements.US)
            if not left and not excepted:
                self.confirmed[vector.result] += 1
            if self.verbose:
                print(f"  {vector.id}: {vector.result}, {'not confirmed' if left or excepted else 'confirmed'}")
        if count != content["numberOfVectors"]:
            self.fail(path.name, f"numberOfVectors is {content['numberOfVectors']}, and there are {count}")
        self.total += count
        now = self.confirmed - before
        print(
            f"{content['topic']}: {count} vectors, {now['valid']} valid confirmed, {now['invalid']} invalid refused for the "
            f"promised reason, {self.unknown - unknown} disagreements"
        )
        return str(content["topic"])

    def close(self) -> int:
        """Prints the known disagreements, those that no longer apply, and the sum. Returns the exit code."""
        for entry in self.known:
            if not entry.seen:
                self.fail("disagreements.json", f"the entry of {entry.library} about {entry.vectors} applies no more: remove it")
                continue
            print(f"known: {entry.library} {entry.does} ({len(entry.seen)} vectors; right: {entry.right}, {entry.text})")
        for library, count in sorted(self.asked.items()):
            print(f"asked: {library}, {count} times, of which it agrees {self.agreed[library]} times")
        known = sum(1 for k in self.known if k.seen)
        valid, invalid = self.confirmed["valid"], self.confirmed["invalid"]
        print(
            f"confirmed {valid + invalid} of {self.total} vectors ({valid} valid, {invalid} invalid), "
            f"{known} disagreements known, {self.unknown} unknown"
        )
        return 0 if self.unknown == 0 and self.total > 0 else 1


def main(arguments: list[str]) -> int:
    """Runs; 0: all agree, 1: an unknown disagreement, 2: something that this program does not understand."""
    parser = argparse.ArgumentParser(prog="confirm", description="Confirms vectors/*.json with libraries of Python.")
    parser.add_argument("-v", "--verbose", action="store_true", help="name each vector")
    parser.add_argument("--vectors", type=Path, default=PROJECT / "vectors", help="folder of the vectors")
    parser.add_argument("--schemas", type=Path, default=PROJECT / "schemas", help="folder of their schemas")
    parser.add_argument("--disagreements", type=Path, default=HERE / "disagreements.json", help="the known disagreements")
    options = parser.parse_args(arguments)
    try:
        run = Run(disagreements.read(options.disagreements), options.verbose)
        topics = [run.file(path, options.schemas) for path in sorted(options.vectors.glob("*.json"))]
        for topic in sorted(set(TOPICS) - set(topics)):
            run.fail(str(options.vectors), f"there is no file of the topic {topic}")
        return run.close()
    except (NotUnderstood, KeyError, OSError) as e:
        print(f"confirm: not understood: {type(e).__name__}: {e}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
