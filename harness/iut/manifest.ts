import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { payloadAdapters } from "../attestation/payload.ts";
import { carriers } from "../carrier/carrier.ts";
import { InputError } from "../input/input-error.ts";
import { readYaml } from "../input/yaml-file.ts";
import { positions } from "./protocol.ts";

const carrier = z.enum([...carriers.keys()] as [string, ...string[]]).describe("how requests and authenticators are framed");
const payload = z.enum([...payloadAdapters.keys()] as [string, ...string[]]).describe("what cmw_data holds; `cmw` is what the draft says");
const command = z.array(z.string()).min(1).describe("program and arguments, started in the folder of the manifest");

const endpointSchema = z
  .strictObject({
    position: z.enum(positions),
    host: z.string().default("127.0.0.1"),
    port: z.number().int().min(1).max(65535).optional().describe("of a product that is running; or where we wait for one that dials"),
    command: command
      .optional()
      .describe(
        "starts the product; {host} {port}, PEM files {identityCert} {identityKey} {identityRoot} {attestationChain} {attestationKey} {attestationRoot} {handshakeRoot}, and {ueid} {measurement} are filled in",
      ),
    ready: z.string().min(1).optional().describe("text on its stdout that says that it listens"),
    carrier: carrier.optional(),
    payload: payload.optional(),
    accepts: z
      .enum(["application-data", "open"])
      .optional()
      .describe("how a relying party shows acceptance: it sends application data, or it answers a probe"),
    probe: z
      .string()
      .regex(/^([0-9a-f]{2})+$/)
      .optional()
      .describe("hexadecimal: what is sent to see whether it is still open"),
    supports: z.strictObject({
      cipherSuites: z.array(z.string()).min(1),
      signatureSchemes: z.array(z.number().int()).min(1),
      models: z.array(z.string()).default([]),
      evidence: z.array(z.string()).default([]),
    }),
    trust: z
      .strictObject({
        identity: z.array(z.string()).min(1).describe("PEM files: roots of its end-entity certificate"),
        attestation: z.array(z.string()).default([]).describe("PEM files: roots of its attestation key"),
      })
      .optional()
      .describe("default: the test PKI, which the command was given; without a command paths are not judged"),
  })
  .refine(({ position, accepts }) => position.startsWith("attester") || accepts !== undefined, {
    path: ["accepts"],
    error: "of a relying party the manifest must say how it shows acceptance",
  })
  .refine(({ accepts, probe }) => accepts !== "open" || probe !== undefined, {
    path: ["probe"],
    error: "`accepts: open` needs the probe that it answers while it is open",
  });

/** What iut.yaml says: how to build and start an implementation, as a shim or as an endpoint. */
export const manifestSchema = z
  .strictObject({
    name: z.string().min(1),
    build: z.string().optional().describe("a shell command, run in the folder of the manifest before it is started"),
    command: command.optional().describe("the shim: a program that speaks docs/iut-protocol.md"),
    endpoint: endpointSchema.optional(),
    carrier: carrier.default("bare"),
    payload: payload.default("cmw"),
    baseline: z.string().optional().describe("a file of known deviations, below the folder of the manifest"),
    environment: z.record(z.string(), z.string()).optional(),
  })
  .refine((value) => value.command !== undefined || value.endpoint !== undefined, { error: "expected `command` or `endpoint`" });

export type EndpointSection = z.output<typeof endpointSchema>;

/** A manifest with the folder that its paths start from. */
export type Manifest = z.output<typeof manifestSchema> & { readonly folder: string; readonly file: string };

/** Reads the manifest at `path`, a folder that holds iut.yaml or the file itself. Throws InputError. */
export function readManifest(path: string): Manifest {
  if (!existsSync(path))
    throw new InputError(`${path}: no such file or folder; --iut takes a folder with an iut.yaml, the file, or "reference"`);
  const file = statSync(path).isDirectory() ? join(path, "iut.yaml") : path;
  return { ...readYaml(file, manifestSchema), file, folder: resolve(dirname(file)) };
}
