import { expect, it } from "vitest";
import { defaultProfile } from "../attestation/profile.ts";
import { greet } from "../iut/controlled.ts";
import { Reference } from "../reference/reference.ts";
import { loadLibrary } from "../scenario/load.ts";
import { readCellName } from "./cell-name.ts";
import { repertoireOf } from "./exchange.ts";
import { type Cell, cellName, Generator } from "./generator.ts";
import { variationsOf } from "./variations.ts";

it("reads the name of every cell back as what the cell is, and no two have the same", async () => {
  const driver = await greet(new Reference(), defaultProfile);
  const repertoire = repertoireOf(driver.hello);
  const { cells } = new Generator("names", repertoire, variationsOf(loadLibrary(), driver, repertoire));
  await driver.stop();
  const expected = (cell: Cell) => {
    if (cell.kind === "varied") return { position: cell.position, what: { kind: "check", id: cell.variation.script.id } };
    const place = { position: cell.position, format: cell.format ?? "unattested" };
    if (cell.kind === "sequence") return { ...place, what: { kind: "sequence", ending: cell.ending } };
    return { ...place, what: cell.edit ? { kind: "stage", ...cell.edit } : { kind: "valid" } };
  };
  for (const cell of cells) expect(readCellName(cellName(cell))).toEqual(expected(cell));
  expect(new Set(cells.map(cellName)).size).toBe(cells.length);
  expect(new Set(cells.map(({ kind }) => kind)).size).toBe(4);
});
