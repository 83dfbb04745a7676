import type { Profile } from "../attestation/profile.ts";
import { otherSide } from "../authenticator/secrets.ts";
import type { ControlledDriver } from "../iut/controlled.ts";
import { type Ability, abilities, type Driver } from "../iut/driver.ts";
import { splitPosition } from "../iut/protocol.ts";
import type { Blame } from "../matrix/records.ts";
import type { Case, Role } from "../scenario/case.ts";
import type { Ledger } from "../scenario/ledger.ts";
import type { Library } from "../scenario/load.ts";
import { type Instance, plan } from "../scenario/plan.ts";
import type { CheckResult } from "../scenario/result.ts";
import { runInstances } from "../scenario/run.ts";
import type { Fleet, Member } from "./fleet.ts";
import type { Played } from "./play.ts";

/**
 * Whose fault a failure between two implementations is: each end is asked alone for its part in the exchange, with the harness at the other end,
 * which judges what it sends and sends what is right.
 */
export class Blamer {
  readonly #asked = new Map<string, Promise<readonly CheckResult[]>>();

  constructor(
    readonly library: Library,
    readonly profile: Profile,
    readonly seed: string,
    readonly fleet: Fleet,
    /** The command that asks a member alone. */
    readonly reproduce: (member: Member, instance: string) => string,
  ) {}

  /** Why the exchange did not come to what it should. Throws what a driver throws that cannot be started. */
  async blame(instance: Instance, attester: Member, relyingParty: Member, { last }: Played): Promise<Blame> {
    const asked = {
      attester: await this.#alone(instance, attester, "attester"),
      "relying-party": await this.#alone(instance, relyingParty, "relying-party"),
    };
    const ofOutcome = (outcome: CheckResult["outcome"]) => ({
      attester: asked.attester.filter((result) => result.outcome === outcome),
      "relying-party": asked["relying-party"].filter((result) => result.outcome === outcome),
    });
    // A broken SHOULD explains what no broken MUST does.
    const broken = ofOutcome("fail");
    const results = broken.attester.length + broken["relying-party"].length > 0 ? broken : ofOutcome("warn");
    const evidence = [
      ...results.attester.map((result) => ({ member: attester, result })),
      ...results["relying-party"].map((result) => ({ member: relyingParty, result })),
    ];
    const accepted = instance.script.kind === "positive" ? "refused valid" : "accepted invalid";
    const [verdict, text] = decide(
      { name: attester.name, failed: results.attester, wrong: last === "validate" ? "sent invalid" : "refused valid" },
      { name: relyingParty.name, failed: results["relying-party"], wrong: last === "validate" ? accepted : "sent invalid" },
      this.library.ledger,
    );
    return {
      verdict,
      text,
      evidence: evidence.map(({ member, result: { check, instance, outcome, requirements, detail } }) => ({
        implementation: member.name,
        check,
        instance,
        outcome,
        requirements: [...requirements],
        detail,
        reproduce: this.reproduce(member, instance),
      })),
    };
  }

  /** What came of the checks of the exchange that ask this end. */
  async #alone(instance: Instance, member: Member, role: Role): Promise<readonly CheckResult[]> {
    const checks = this.library.cases.filter(({ id, iut }) => iut === role && instance.script.alone.includes(id));
    const { side } = splitPosition(instance.position);
    const position = `${role}/${role === "attester" ? otherSide(side) : side}` as const;
    const results: CheckResult[] = [];
    for (const check of checks) {
      const key = [member.name, position, check.id, instance.suite, instance.scheme, instance.format].join(" ");
      const asked = this.#asked.get(key) ?? this.#ask(check, instance, member, position);
      this.#asked.set(key, asked);
      results.push(...(await asked));
    }
    return results;
  }

  async #ask(check: Case, like: Instance, member: Member, position: Instance["position"]): Promise<readonly CheckResult[]> {
    const instances = plan([check], member.hello, everything).filter(
      (instance) =>
        instance.position === position &&
        (!check.cipherSuites?.includes(like.suite) || instance.suite === like.suite) &&
        (!check.schemes?.includes(like.scheme) || instance.scheme === like.scheme) &&
        (!check.formats?.includes(like.format) || instance.format === like.format),
    );
    const results: CheckResult[] = [];
    const leased: ControlledDriver[] = [];
    await runInstances(instances, {
      start: async () => {
        const driver = await this.fleet.lease(member);
        leased.push(driver);
        return kept(driver);
      },
      workers: 1,
      ledger: this.library.ledger,
      profile: this.profile,
      payload: member.payload,
      seed: this.seed,
      wary: false,
      report: (more) => results.push(...more),
    });
    for (const driver of leased) await this.fleet.release(member, driver);
    return results;
  }
}

/** A driver that goes on when whoever uses it is done: it belongs to the fleet. */
function kept(driver: Driver): Driver {
  return {
    hello: driver.hello,
    can: driver.can,
    offersNeeded: driver.offersNeeded,
    connect: (options) => driver.connect(options),
    context: (message) => driver.context(message),
    stop: async () => undefined,
    diagnostics: () => driver.diagnostics(),
  };
}

const everything: ReadonlySet<Ability> = new Set(Object.keys(abilities) as Ability[]);

interface EndOfBlame {
  readonly name: string;
  readonly failed: readonly CheckResult[];
  readonly wrong: "sent invalid" | "refused valid" | "accepted invalid";
}

function decide(attester: EndOfBlame, relyingParty: EndOfBlame, ledger: Ledger): [Blame["verdict"], string] {
  const words = ({ name, wrong, failed }: EndOfBlame): string => `${name} ${wrong} (${statementOf(failed[0], ledger)})`;
  const guilty = [attester, relyingParty].filter(({ failed }) => failed.length > 0);
  const [one, other] = guilty;
  if (one === undefined) {
    return [
      "open-point",
      "each conforms in what it is asked alone: an open point, a choice of one that the other does not expect, or what those checks do not see",
    ];
  }
  if (other !== undefined) return ["both", `${words(one)}; ${words(other)}`];
  const role = one === attester ? "attester" : "relying-party";
  return [`${role}-${one.wrong.replace(" ", "-")}` as Blame["verdict"], words(one)];
}

function statementOf(result: CheckResult | undefined, ledger: Ledger): string {
  const requirement = result?.requirements.map((id) => ledger.get(id)).find((entry) => entry?.open === undefined);
  return requirement ? `${requirement.specTitle} section ${requirement.section}: ${requirement.text}` : (result?.title ?? "");
}
