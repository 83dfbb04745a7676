import { z } from "zod";

/** The seals of the build: signatures and the MAC. A test holds them against the list of stages. */
export const sealNames = [
  "evidence-signature",
  "second-evidence-signature",
  "result-signature",
  "cmw-signature",
  "certificate-verify",
  "finished",
] as const;

/**
 * One edit of what the harness sends, as data. `at` names a stage and a field of its value: `certificate.entries.0.extensions`,
 * `claims.nonce.value`. Two endings speak of the encoded bytes of a stage: `….length` (a length prefix, left inconsistent with the
 * content) and `STAGE.bytes` (all bytes of the stage's message).
 */
export const mutationSchema = z.strictObject({
  at: z.string().regex(/^[a-z-]+(\.[A-Za-z0-9]+)*$/, "expected a stage and a field, such as certificate.entries.0.extensions"),
  op: z.enum(["replace", "drop", "duplicate", "reverse", "truncate", "extend", "flip", "insert", "overwrite", "add"]),
  /** replace, extend, insert, overwrite: the new value; see docs/writing-a-scenario.md for its forms. */
  value: z.unknown().optional(),
  /** truncate: bytes or elements to take off the end. add: what to add to a number or a length prefix (may be negative). */
  by: z.number().int().optional(),
  /**
   * flip: the bit to flip, counted from the first byte's most significant one. insert, overwrite: the element or byte. Negative counts
   * from the end.
   */
  index: z.number().int().optional(),
  /**
   * Which seals behind the edit are computed again over the altered bytes: all (true), none (false: kept from the unaltered build), or
   * those named.
   */
  reseal: z.union([z.boolean(), z.array(z.enum(sealNames))]).default(true),
});

export type Mutation = z.infer<typeof mutationSchema>;

/** A value that rests on what the build itself will have made when the edit is reached. */
export class Deferred {
  /** `resolve` is given a way to look up `STAGE`, `STAGE.FIELD…` and `STAGE.bytes`, which throws MutationError where there is none. */
  constructor(readonly resolve: (lookUp: (path: string) => unknown) => unknown) {}
}
