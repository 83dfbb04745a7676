import type { EvidenceFormat } from "./evidence.ts";
import { eatCwt } from "./evidence-eat-cwt.ts";

/** Every format of Evidence that the suite speaks, by media type. */
export const evidenceFormats: ReadonlyMap<string, EvidenceFormat> = new Map([[eatCwt.mediaType, eatCwt]]);
