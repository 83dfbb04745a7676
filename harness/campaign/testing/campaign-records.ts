import fc from "fast-check";
import { defaultProfile } from "../../attestation/profile.ts";
import type { CampaignHeader, CampaignReport, CellRecord, DifferenceRecord, FindingRecord } from "../records.ts";
import { inOrder } from "../report-file.ts";
import { rateOf, totalsOf } from "../report-totals.ts";
import type { Shard } from "../shard.ts";

/** Reports of campaigns that nobody has played, for tests of what reads them. */

/** What one implementation made of a case. */
export interface Made {
  readonly outcome: keyof CellRecord["outcomes"];
  /** Of a failure: its cause, in tests one of the causes below. */
  readonly cause?: string | undefined;
}

/** A case: its cell, and what each implementation made of it. The number is its place in the list. */
export interface PlayedCase {
  readonly cell: string;
  readonly made: readonly Made[];
}

export const cells = [
  "attester/server unattested valid",
  "attester/server eat-cwt claims/drop",
  "relying-party/client unattested certificate/flip",
  "relying-party/client eat-cwt binding/flip",
  "relying-party/client eat-cwt sequence/replay",
  "relying-party/client expat/5-binding/binding-altered",
];

/** The causes that failures may have, with the kind that shrinking found them to be. */
export const causes: Readonly<Record<string, FindingRecord["kind"]>> = {
  "relying-party/binding/equal": "failure",
  "relying-party/freshness/context-new": "failure",
  "relying-party/hang/no-answer": "inconclusive",
  "harness/undefined-is-no-object": "harness-error",
};

export const header: CampaignHeader = {
  type: "campaign",
  suite: { name: "expat-conformance", version: "0.2.0" },
  iuts: [{ path: "iuts/cocos", name: "cocos", version: "0.10.2" }],
  seed: "s",
  shard: { index: 0, count: 1 },
  positions: ["attester/server", "relying-party/client"],
  focus: [],
  profile: defaultProfile,
  startedAt: "2026-01-02T03:04:05.000Z",
};

export const finding: FindingRecord = {
  type: "finding",
  iut: "iuts/cocos",
  cause: "relying-party/binding/equal",
  kind: "failure",
  count: 1,
  first: 0,
  position: "relying-party/client",
  parameters: { cipherSuite: "TLS_AES_128_GCM_SHA256", signatureScheme: "p256", format: "eat-cwt" },
  exercises: ["binding/flip"],
  requirements: ["expat-binding-mismatch-refused"],
  expected: "a refusal",
  found: "acceptance",
  connections: 12,
  bundle: "bundles/relying-party-binding-equal",
  replay: "npx expat-conformance replay fuzz-s/bundles/relying-party-binding-equal",
};

/** The report of the shard that plays its share of these cases, in `durationMs`. */
export function reportOf(
  played: readonly PlayedCase[],
  shard: Shard = { index: 0, count: 1 },
  { durationMs = 1000, ...change }: Partial<CampaignHeader> & { readonly durationMs?: number } = {},
): CampaignReport {
  const { iuts } = { ...header, ...change };
  const mine = [...played.entries()].filter(([number]) => number % shard.count === shard.index);
  const made = mine.flatMap(([number, { cell, made }]) =>
    iuts.map(({ path }, place) => ({ number, cell, iut: path, ...(made[place] ?? { outcome: "agrees" as const }) })),
  );
  const findings = new Map<string, FindingRecord>();
  for (const { number, iut, cause } of made) {
    if (cause === undefined) continue;
    const known = findings.get(`${iut} ${cause}`);
    const kind = causes[cause] ?? "failure";
    findings.set(`${iut} ${cause}`, known ? { ...known, count: known.count + 1 } : { ...finding, iut, cause, kind, first: number });
  }
  const differences = new Map<string, DifferenceRecord>();
  for (const [number, { cell, made }] of mine) {
    const did = Object.fromEntries(
      iuts.map(({ path }, place) => [path, made[place]?.outcome === "wrong" ? ("accepted" as const) : ("refused" as const)]),
    );
    if (new Set(Object.values(did)).size < 2) continue;
    const key = `${cell} ${JSON.stringify(did)}`;
    const known = differences.get(key);
    differences.set(
      key,
      known ? { ...known, count: known.count + 1 } : { type: "difference", cell, free: false, did, first: number, count: 1 },
    );
  }
  const records = cells.flatMap((cell) =>
    iuts.map(({ path }): CellRecord => {
      const outcomes: Record<string, number> = {};
      const here = made.filter((one) => one.cell === cell && one.iut === path);
      for (const { outcome } of here) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const free = outcomes["observed"] === undefined ? {} : { accepted: outcomes["observed"] };
      return { type: "cell", cell, iut: path, outcomes, free };
    }),
  );
  const found = { findings: [...findings.values()], cells: records };
  return inOrder({
    header: { ...header, shard, cases: played.length, ...change },
    ...found,
    differences: [...differences.values()],
    footer: {
      type: "footer",
      end: "cases",
      cases: mine.length,
      ...totalsOf(found),
      casesPerSecond: rateOf(mine.length, durationMs),
      durationMs,
      connections: mine.length * 2,
      restarts: made.filter(({ outcome }) => outcome === "broke").length,
    },
  });
}

/** What implementations make of a case. */
const made: fc.Arbitrary<Made> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Made>({ outcome: "agrees" }, { outcome: "observed" }, { outcome: "discarded" }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Made>(
      { outcome: "wrong", cause: "relying-party/binding/equal" },
      { outcome: "wrong", cause: "relying-party/freshness/context-new" },
      { outcome: "broke", cause: "relying-party/hang/no-answer" },
      { outcome: "harness-error", cause: "harness/undefined-is-no-object" },
    ),
  },
);

/** Cases as so many implementations play them. */
export function campaigns(implementations: number): fc.Arbitrary<PlayedCase[]> {
  const one = fc.record({
    cell: fc.constantFrom(...cells),
    made: fc.array(made, { minLength: implementations, maxLength: implementations }),
  });
  return fc.array(one, { maxLength: 60 });
}
