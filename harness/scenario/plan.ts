import type { Driver } from "../iut/driver.ts";
import { type Hello, type Position, splitPosition } from "../iut/protocol.ts";
import type { CipherSuite } from "../wire/code-points.ts";
import type { Case } from "./case.ts";
import { type SchemeName, type SuiteName, schemeOf, suiteOf } from "./parameters.ts";

/** A case with everything that it is run with. */
export interface Instance {
  readonly script: Case;
  /** `ID[server,sha384]`: only parameters that the case names are in it. */
  readonly id: string;
  readonly position: Position;
  readonly suite: SuiteName;
  readonly scheme: SchemeName;
  readonly cipherSuite: CipherSuite;
  /** Why it cannot be run with this IUT, by name; undefined where it can. */
  readonly unsupported: string | undefined;
}

/** All instances of the cases, in their order, for what an IUT says that it supports. */
export function plan(cases: readonly Case[], hello: Hello, can: Driver["can"]): Instance[] {
  return cases.flatMap((script) => instancesOf(script, hello, can));
}

function instancesOf(script: Case, hello: Hello, can: Driver["can"]): Instance[] {
  const { supports } = hello;
  const supportedSuites = (Object.keys(suiteOf) as SuiteName[]).filter((name) => supports.cipherSuites.includes(suiteOf[name]));
  const supportedSchemes = (Object.keys(schemeOf) as SchemeName[]).filter((name) =>
    supports.signatureSchemes.includes(schemeOf[name].scheme),
  );
  const suites: readonly SuiteName[] = script.cipherSuites ?? [supportedSuites[0] ?? "sha256"];
  const schemes: readonly SchemeName[] = script.schemes ?? [supportedSchemes[0] ?? "p256"];
  const instances: Instance[] = [];
  for (const side of script.sides) {
    for (const suite of suites) {
      for (const scheme of schemes) {
        const position: Position = `${script.iut}/${side}`;
        const named = [side, ...(script.cipherSuites ? [suite] : []), ...(script.schemes ? [scheme] : [])];
        const unsupported =
          lacking(script, hello, can) ??
          (supports.positions.includes(position) ? undefined : `position ${position}`) ??
          (supportedSuites.includes(suite) ? undefined : `cipher suite ${suiteOf[suite]}`) ??
          (supportedSchemes.includes(scheme) ? undefined : `signature scheme ${scheme}`);
        const cipherSuite = suiteOf[suite];
        instances.push({ script, id: `${script.id}[${named.join()}]`, position, suite, scheme, cipherSuite, unsupported });
      }
    }
  }
  return instances;
}

function lacking(script: Case, { supports }: Hello, can: Driver["can"]): string | undefined {
  if (script.attested && !supports.models.includes("background-check")) return "model background-check";
  if (script.attested && !supports.evidence.includes("application/eat+cwt")) return "Evidence application/eat+cwt";
  const features = [...script.features, ...(script.abilities.has("get-context") ? ["get-context"] : [])];
  const feature = features.find((name) => !supports.features.includes(name));
  if (feature !== undefined) return `feature ${feature}`;
  const ability = [...script.abilities].find((name) => !can.has(name));
  if (ability !== undefined) return `not observable at an endpoint: ${ability}`;
  const roles = new Set(supports.positions.map((position) => splitPosition(position).role));
  return script.abilities.has("both-roles") && roles.size < 2 ? "both roles" : undefined;
}

/** The instance of the control on the same kind of connection. */
export function controlInstance(instance: Instance, control: Case): Instance {
  const named = [
    splitPosition(instance.position).side,
    ...(control.cipherSuites ? [instance.suite] : []),
    ...(control.schemes ? [instance.scheme] : []),
  ];
  return { ...instance, script: control, id: `${control.id}[${named.join()}]` };
}
