import { type ResultFormat, type ResultStatus, resultStatuses } from "./format.ts";
import type { Claims, Envelope, Field } from "./token.ts";

/** The profile that an EAR names (draft-ietf-rats-ear section 3). */
const EAR_PROFILE = "tag:ietf.org,2026:rats/ear#03";

const DEVELOPER = "https://example.org/expat-conformance";

/** The tiers as numbers, which CBOR holds; JSON holds their names (draft-ietf-rats-ar4si section 3.2). */
const TIERS: Readonly<Record<ResultStatus, number>> = { none: 0, affirming: 2, warning: 32, contraindicated: 96 };

/** Where the claims of an EAR stand in one serialisation. */
type Label = number | string;
export interface EarLabels {
  readonly [name: string]: Label;
  readonly eatProfile: Label;
  readonly issuedAt: Label;
  readonly notBefore: Label;
  readonly expires: Label;
  readonly verifierId: Label;
  readonly developer: Label;
  readonly build: Label;
  readonly submods: Label;
  readonly status: Label;
  readonly keyAttestation: Label;
}

/** What every EAR says beside its appraisal; `build` names the software that made it. Times in seconds since 1970. */
export interface EarFrame {
  readonly issuedAt: number;
  readonly notBefore?: number | undefined;
  readonly expires?: number | undefined;
  readonly build: string;
}

/** The claims of an EAR with one submodule: `appraisal` are the claims of its appraisal record but the status (draft-ietf-rats-ear section 3). */
export function earClaims(
  labels: EarLabels,
  { issuedAt, notBefore, expires, build }: EarFrame,
  submodule: { readonly name: string; readonly status: string | number; readonly appraisal: readonly Field[] },
): Field[] {
  const field = (name: string, value: Field["value"], label = labels[name] ?? name): Field => ({ name, label, value });
  const appraisal = [field("status", submodule.status), ...submodule.appraisal];
  return [
    field("eatProfile", EAR_PROFILE),
    field("issuedAt", issuedAt),
    ...(notBefore === undefined ? [] : [field("notBefore", notBefore)]),
    ...(expires === undefined ? [] : [field("expires", expires)]),
    field("verifierId", { fields: [field("developer", DEVELOPER), field("build", build)] }),
    field("submods", { fields: [field(submodule.name, { fields: appraisal }, submodule.name)] }),
  ];
}

/**
 * An Attestation Result as EAR (draft-ietf-rats-ear-04) with one submodule, and in it the attested key, as docs/iut-protocol.md has it:
 * the same claims in JWT and CWT, under the labels of each.
 */
export function earResult<Name extends string>(
  identity: Pick<ResultFormat, "mediaType" | "contentFormat" | "serialisation"> & { readonly name: Name },
  envelope: Envelope,
  labels: EarLabels,
  statusAs: "name" | "number",
): ResultFormat & { readonly name: Name } {
  const readStatus = (claims: Claims): ResultStatus | undefined =>
    resultStatuses.find((status) =>
      statusAs === "name" ? claims.text(labels.status) === status : claims.number(labels.status) === TIERS[status],
    );
  return {
    ...identity,
    model: "passport",
    envelope,

    claimFields({ status, publicKey, issuedAt, notBefore, expires }) {
      const key: Field = { name: "akpub", label: "akpub", value: publicKey };
      return earClaims(
        labels,
        { issuedAt, notBefore, expires, build: "expat-conformance" },
        {
          name: "attester",
          status: statusAs === "name" ? status : TIERS[status],
          appraisal: [{ name: "keyAttestation", label: labels.keyAttestation, value: { fields: [key] } }],
        },
      );
    },

    open(bytes) {
      const token = envelope.open(bytes);
      const claims = envelope.readClaims(token.payload);
      const submods = claims.map(labels.submods);
      const appraisals = submods?.maps() ?? [];
      return {
        ...token,
        statuses: appraisals.map(readStatus),
        overall: claims.has(labels.status) ? (readStatus(claims) ?? "unknown") : undefined,
        publicKeys: appraisals.flatMap((appraisal) => appraisal.map(labels.keyAttestation)?.bytes("akpub") ?? []),
        issuedAt: claims.number(labels.issuedAt),
        notBefore: claims.number(labels.notBefore),
        expires: claims.number(labels.expires),
        problem: problemOf(claims, submods, appraisals),
      };
    },
  };

  function problemOf(claims: Claims, submods: Claims | undefined, appraisals: readonly Claims[]): string | undefined {
    if (submods === undefined || appraisals.length === 0) return "no submodule with an appraisal";
    if (appraisals.length < submods.size) return "a submodule that is no appraisal";
    const untimely = (["issuedAt", "notBefore", "expires"] as const).find((name) => {
      const time = claims.number(labels[name]);
      return claims.has(labels[name]) && (time === undefined || !Number.isInteger(time));
    });
    return untimely === undefined ? undefined : `a time (${untimely}) that is no integer`;
  }
}
