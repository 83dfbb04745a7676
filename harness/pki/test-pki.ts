import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parsePrivateKey } from "../authenticator/certificate.ts";
import { packageRoot } from "../paths.ts";
import type { Bytes } from "../wire/bytes.ts";
import { SignatureScheme } from "../wire/code-points.ts";

/** A certificate of the test PKI with its key. */
export interface PkiEntity {
  readonly name: string;
  readonly certificate: Bytes;
  /** Leaf first, up to but without the root; a root or a self-signed certificate stands alone. */
  readonly chain: readonly Bytes[];
  /** PKCS #8 DER. */
  readonly pkcs8: Bytes;
  readonly key: KeyObject;
}

const fileSchema = z.record(
  z.string(),
  z
    .strictObject({
      issuer: z.string(),
      certificate: z.base64(),
      key: z.base64().optional(),
      keyOf: z.string().optional().describe("another entity, whose key is certified here"),
    })
    .refine(({ key, keyOf }) => (key === undefined) !== (keyOf === undefined), { error: "expected either key or keyOf" }),
);

// The entities of every exchange, and chains with one thing in them that path validation must notice (scripts/make-path-pki.mjs).
const FILES = ["test-pki.json", "path-pki.json"];

/** The kinds of roots that the test PKI has. */
export type RootKind = "identity" | "attestation" | "result" | "handshake";

/**
 * Families of keys, in the order of preference, with the TLS SignatureScheme that each serves. A chain is of one family throughout, so
 * that it fits a request that offers this scheme alone.
 */
export const families = {
  p256: SignatureScheme.ecdsaSecp256r1Sha256,
  ed25519: SignatureScheme.ed25519,
  "rsa-pss-sha256": SignatureScheme.rsaPssRsaeSha256,
  p384: SignatureScheme.ecdsaSecp384r1Sha384,
  "rsa-pss-sha384": SignatureScheme.rsaPssRsaeSha384,
  "rsa-pss-sha512": SignatureScheme.rsaPssRsaeSha512,
} as const;

export type Family = keyof typeof families;

/** The first family whose scheme is among `schemes`; p256 where none is. */
export function familyFor(schemes: readonly number[]): Family {
  return (Object.keys(families) as Family[]).find((family) => schemes.includes(families[family])) ?? "p256";
}

/** The family of an entity: the end of its name, or p256 for those that are named for something else. */
export function familyOf(name: string): Family {
  return (Object.keys(families) as Family[]).find((family) => name.endsWith(`-${family}`)) ?? "p256";
}

/** The roots of one kind, of all families. */
export function roots(kind: RootKind): Bytes[] {
  entities ??= load();
  const found =
    rootsOf.get(kind) ?? [...entities].flatMap(([name, entity]) => (name.startsWith(`${kind}-root-`) ? [entity.certificate] : []));
  rootsOf.set(kind, found);
  return [...found];
}

const rootsOf = new Map<RootKind, Bytes[]>();

let entities: ReadonlyMap<string, PkiEntity> | undefined;

/** The names of all entities. */
export function pkiNames(): string[] {
  entities ??= load();
  return [...entities.keys()];
}

/** The entity of that name in pki/ (made by scripts/make-pki.mjs and make-path-pki.mjs). Throws RangeError where there is none. */
export function pki(name: string): PkiEntity {
  entities ??= load();
  const entity = entities.get(name);
  if (entity === undefined) throw new RangeError(`no "${name}" in the test PKI (docs/writing-a-scenario.md lists what it holds)`);
  return entity;
}

function load(): ReadonlyMap<string, PkiEntity> {
  const file: z.output<typeof fileSchema> = {};
  for (const name of FILES) {
    const held = fileSchema.parse(JSON.parse(readFileSync(join(packageRoot, "pki", name), "utf8")));
    const twice = Object.keys(held).find((entity) => entity in file);
    if (twice !== undefined) throw new RangeError(`"${twice}" stands in two files of the test PKI`);
    Object.assign(file, held);
  }
  const der = (base64: string): Bytes => Buffer.from(base64, "base64");
  const chainOf = (name: string): Bytes[] => {
    const entry = file[name];
    if (entry === undefined) throw new RangeError(`no issuer "${name}" in the test PKI`);
    const isRoot = file[entry.issuer]?.issuer === entry.issuer;
    return [der(entry.certificate), ...(entry.issuer === name || isRoot ? [] : chainOf(entry.issuer))];
  };
  const keyOf = (name: string): Bytes => {
    const { key, keyOf: other } = file[name] ?? {};
    if (key !== undefined) return der(key);
    if (other === undefined) throw new RangeError(`no key of "${name}" in the test PKI`);
    return keyOf(other);
  };
  return new Map(
    Object.entries(file).map(([name, { certificate }]) => {
      const pkcs8 = keyOf(name);
      const entity: PkiEntity = {
        name,
        certificate: der(certificate),
        chain: chainOf(name),
        pkcs8,
        // Few of the many keys are used in a run, and reading one costs more than all else here.
        get key() {
          return parsePrivateKey(pkcs8);
        },
      };
      return [name, entity];
    }),
  );
}
