import type { Params } from "../iut/protocol.ts";
import type { Channel } from "../tls/channel.ts";
import { type AttesterParts, attesterParts } from "./attester.ts";
import { openTls } from "./open.ts";
import { type RelyingPartyParts, relyingPartyParts } from "./relying-party.ts";
import { freshMemory, type Memory } from "./state.ts";

/**
 * What the reference is made of. Each part can be another one, so that a defect can be built in and a check be shown to see it
 * (harness/faults); the reference itself knows of no defect.
 */
export interface Parts extends AttesterParts, RelyingPartyParts {
  /** Opens a connection. Throws ChannelError. */
  readonly open: (params: Params<"open">) => Promise<Channel>;
  /** What it remembers of a connection, asked for once when one is opened. */
  readonly remember: () => Memory;
}

/** The reference as it should be. */
export const rightParts: Parts = {
  open: (params) => openTls(params),
  remember: freshMemory,
  ...attesterParts,
  ...relyingPartyParts,
};
