import type { Topic } from "../topic.ts";
import { bindings } from "./bindings.ts";
import { evidenceCwt } from "./evidence-cwt.ts";
import { exchanges } from "./exchanges.ts";
import { exporter } from "./exporter.ts";

/** All topics, in the order of an exchange: one file of vectors each. */
export const topics: readonly Topic[] = [exporter, bindings, evidenceCwt, exchanges];
