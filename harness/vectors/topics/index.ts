import type { Topic } from "../topic.ts";
import { attestationResults } from "./attestation-results.ts";
import { authenticators } from "./authenticators.ts";
import { bindings } from "./bindings.ts";
import { cmw } from "./cmw.ts";
import { emptyAndSpontaneous } from "./empty-and-spontaneous.ts";
import { evidenceCwt } from "./evidence-cwt.ts";
import { evidenceJwt } from "./evidence-jwt.ts";
import { exchanges } from "./exchanges.ts";
import { exporter } from "./exporter.ts";
import { requests } from "./requests.ts";
import { transcript } from "./transcript.ts";

/** All topics, in the order of an exchange: one file of vectors each. */
export const topics: readonly Topic[] = [
  exporter,
  transcript,
  requests,
  authenticators,
  emptyAndSpontaneous,
  bindings,
  evidenceCwt,
  evidenceJwt,
  cmw,
  attestationResults,
  exchanges,
];
