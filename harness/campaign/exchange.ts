import fc from "fast-check";
import type { Hello, Position } from "../iut/protocol.ts";
import { signerOf } from "../scenario/attestation-inputs.ts";
import { type FormatName, formatsByName, type SchemeName, type SuiteName, schemeOf, suiteOf } from "../scenario/parameters.ts";
import type { AuthenticateStep, RequestStep } from "../scenario/schema.ts";

/** A valid exchange: what it is played with, and the inputs of its steps where they are not the default. */
export interface Exchange {
  readonly position: Position;
  readonly suite: SuiteName;
  readonly scheme: SchemeName;
  /** undefined: nothing is attested. */
  readonly format: FormatName | undefined;
  readonly request: Pick<RequestStep, "context" | "signatureSchemes" | "mutate">;
  readonly attestation: AuthenticateStep["attestation"];
  /** undefined: the usual one of the scheme, with one certificate between it and the root. */
  readonly identity?: string | undefined;
}

/** What an implementation declares, as names of the scenario language. */
export interface Repertoire {
  readonly positions: readonly Position[];
  readonly suites: readonly SuiteName[];
  readonly schemes: readonly SchemeName[];
  readonly formats: readonly FormatName[];
  readonly features: readonly string[];
}

/** The part of an implementation's declaration that exchanges are made of. */
export function repertoireOf({ supports }: Hello): Repertoire {
  const names = <Name extends string>(table: Readonly<Record<Name, unknown>>) => Object.keys(table) as Name[];
  return {
    positions: supports.positions,
    suites: names(suiteOf).filter((name) => supports.cipherSuites.includes(suiteOf[name])),
    schemes: names(schemeOf).filter((name) => supports.signatureSchemes.includes(schemeOf[name])),
    formats: names(formatsByName).filter((name) => {
      const { model, mediaType } = formatsByName[name];
      return supports.models.includes(model) && (model === "passport" ? supports.results : supports.evidence).includes(mediaType);
    }),
    features: supports.features,
  };
}

/** All lengths; the shortest and the longest, which are special to some, come more often than by chance. */
const contexts = fc.oneof(
  { weight: 10, arbitrary: fc.uint8Array({ minLength: 0, maxLength: 255, size: "max" }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 255, maxLength: 255, size: "max" }) },
);

/** True in one of six. */
const sometimes = fc.nat(5).map((choice) => choice === 1);

/** Code points that nobody has registered for extensions (RFC 8701 has some of them reserved just for this). */
const UNKNOWN_EXTENSIONS = [0x0a0a, 0x1a1a, 0xdada, 64250, 64251, 64252];

/**
 * Valid exchanges of one position and format, over all that may be chosen beside it: cipher suite, scheme, context of 0 to 255 bytes,
 * schemes offered in any order, extensions that nobody knows, chains of two lengths, encoding and form of the CMW.
 */
export function exchanges(
  position: Position,
  format: FormatName | undefined,
  { suites, schemes, formats, features }: Repertoire,
): fc.Arbitrary<Exchange> {
  const asksItself = position.startsWith("attester");
  const wrappers = wrapperChoices(asksItself, format, formats, features);
  return fc
    .record({
      suite: fc.constantFrom(...suites),
      scheme: fc.constantFrom(...schemes),
      others: fc.subarray([...schemes]),
      rotate: fc.nat(5),
      context: contexts,
      isDeep: fc.record({ identity: sometimes, attestation: sometimes }),
      unknown: fc.array(unknownExtension(), { maxLength: asksItself ? 3 : 0 }),
      reversed: asksItself ? fc.boolean() : fc.constant(false),
      wrapper: fc.constantFrom(...wrappers),
    })
    .map(({ suite, scheme, others, rotate, context, unknown, reversed, wrapper, isDeep }) => {
      const offered = [scheme, ...others.filter((name) => name !== scheme)];
      const turned = [...offered.slice(rotate % offered.length), ...offered.slice(0, rotate % offered.length)];
      const distinct = unknown.filter(({ value }, index) => unknown.findIndex((other) => other.value.type === value.type) === index);
      const mutate = [...distinct, ...(reversed ? [{ at: "extensions.list", op: "reverse" as const, reseal: true }] : [])];
      return {
        position,
        suite,
        scheme,
        format,
        request: {
          context: { hex: Buffer.from(context).toString("hex") },
          // An offer of one scheme alone is the default.
          ...(turned.length > 1 && { signatureSchemes: turned }),
          ...(mutate.length > 0 && distinct.length + Number(format !== undefined) > 0 && { mutate }),
        },
        attestation: wrapper && isDeep.attestation && isEvidence(format) ? { ...wrapper, key: deepSigner(scheme) } : wrapper,
        ...(isDeep.identity && { identity: `identity-deep-${scheme}` }),
      };
    });
}

function isEvidence(format: FormatName | undefined): boolean {
  return format !== undefined && formatsByName[format].model === "background-check";
}

// An attestation key with more certificates between it and the root.
function deepSigner(scheme: SchemeName): string {
  return signerOf("attestation", scheme).replace("attestation-", "attestation-deep-");
}

function unknownExtension() {
  return fc
    .record({ type: fc.constantFrom(...UNKNOWN_EXTENSIONS), data: fc.uint8Array({ maxLength: 12 }), last: fc.boolean() })
    .map(({ type, data, last }) => ({
      at: "extensions.list",
      op: last ? ("extend" as const) : ("insert" as const),
      ...(!last && { index: 0 }),
      value: { name: `unknown${type}`, type, data: { hex: Buffer.from(data).toString("hex") } },
      reseal: true,
    }));
}

// How the CMW may be written that an implementation can make (as attester) or read.
function wrapperChoices(
  asksItself: boolean,
  format: FormatName | undefined,
  formats: readonly FormatName[],
  features: readonly string[],
): AuthenticateStep["attestation"][] {
  if (format === undefined) return [undefined];
  const wrappers: NonNullable<AuthenticateStep["attestation"]>[] = [{ cmw: "cbor" }, { cmw: "json" }];
  // A tag has no indicator: whether it holds Evidence or a result, the texts do not say where one type serves both (open point cmw-indicator-absent).
  if (features.includes("cmw-tag"))
    wrappers.push(formatsByName[format].model === "passport" ? { cmw: "cbor" } : { cmw: "cbor", form: "tag" });
  if (features.includes("cmw-collection")) {
    for (const cmw of ["cbor", "json"] as const) {
      wrappers.push({ cmw, form: "collection" });
      if (asksItself || formatsByName[format].model === "passport") continue;
      const evidence = formats.filter((name) => formatsByName[name].model === "background-check");
      wrappers.push(...evidence.map((second) => ({ cmw, form: "collection" as const, second })));
    }
  }
  return wrappers;
}
