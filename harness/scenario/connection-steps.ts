import { createHash } from "node:crypto";
import { SetUpError } from "../iut/driver.ts";
import { type Channel, ChannelError } from "../tls/channel.ts";
import { concat } from "../wire/bytes.ts";
import { clientHelloExtensions } from "../wire/client-hello.ts";
import { ExtensionType } from "../wire/code-points.ts";
import type { Deviation } from "./answers.ts";
import type { ConnectStep, DataStep, HandshakeStep, TicketsStep } from "./schema.ts";
import type { ScriptRun } from "./script-run.ts";

/** What a script does with a connection beside exchanges, and what it looks at: application data, tickets, resumption. */

/**
 * Opens a connection, where `resume` says so with an offer to resume the session of another one. Without a ticket there is nothing to
 * offer: the script ends, as observed. Throws what the driver throws.
 */
export async function openConnection(run: ScriptRun, { as, resume }: ConnectStep): Promise<undefined> {
  const session = resume === undefined ? undefined : run.connection(resume).observed.session;
  if (resume !== undefined && session === undefined) {
    run.ended = true;
    run.shown = "no-ticket";
    run.observation = "sends no NewSessionTicket, so there is nothing to resume";
    return undefined;
  }
  await run.connect(as, session);
  return undefined;
}

/** Sends application data to the IUT and has it send them back (RFC 9261 section 9: authenticators change nothing of the connection). */
export async function exchangeData(run: ScriptRun, { on = "main", length }: DataStep): Promise<Deviation | undefined> {
  const connection = await run.connect(on);
  const block = createHash("sha256").update(run.context.instance).digest();
  const data = concat(...Array.from({ length: Math.ceil(length / block.length) }, () => block)).subarray(0, length);
  try {
    await connection.echo(data);
    return undefined;
  } catch (error) {
    if (!(error instanceof SetUpError || error instanceof ChannelError)) throw error;
    return { expected: `${length} bytes of application data there and back`, found: error.message };
  }
}

/** Looks for NewSessionTickets (RFC 8446 section 4.6.1): none since a message of the IUT, or since the beginning (expat section 7.2). */
export async function watchTickets(run: ScriptRun, { on = "main", since, expect }: TicketsStep): Promise<Deviation | undefined> {
  const { channel } = await run.connect(on);
  const earlier = since === undefined ? 0 : (run.messages.message(since).ticketsBefore ?? 0);
  const sent = channel.observed.sessionTickets > earlier;
  if (expect === "observed") {
    run.shown = sent ? "ticket" : "no-ticket";
    run.observation = sent ? "sends a NewSessionTicket" : "sends no NewSessionTicket";
    return undefined;
  }
  return sent ? { expected: `no NewSessionTicket${since ? ` after ${since}` : ""}`, found: "a NewSessionTicket" } : undefined;
}

/** Looks at how a connection was set up (expat section 7.2): without an offer of a client to resume, and without a server that does. */
export async function watchHandshake(run: ScriptRun, { on = "main", expect }: HandshakeStep): Promise<Deviation | undefined> {
  const { channel } = await run.connect(on);
  const stale = run.iutSide === "client" ? offered(channel) : channel.observed.resumed ? "a resumed session" : undefined;
  if (expect === "observed") {
    run.shown = stale ? "resumed" : "fresh";
    run.observation = stale ? `sets the connection up with ${stale}` : "sets the connection up with a full handshake";
    return undefined;
  }
  return stale ? { expected: `a full handshake, offered by the ${run.iutSide} without resumption`, found: stale } : undefined;
}

/**
 * What the IUT as client offered to shorten the handshake, from its ClientHello, which is not encrypted. A PSK beside a certificate (RFC 8773)
 * is no resumption, and expat section 7.2 allows it.
 */
function offered(channel: Channel): string | undefined {
  const received = channel.observed.raw.filter(({ direction }) => direction === "received").map(({ bytes }) => bytes);
  const types = clientHelloExtensions(concat(...received));
  const names = [
    types.includes(ExtensionType.preSharedKey) && !types.includes(ExtensionType.certWithExternPsk) ? "pre_shared_key" : undefined,
    types.includes(ExtensionType.earlyData) ? "early_data" : undefined,
  ].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : `${names.join(" and ")} in the ClientHello`;
}
