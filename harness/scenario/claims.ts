import { mediaTypes } from "../attestation/formats.ts";
import { featureNames } from "../iut/protocol.ts";
import { hashLength } from "../wire/code-points.ts";
import type { Deviation } from "./answers.ts";
import { schemeOf, suiteOf } from "./parameters.ts";
import type { ScriptRun } from "./script-run.ts";

/** What an implementation claims in `hello` (docs/iut-protocol.md), where no exchange shows whether it holds. */

/** A kind of claim: which ones can be at all, and which ones this suite asks for. */
interface Claim {
  readonly what: string;
  readonly declared: readonly (string | number)[];
  readonly known: readonly (string | number)[];
  /** Of a registry that others keep, what is well formed: it may be there though this suite does not know it. */
  readonly possible?: (value: string | number) => boolean;
  readonly form?: string;
}

/**
 * Looks at what the IUT says of itself. A claim of what cannot be is a deviation; one of what this suite does not know is observed by
 * name, since nothing shows that it holds.
 */
export function lookAtHello(run: ScriptRun): Deviation | undefined {
  const { supports } = run.driver.hello;
  // Names ignore case, and parameters may stand behind them (RFC 6838 sections 4.2 and 4.3).
  const isMediaType = (value: string | number) =>
    /^(application|text|message|model|multipart)\/[a-z0-9][a-z0-9!#$&^_.+-]*(\s*;.*)?$/i.test(String(value));
  const mediaType = { possible: isMediaType, form: "a media type" };
  const claims: readonly Claim[] = [
    { what: "feature", declared: supports.features, known: featureNames },
    { what: "model", declared: supports.models, known: ["background-check", "passport"] },
    {
      what: "cipher suite",
      declared: supports.cipherSuites,
      known: Object.values(suiteOf),
      possible: (value) => /^TLS(_[A-Z0-9]+){2,}$/.test(String(value)),
      form: "an IANA name such as TLS_AES_128_GCM_SHA256",
    },
    {
      what: "signature scheme",
      declared: supports.signatureSchemes,
      known: Object.values(schemeOf),
      possible: (value) => Number(value) > 0 && Number(value) <= 0xffff,
      form: "a code point of two octets",
    },
    { what: "Evidence", declared: supports.evidence, known: mediaTypes("background-check"), ...mediaType },
    { what: "Attestation Results", declared: supports.results, known: mediaTypes("passport"), ...mediaType },
  ];
  const named = claims.flatMap(({ what, declared, known, possible, form }) =>
    declared
      .filter((value) => !known.includes(value))
      .map((value) => ({
        name: `${what} ${JSON.stringify(value)}`,
        possible: possible?.(value),
        form: form ?? `one of ${known.join(", ")}`,
      })),
  );
  const impossible = named.filter(({ possible }) => possible !== true);
  if (impossible.length > 0) {
    const expected = impossible.map(({ name, form }) => `${name} to be ${form}`).join("; ");
    return { expected, found: `hello declares what the protocol does not know: ${impossible.map(({ name }) => name).join(", ")}` };
  }
  if (named.length > 0) run.observation = `declares what no check of this suite asks for: ${named.map(({ name }) => name).join(", ")}`;
  return undefined;
}

/**
 * Asks for a value of the exporter of the IUT, as the explanation of a failure may. That there is one is judged; what it is is not ("export"
 * never judges). Throws what the driver throws.
 */
export async function askExport(run: ScriptRun, on = "main"): Promise<Deviation | undefined> {
  const connection = await run.connect(on);
  const { hash } = connection.channel;
  const value = await connection.export(`EXPORTER-${run.iutSide} authenticator handshake context`, new Uint8Array(0), hashLength[hash]);
  return value.length === hashLength[hash] ? undefined : { expected: `${hashLength[hash]} bytes`, found: `${value.length} bytes` };
}
