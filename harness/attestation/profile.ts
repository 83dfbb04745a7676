import { z } from "zod";

const label = z.union([z.number().int(), z.string().min(1)]);

/**
 * What the drafts leave open, and the revision they are read at: the `Profile` of docs/iut-protocol.md. Each member names its entry
 * of the ambiguity register.
 */
export const profileSchema = z.strictObject({
  revision: z.enum(["draft-fossati-seat-expat-02", "draft-fossati-seat-expat-03"]).default("draft-fossati-seat-expat-03"),
  /** code-point: the extension number of cmw_attestation. */
  cmwAttestation: z.number().int().min(0).max(0xffff).default(0xff00),
  /** exporter-label: "Attestation" in expat section 5.1, "Attestation Binding" in section 4. */
  exporterLabel: z.string().min(1).default("Attestation"),
  /** Bytes of the exported value. */
  exporterLength: z.number().int().min(1).max(255).default(32),
  /** public-key-encoding: SubjectPublicKeyInfo DER, or the subjectPublicKey bits alone. */
  publicKey: z.enum(["spki-der", "raw"]).default("spki-der"),
  /** claim-placement: where the binding stands in Evidence. */
  evidenceNonce: z.strictObject({ cwt: label, jwt: label }).default({ cwt: 10, jwt: "eat_nonce" }),
  /** claim-placement: where AIK_pub_hash stands in Evidence. */
  aikHashClaim: z.strictObject({ cwt: label, jwt: label }).default({ cwt: -65537, jwt: "aik_pub_hash" }),
});

export type Profile = z.infer<typeof profileSchema>;

export const defaultProfile: Profile = profileSchema.parse({});
