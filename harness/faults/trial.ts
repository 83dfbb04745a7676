import { createHash } from "node:crypto";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import type { IutControl } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Driver } from "../iut/driver.ts";
import { type Method, type Params, PROTOCOL_VERSION, type Result, splitPosition } from "../iut/protocol.ts";
import type { Library } from "../scenario/load.ts";
import { type Instance, plan } from "../scenario/plan.ts";
import { runInstances } from "../scenario/run.ts";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import { faults } from "./catalogue.ts";
import type { Fault, Needs } from "./fault.ts";
import { faulty, needsSockets } from "./faulty.ts";
import { MemoryDriver, MemoryNetwork } from "./memory-driver.ts";

/** What the suites made of one implementation. In no order. */
export interface Trial {
  /** Checks with the outcome `fail` or `warn`: these see the fault. */
  readonly failed: readonly string[];
  /** Instances that ended in an error of the harness, and calls that the implementation answered with an error: nothing is proven then. */
  readonly errors: readonly string[];
  /** Checks that came to an end, with whatever outcome but `unsupported`, `blocked` and `harness-error`. */
  readonly executed: number;
}

/** What is tried: a fault by its id, or the reference without one, in the same selection or in full. */
export type Job = { readonly fault: string } | { readonly unbroken: "selection" | "in full" };

/** Carries out a job. Throws Error where no fault has that id. */
export async function carryOut(job: Job, options: TrialOptions): Promise<Trial> {
  if ("unbroken" in job) return job.unbroken === "in full" ? tryUnbrokenInFull(options) : tryUnbroken(options);
  const fault = faults.find(({ id }) => id === job.fault);
  if (fault === undefined) throw new Error(`no fault "${job.fault}"`);
  return tryFault(fault, options);
}

/** How a trial is made. */
export interface TrialOptions {
  readonly library: Library;
  /** Only these checks (by id); undefined: all. */
  readonly selects?: ((id: string) => boolean) | undefined;
  /** Real TLS over loopback also where memory would do. */
  readonly sockets?: boolean | undefined;
}

/** Runs the checks of the fault's role, and of scripts that have the implementation play both, against the reference with the fault: one instance of each case. */
export function tryFault(fault: Fault, options: TrialOptions): Promise<Trial> {
  const sockets = (options.sockets ?? false) || needsSockets(fault);
  const wanted = ({ script }: Instance) => (script.iut === fault.role || script.abilities.has("both-roles")) && script.kind !== "probe";
  return run(fault, { ...options, sockets }, (instances) => one(instances.filter(wanted), fault.needs ?? {}, sockets));
}

/** Runs the same selection, of both roles, against the reference without a fault. */
function tryUnbroken(options: TrialOptions): Promise<Trial> {
  return run(undefined, options, (instances) => one(instances, {}, options.sockets ?? false));
}

/** Runs every instance of every case against the reference without a fault, over real TLS. */
function tryUnbrokenInFull(options: TrialOptions): Promise<Trial> {
  return run(undefined, { ...options, sockets: true }, (instances) => instances);
}

/**
 * Starts the reference with a fault, over real TLS or over a memory network of its own, each with contexts that come from `seed`. Calls
 * that it answers with an error are told to `broken` as well.
 */
export function starterOf(
  fault: Fault | undefined,
  sockets: boolean,
  seed: string,
  broken: (error: string) => void,
): () => Promise<Driver> {
  return async () => {
    const chooseContext = contextsOf(seed);
    if (sockets) return greet(new Witnessed(faulty(fault, { chooseContext }), broken), defaultProfile);
    const network = new MemoryNetwork();
    const control = new Witnessed(faulty(fault, { open: (params) => network.open(params), chooseContext }), broken);
    return new MemoryDriver(control, await control.call("hello", { protocol: PROTOCOL_VERSION, profile: defaultProfile }), network);
  };
}

async function run(
  fault: Fault | undefined,
  { library, selects, sockets }: TrialOptions,
  choose: (instances: Instance[]) => Instance[],
): Promise<Trial> {
  const errors: string[] = [];
  const start = starterOf(fault, sockets ?? false, "prove", (error) => errors.push(error));
  const first = await start();
  const waiting = [first];
  const isAsked = ({ script }: Instance) => selects === undefined || [script, ...script.judged].some(({ id }) => selects(id));
  const instances = choose(plan(library.cases, first.hello, first.can).filter(isAsked));
  const failed = new Set<string>();
  let executed = 0;
  try {
    await runInstances(instances, {
      start: async () => waiting.pop() ?? start(),
      workers: 1,
      // Whether anything is seen at all is asked here; the unbroken reference is asked as everybody is.
      wary: fault === undefined,
      ledger: library.ledger,
      profile: defaultProfile,
      payload: cmwPayload,
      seed: "prove",
      ...(selects && { selects }),
      report(results) {
        for (const { check, instance, outcome, detail } of results) {
          // Without a fault nothing may be doubtful either.
          const isAlarm = fault === undefined && (outcome === "inconclusive" || outcome === "blocked");
          if (outcome === "fail" || outcome === "warn" || isAlarm) failed.add(check);
          if (outcome === "harness-error") errors.push(`${instance}: ${detail.split("\n", 2).join(" ").trim()}`);
          else if (outcome !== "unsupported" && outcome !== "blocked") executed++;
        }
      },
    });
  } finally {
    await Promise.all(waiting.map((driver) => driver.stop()));
  }
  return { failed: [...failed], errors, executed };
}

// As good as chance to whoever does not know the seed, and the same in every proof.
function contextsOf(seed: string): () => Bytes {
  let count = 0;
  return () =>
    createHash("sha256")
      .update(utf8(`${seed} ${count++}`))
      .digest();
}

/**
 * One instance of each case: with the parameters that the fault needs where the case names them, else its first ones, on the side that the
 * fault needs, else as server for an attester and as client for a relying party, where the case has that side.
 */
function one(instances: readonly Instance[], needs: Needs, sockets: boolean): Instance[] {
  const byCase = new Map<string, Instance[]>();
  for (const instance of instances) {
    if (instance.unsupported !== undefined || !(sockets || showsInMemory(instance))) continue;
    byCase.set(instance.script.id, [...(byCase.get(instance.script.id) ?? []), instance]);
  }
  return [...byCase.values()].map((candidates) => {
    const score = (instance: Instance): number => suitability(instance, needs);
    return candidates.reduce((best, candidate) => (score(candidate) > score(best) ? candidate : best));
  });
}

function suitability({ script, position, suite, scheme, format }: Instance, needs: Needs): number {
  const side = needs.side ?? (script.iut === "attester" ? "server" : "client");
  const met = [
    needs.suite === undefined || suite === needs.suite,
    needs.scheme === undefined || scheme === needs.scheme,
    needs.format === undefined || format === needs.format,
  ];
  return 2 * met.filter(Boolean).length + (splitPosition(position).side === side ? 1 : 0);
}

// What a script looks at in TLS itself is not there without it.
function showsInMemory({ script }: Instance): boolean {
  return !script.steps.some((step) => "tickets" in step || "handshake" in step || ("connect" in step && step.connect.resume !== undefined));
}

/** Sees the errors that an implementation answers with: one that breaks down has not been caught by a check. */
class Witnessed implements IutControl {
  constructor(
    readonly control: IutControl,
    readonly broken: (error: string) => void,
  ) {}

  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    try {
      return await this.control.call(method, params);
    } catch (error) {
      this.broken(`"${method}" was answered with an error: ${(error as Error).message.split("\n", 1)[0]}`);
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.control.stop();
  }

  diagnostics(): string {
    return this.control.diagnostics();
  }
}
