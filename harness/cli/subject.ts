import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type PayloadAdapter, payloadAdapters } from "../attestation/payload.ts";
import { defaultProfile, type Profile, profileSchema } from "../attestation/profile.ts";
import { type Carrier, carriers } from "../carrier/carrier.ts";
import { InputError } from "../input/input-error.ts";
import { readYaml } from "../input/yaml-file.ts";
import { IutFailure, withLastWords } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Driver } from "../iut/driver.ts";
import { startEndpoint } from "../iut/endpoint.ts";
import { type EndpointSection, type Manifest, readManifest } from "../iut/manifest.ts";
import { track } from "../iut/process.ts";
import { RpcError } from "../iut/rpc-error.ts";
import { Shim } from "../iut/shim.ts";
import { Reference } from "../reference/reference.ts";
import type { Anchors } from "../scenario/script-run.ts";
import type { Bytes } from "../wire/bytes.ts";
import { UsageError } from "./problem.ts";

/** What is tested, and how it is started. */
export interface Subject {
  /** As the manifest names it; `reference`; or the address of an endpoint. */
  readonly name: string;
  /** As the user named it: for messages and for commands that replay a case. */
  readonly path: string;
  /** The address that was given; true: the endpoint as the manifest describes it; undefined: not an endpoint. */
  readonly endpoint: string | true | undefined;
  readonly payload: PayloadAdapter;
  readonly anchors: Anchors | undefined;
  /** The baseline that the manifest names. */
  readonly baseline: string | undefined;
  /** Runs the manifest's build command, if it has one and the options do not forbid it. Throws UsageError where it fails. */
  readonly build: () => Promise<void>;
  /** One process of it, or the product. Throws IutFailure or RpcError where it cannot be started. */
  readonly start: () => Promise<Driver>;
}

export interface SubjectOptions {
  readonly iut: string;
  /** host:port, true where the flag has no value, undefined where it is absent. */
  readonly endpoint?: string | true | undefined;
  readonly timeout: number;
  readonly build: boolean;
}

/** Starts what is ready already, and from the second time on another one. */
export function startedBefore(first: Driver | undefined, start: () => Promise<Driver>): () => Promise<Driver> {
  let ready = first;
  return async () => {
    const driver = ready ?? (await start());
    ready = undefined;
    return driver;
  };
}

/** The profile that a file describes; the default one without a file. Throws InputError. */
export function readProfile(file: string | undefined): Profile {
  return file === undefined ? defaultProfile : readYaml(file, profileSchema);
}

/** Finds out what the options speak of; starts nothing yet. Throws UsageError or InputError. */
export function resolveSubject(options: SubjectOptions, profile: Profile): Subject {
  if (options.endpoint !== undefined) return endpointSubject(options, options.endpoint);
  if (options.iut === "reference") {
    const start = () => greet(new Reference(), profile);
    return {
      name: "reference",
      path: "reference",
      endpoint: undefined,
      payload: adapter("cmw"),
      anchors: undefined,
      baseline: undefined,
      build: async () => {},
      start,
    };
  }
  const manifest = readManifest(options.iut);
  const { command, folder, environment } = manifest;
  if (command === undefined) return endpointSubject(options, true);
  return {
    name: manifest.name,
    path: options.iut,
    endpoint: undefined,
    payload: adapter(manifest.payload),
    anchors: undefined,
    baseline: manifest.baseline && join(folder, manifest.baseline),
    build: () => build(manifest, options),
    start: async () => {
      const shim = new Shim({ command, cwd: folder, environment, timeoutMs: options.timeout });
      try {
        return await greet(shim, profile);
      } catch (error) {
        await shim.stop();
        throw withLastWords(startFailure(manifest, error), shim.diagnostics());
      }
    },
  };
}

/** For an endpoint that is named by its address alone. */
const PLAIN_ENDPOINT: Omit<EndpointSection, "host" | "port"> = {
  position: "attester/server",
  supports: {
    cipherSuites: ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
    signatureSchemes: [1027],
    models: ["background-check"],
    evidence: ["application/eat+cwt"],
  },
};

function endpointSubject(options: SubjectOptions, address: string | true): Subject {
  const manifest = options.iut === "reference" ? undefined : readManifest(options.iut);
  const endpoint =
    address === true ? manifest?.endpoint : { ...(manifest?.endpoint ?? PLAIN_ENDPOINT), ...parseAddress(address), command: undefined };
  if (endpoint === undefined) {
    throw new UsageError(`--endpoint needs host:port, or an --iut whose manifest has an endpoint section (${options.iut} has none)`);
  }
  const described: Manifest = manifest ?? {
    name: String(address),
    carrier: "bare",
    payload: "cmw",
    folder: process.cwd(),
    file: "(--endpoint)",
  };
  const carrier = carriers.get(endpoint.carrier ?? described.carrier) as Carrier;
  return {
    name: described.name,
    path: options.iut,
    endpoint: address,
    payload: adapter(endpoint.payload ?? described.payload),
    anchors: anchorsOf(endpoint, described),
    baseline: manifest?.baseline && join(manifest.folder, manifest.baseline),
    build: async () => {
      if (address === true && manifest) await build(manifest, options);
    },
    start: () => startEndpoint(described, endpoint, carrier),
  };
}

function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65535) throw new UsageError(`--endpoint ${text}: expected host:port, such as 127.0.0.1:8443`);
  return { host: match[1] ?? match[2] ?? "", port };
}

function adapter(name: string): PayloadAdapter {
  const found = payloadAdapters.get(name);
  if (found === undefined) throw new UsageError(`no payload adapter "${name}"; there are ${[...payloadAdapters.keys()].join(", ")}`);
  return found;
}

function anchorsOf({ trust, command }: EndpointSection, { folder, file }: Manifest): Anchors | undefined {
  // What we start is given the test PKI; of what is running we know what the manifest says.
  if (trust === undefined) return command === undefined ? { roots: undefined } : undefined;
  const read = (name: string): Bytes => {
    const path = resolve(folder, name);
    try {
      return new X509Certificate(readFileSync(path)).raw;
    } catch (error) {
      throw new InputError(`${file}: endpoint.trust: ${path}: ${(error as Error).message}`);
    }
  };
  return { roots: { pkix: trust.identity.map(read), attestation: trust.attestation.map(read) } };
}

function startFailure({ file }: Manifest, error: unknown): unknown {
  if (error instanceof RpcError) return new IutFailure("start", `${file}: "hello": ${error.describe()}`);
  return error instanceof IutFailure ? new IutFailure(error.kind, `${file}: ${error.message}`) : error;
}

async function build(manifest: Manifest, options: SubjectOptions): Promise<void> {
  if (manifest.build === undefined || !options.build) return;
  // What it prints is no result: it goes to stderr, so that stdout can be piped. A group of its own, so that Ctrl-C ends all of it.
  const child = spawn(manifest.build, { cwd: manifest.folder, shell: true, stdio: ["ignore", 2, "pipe"], detached: true });
  track(child);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    process.stderr.write(text);
    said = (said + text).slice(-4096);
  });
  const end = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}`));
  });
  if (end !== undefined)
    throw new UsageError(`${manifest.file}: building failed: ${JSON.stringify(manifest.build)} ${end}${lastLine(said)}`);
}

// What a build script says at its end is why: `needs cargo of the Rust toolchain`.
function lastLine(text: string): string {
  const line = text.trim().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? "" : `: ${line.slice(0, 200)}`;
}
