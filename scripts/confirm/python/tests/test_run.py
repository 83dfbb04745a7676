"""The program as it is called: what it prints, and its exit codes."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from confirm.__main__ import HERE, main
from confirm.refusal import Malformed
from confirm.strict_cbor import item_end
from confirm.vectors import TOPICS, read

from .test_alterations import alone, published


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code, and all that was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = main(["--vectors", str(folder), *arguments])
    return code, printed.getvalue()


def copy_of(folder: Path) -> None:
    """Small files of all topics: the first valid vector of each."""
    for topic in TOPICS:
        file = published(topic)
        group = next(g for g in file["groups"] if any(v["result"] == "valid" for v in g["vectors"]))
        write(folder, {**alone(topic, group["id"]), "numberOfVectors": 1})


def write(folder: Path, file: dict[str, Any]) -> None:
    """Writes a file of vectors under the name of its topic."""
    (folder / f"{file['topic']}.json").write_text(json.dumps(file), encoding="utf-8")


class Program(unittest.TestCase):
    """Runs over small files."""

    def setUp(self) -> None:
        """A folder of small files, and the known disagreements that apply to them."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        copy_of(self.folder)
        known = json.loads((HERE / "disagreements.json").read_text(encoding="utf-8"))
        self.applying = [k for k in known if "Forbidden public key" in k["because"]]
        self.known = self.folder / "known"
        self.entries(self.applying)

    def entries(self, entries: list[dict[str, Any]]) -> None:
        """Writes the known disagreements."""
        self.known.write_text(json.dumps(entries), encoding="utf-8")

    def program(self, *arguments: str) -> tuple[int, str]:
        """Runs over the folder."""
        return run(self.folder, "--disagreements", str(self.known), *arguments)

    def edit(self, topic: str, **members: Any) -> None:
        """Replaces members of a file."""
        write(self.folder, {**read(self.folder / f"{topic}.json"), **members})

    def test_agrees(self) -> None:
        """Right vectors: exit code 0, a line a topic, the sum."""
        code, printed = self.program("-v")
        self.assertEqual(code, 0, printed)
        refused = "0 invalid refused for the promised reason, 0 disagreements"
        self.assertIn(f"bindings: 1 vectors, 1 valid confirmed, {refused}", printed)
        self.assertIn(f"confirmed {len(TOPICS)} of {len(TOPICS)} vectors ({len(TOPICS)} valid, 0 invalid)", printed)
        self.assertIn("bindings/sha256/key-p256: valid, confirmed", printed)

    def test_unknown_disagreement(self) -> None:
        """One wrong byte of an output: exit code 1, and which vector."""
        file = read(self.folder / "bindings.json")
        file["groups"][0]["vectors"][0]["output"]["binding"] = "00" * 32
        write(self.folder, file)
        code, printed = self.program()
        self.assertEqual(code, 1)
        self.assertIn("DISAGREEMENT bindings/sha256/key-p256: valid, and refused at binding", printed)

    def test_library_disagreement_without_entry(self) -> None:
        """What a library says otherwise, and nobody has looked at, is an error."""
        self.entries([])
        code, printed = self.program()
        self.assertEqual(code, 1)
        self.assertIn("cryptography.x509.verification refuses", printed)

    def test_entry_that_applies_no_more(self) -> None:
        """An entry that covers nothing is an error."""
        self.entries([*self.applying, {**self.applying[0], "library": "nobody"}])
        code, printed = self.program()
        self.assertEqual(code, 1)
        self.assertIn("the entry of nobody about ['*'] applies no more: remove it", printed)

    def test_exception_is_not_a_confirmation(self) -> None:
        """A vector that is excepted by an entry about this program is not counted as confirmed."""
        file = read(self.folder / "bindings.json")
        file["groups"][0]["vectors"][0]["output"]["binding"] = "00" * 32
        write(self.folder, file)
        entry = {"library": "this program", "vectors": ["bindings/*"], "says": "refuses", "because": "refused at binding"}
        self.entries([*self.applying, {**entry, "does": "", "right": "vectors", "why": "", "text": ""}])
        code, printed = self.program()
        self.assertEqual(code, 0, printed)
        self.assertIn(f"confirmed {len(TOPICS) - 1} of {len(TOPICS)}", printed)

    def test_schema(self) -> None:
        """A member that the schema does not know is told with its path."""
        self.edit("exporter", surplus=1)
        code, printed = self.program()
        self.assertEqual(code, 1)
        self.assertIn("exporter.json: does not follow its schema: $", printed)

    def test_number_of_vectors(self) -> None:
        """A file that says it has more vectors than it has."""
        self.edit("exporter", numberOfVectors=2)
        code, printed = self.program()
        self.assertEqual(code, 1)
        self.assertIn("numberOfVectors is 2, and there are 1", printed)

    def test_missing_topic(self) -> None:
        """A topic whose file is not there."""
        (self.folder / "cmw.json").unlink()
        code, printed = self.program()
        self.assertEqual(code, 1)
        self.assertIn("there is no file of the topic cmw", printed)

    def test_not_understood(self) -> None:
        """A later format, and a kind of group that the program does not know: exit code 2, nothing is passed over."""
        self.edit("exporter", format=2)
        self.assertEqual(self.program()[0], 2)
        self.edit("exporter", format=1, groups=[{**read(self.folder / "exporter.json")["groups"][0], "kind": "novel"}])
        code, printed = self.program()
        self.assertEqual(code, 2)
        self.assertIn("kind 'novel'", printed)

    def test_flag_without_reasons(self) -> None:
        """A flag of which reasons.json says nothing is a disagreement, though the step be right."""
        file = alone("bindings", "bindings/sha256", "invalid")
        vector = file["groups"][0]["vectors"][0]
        file["flags"] = {"Novel": file["flags"][vector["flags"][0]]}
        vector["flags"] = ["Novel"]
        write(self.folder, {**file, "numberOfVectors": 1})
        code, printed = self.program()
        self.assertEqual(code, 1)
        self.assertIn("nobody has said in reasons.json", printed)


class Cbor(unittest.TestCase):
    """What cbor2 leaves to its caller."""

    def test_ends(self) -> None:
        """Right items of RFC 8949 appendix A end where their bytes do."""
        for text in ("00", "1818", "3903e7", "f97e00", "40", "6449455446", "83010203", "a26161016162820203", "c11a514b67b0",
                     "5f42010243030405ff", "9f018202039f0405ffff", "bf61610161629f0203ffff"):  # fmt: skip
            with self.subTest(item=text):
                self.assertEqual(item_end(bytes.fromhex(text)), len(text) // 2)

    def test_refused(self) -> None:
        """Items that are not well formed, and maps with a key twice, in whatever length of head."""
        for text in ("", "18", "1c", "ff", "4201", "8201", "a101", "a201000100", "a2010018010a", "62c328", "bf01ff", "5f42",
                     "81" * 40 + "00"):  # fmt: skip
            with self.subTest(item=text), self.assertRaises(Malformed):
                item_end(bytes.fromhex(text))
