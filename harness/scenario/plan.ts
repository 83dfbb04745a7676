import type { Driver } from "../iut/driver.ts";
import { type Hello, type Position, splitPosition } from "../iut/protocol.ts";
import { familyOf } from "../pki/test-pki.ts";
import type { CipherSuite } from "../wire/code-points.ts";
import type { Case } from "./case.ts";
import { followsFamily } from "./family.ts";
import { type FormatName, formatsByName, type SchemeName, type SuiteName, schemeOf, suiteOf } from "./parameters.ts";

/** A case with everything that it is run with. */
export interface Instance {
  readonly script: Case;
  /** `ID[server,sha384]`: only parameters that the case names are in it. */
  readonly id: string;
  readonly position: Position;
  readonly suite: SuiteName;
  readonly scheme: SchemeName;
  readonly cipherSuite: CipherSuite;
  /** Of the attestation, where there is any. */
  readonly format: FormatName;
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
  const supportedSchemes = (Object.keys(schemeOf) as SchemeName[]).filter((name) => supports.signatureSchemes.includes(schemeOf[name]));
  const suites: readonly SuiteName[] = script.cipherSuites ?? [supportedSuites[0] ?? "sha256"];
  const schemes: readonly SchemeName[] = script.schemes ?? [supportedSchemes[0] ?? "p256"];
  const supportedFormats = (Object.keys(formatsByName) as FormatName[]).filter((name) => supportsFormat(supports, name));
  const ofModel = supportedFormats.find((name) => formatsByName[name].model === (script.model ?? "background-check"));
  const formats: readonly FormatName[] = script.formats ?? [
    script.format ?? ofModel ?? (script.model === "passport" ? "ear-jwt" : "eat-cwt"),
  ];
  const instances: Instance[] = [];
  for (const side of script.sides) {
    for (const suite of suites) {
      for (const [scheme, format] of schemes.flatMap((scheme) => formats.map((format) => [scheme, format] as const))) {
        const position: Position = `${script.iut}/${side}`;
        const unsupported =
          lacking(script, hello, can) ??
          positionsOf(script, side)
            .map((needed) => (supports.positions.includes(needed) ? undefined : `position ${needed}`))
            .find(Boolean) ??
          (supportedSuites.includes(suite) ? undefined : `cipher suite ${suiteOf[suite]}`) ??
          [scheme, ...namedFamilies(script)]
            .filter((name) => !supportedSchemes.includes(name))
            .map((name) => `signature scheme ${name}`)[0] ??
          (attests(script) ? unknownFormat([format, ...namedFormats(script)], supportedFormats) : undefined);
        const cipherSuite = suiteOf[suite];
        instances.push({
          script,
          id: instanceId(script, side, suite, scheme, format),
          position,
          suite,
          scheme,
          cipherSuite,
          format,
          unsupported,
        });
      }
    }
  }
  return instances;
}

function lacking(script: Case, { supports }: Hello, can: Driver["can"]): string | undefined {
  const model = script.model ?? "background-check";
  if (attests(script) && !supports.models.includes(model)) return `model ${model}`;
  const features = [...script.features, ...(script.abilities.has("get-context") ? ["get-context"] : [])];
  const feature = features.find((name) => !supports.features.includes(name));
  if (feature !== undefined) return `feature ${feature}`;
  const ability = [...script.abilities].find((name) => !can.has(name));
  if (ability !== undefined) return `not observable at an endpoint: ${ability}`;
  return undefined;
}

function attests({ attested, steps }: Case): boolean {
  return attested || steps.some((step) => "authenticate" in step && step.authenticate.by === "iut" && step.authenticate.attestation);
}

function supportsFormat({ evidence, results }: Hello["supports"], name: FormatName): boolean {
  const { model, mediaType } = formatsByName[name];
  return (model === "passport" ? results : evidence).includes(mediaType);
}

function unknownFormat(needed: readonly FormatName[], supported: readonly FormatName[]): string | undefined {
  const name = needed.find((candidate) => !supported.includes(candidate));
  if (name === undefined) return undefined;
  const { model, mediaType } = formatsByName[name];
  return `${model === "passport" ? "Attestation Results" : "Evidence"} ${mediaType}`;
}

/** Formats that the script names beside that of the instance. */
function namedFormats(script: Case): FormatName[] {
  return script.steps.flatMap((step) => {
    const { format, second } = ("authenticate" in step && step.authenticate.attestation) || {};
    return [format, second].filter((name) => name !== undefined);
  });
}

// A script that has the implementation play both roles needs both on the same side of the connection.
function positionsOf(script: Case, side: "client" | "server"): Position[] {
  const roles: Case["iut"][] = script.abilities.has("both-roles") ? ["attester", "relying-party"] : [script.iut];
  return roles.map((role): Position => `${role}/${side}`);
}

/** Families of keys that the script names for the implementation to use, or to verify with: it is given no others than it declares. */
function namedFamilies(script: Case): SchemeName[] {
  return script.steps.flatMap((step): SchemeName[] => {
    if ("request" in step && step.request.by === "iut") return step.request.signatureSchemes ?? [];
    if (!("authenticate" in step)) return [];
    const { by, identity, attestation } = step.authenticate;
    return [by === "iut" ? identity : undefined, attestation?.key, attestation?.signer].flatMap((name) =>
      name && !followsFamily(name) ? [familyOf(name)] : [],
    );
  });
}

/** The instance of the control on the same kind of connection. */
export function controlInstance(instance: Instance, control: Case): Instance {
  const { position, suite, scheme, format } = instance;
  return { ...instance, script: control, id: instanceId(control, splitPosition(position).side, suite, scheme, format) };
}

// Only what the case names is in its id: it is stable when the preference of an implementation is not.
function instanceId({ id, cipherSuites, schemes, formats }: Case, side: string, suite: SuiteName, scheme: SchemeName, format: FormatName) {
  return `${id}[${[side, ...(cipherSuites ? [suite] : []), ...(schemes ? [scheme] : []), ...(formats ? [format] : [])].join()}]`;
}
