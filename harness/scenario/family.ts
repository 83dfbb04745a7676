import { signerOf } from "./attestation-inputs.ts";
import type { SchemeName } from "./parameters.ts";
import type { Step } from "./schema.ts";

/**
 * Entities of the test PKI are named in scripts with FAMILY for the family of the instance, as in `identity-expired-FAMILY`: so a case runs with
 * whatever the implementation supports.
 */
const ENTITY = /^([a-z0-9-]+)-FAMILY(?=$|\.)/;

/** True for the name of an entity that follows the family of the instance. */
export function followsFamily(name: string): boolean {
  return ENTITY.test(name);
}

/** The steps with the names of entities for a scheme. */
export function inFamily(steps: readonly Step[], scheme: SchemeName): readonly Step[] {
  return replaced(steps, scheme) as readonly Step[];
}

function replaced(value: unknown, scheme: SchemeName): unknown {
  if (typeof value === "string") return value.replace(ENTITY, (_, kind: string) => `${kind}-${familyFor(kind, scheme)}`);
  if (Array.isArray(value)) return value.map((element) => replaced(element, scheme));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, replaced(field, scheme)]));
}

// Of RSA, keys that sign tokens know one family only.
function familyFor(kind: string, scheme: SchemeName): string {
  return /(^|-)(attestation|result)(-|$)/.test(kind) ? signerOf("result", scheme).replace("result-", "") : scheme;
}
