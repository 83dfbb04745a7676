import fc from "fast-check";
import type { Driver } from "../iut/driver.ts";
import type { Position } from "../iut/protocol.ts";
import type { Case } from "../scenario/case.ts";
import { severity } from "../scenario/ledger.ts";
import type { Library } from "../scenario/load.ts";
import { formatsByName } from "../scenario/parameters.ts";
import { type Instance, plan } from "../scenario/plan.ts";
import type { Step } from "../scenario/schema.ts";
import type { Repertoire } from "./exchange.ts";
import { type Sentence, UNIQUE_CONTEXT } from "./sentence.ts";

/** A case of the suites in one position, with everything that it can be played with there. */
export interface Variation {
  readonly script: Case;
  readonly position: Position;
  /** No statement of the texts settles what must come of it. */
  readonly isFree: boolean;
  readonly instances: readonly Instance[];
}

/**
 * The cases of the suites that an implementation can be asked, each with all suites, schemes and formats that it leaves open: their
 * verdicts are written and reviewed there, and hold for all of them. Cases that are about connections or about what hello says, and not
 * about messages, stay out (`leftOut`).
 */
export function variationsOf(
  { cases, ledger }: Pick<Library, "cases" | "ledger">,
  driver: Pick<Driver, "hello" | "can">,
  { suites, schemes, formats }: Repertoire,
): Variation[] {
  const open = cases
    .filter((script) => leftOut(script) === undefined)
    .map((script) => ({
      ...script,
      cipherSuites: script.cipherSuites ?? suites,
      schemes: script.schemes ?? schemes,
      formats: script.formats ?? (script.format ? [script.format] : formats.filter((name) => formatsByName[name].model === script.model)),
    }));
  const groups = new Map<string, Variation & { readonly instances: Instance[] }>();
  for (const script of open) {
    // A case that attests nothing has no format to vary.
    const asked = { ...script, formats: script.attested ? script.formats : undefined };
    for (const instance of plan([asked], driver.hello, driver.can)) {
      if (instance.unsupported !== undefined) continue;
      // What is asked of nobody (a probe, a MAY) is looked at, and nobody is judged by it.
      const isFree = script.kind === "probe" || severity(script.requirements, ledger) === "observed";
      const key = `${script.id} ${instance.position}`;
      const group = groups.get(key) ?? { script, isFree, position: instance.position, instances: [] };
      group.instances.push(instance);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

/**
 * All sentences of a variation: the steps of its case with any context of at least eight bytes where it names none. Who asks more than once
 * chooses the contexts itself: that they differ, and cannot be foreseen, is a part of what such a case is about (RFC 9261 section 4).
 */
export function variedCases({ script, isFree, instances }: Variation): fc.Arbitrary<Sentence> {
  const asking = script.steps.filter((step) => "request" in step).length;
  // Two requests of one connection must not have one context.
  const contexts = fc.uniqueArray(
    fc.uint8Array({ minLength: UNIQUE_CONTEXT, maxLength: 255, size: "max" }).map((bytes) => Buffer.from(bytes).toString("hex")),
    {
      minLength: asking,
      maxLength: asking,
    },
  );
  return fc.tuple(fc.constantFrom(...instances), contexts).map(([{ position, suite, scheme, format }, hexes]) => {
    const { control } = script;
    return {
      exchange: { position, suite, scheme, format: script.attested ? format : undefined },
      steps: withContexts(script.steps, hexes),
      expectation: isFree
        ? { kind: "free" }
        : script.kind === "negative"
          ? { kind: "refuse", by: [], requirements: script.requirements }
          : { kind: "accept" },
      exercises: [script.id],
      variesCase: script.id,
      ...(control && {
        control: () => ({
          steps: withContexts(control.steps, hexes),
          format: control.attested ? format : undefined,
          requirements: control.requirements,
        }),
      }),
      ownConnections: script.steps.some((step) => "request" in step && step.request.context !== undefined),
    };
  });
}

// Requests that name no context get these, one each, as far as there are any.
function withContexts(steps: readonly Step[], hexes: readonly string[]): Step[] {
  const left = [...hexes];
  const isFree = (step: Step) => "request" in step && step.request.by === "iut" && step.request.context === undefined;
  const choosesItself = steps.filter(isFree).length > 1;
  return steps.map((step): Step => {
    if (!("request" in step)) return step;
    const hex = left.pop();
    return hex === undefined || (choosesItself && isFree(step)) || step.request.context !== undefined
      ? step
      : { request: { ...step.request, context: { hex } } };
  });
}

/**
 * Why a case is never varied: what it looks at is in no message, or comes of very many. undefined: it is.
 */
export function leftOut({ steps }: Pick<Case, "steps">): string | undefined {
  const has = (name: string) => steps.some((step) => name in step);
  if (has("tickets")) return "it counts the tickets of a connection";
  if (has("handshake") || steps.some((step) => "connect" in step && step.connect.resume !== undefined)) return "it looks at a handshake";
  if (has("contexts")) return "it draws a sample of hundreds of contexts";
  if (has("hello") || has("export")) return "it looks at what hello says";
  return undefined;
}
