import { type Bytes, concat, uint, view } from "../wire/bytes.ts";
import { delimit } from "../wire/handshake.ts";
import { DecodeError } from "../wire/reader.ts";

/** What travels on a channel. */
export type Cargo = "request" | "authenticator";

/** How requests and authenticators are framed as application data. */
export interface Carrier {
  readonly name: string;
  wrap(cargo: Cargo, message: Bytes): Bytes;
  /** False where the receiver cannot see that this is all: it rightly waits for more, or takes what is behind for the next message. */
  showsEnd(message: Bytes): boolean;
  /** The length of the first frame in `buffered`, or undefined while more is needed. Throws DecodeError where it is no frame. */
  measure(buffered: Bytes): number | undefined;
  /** The message in a whole frame. Throws DecodeError where it holds something else than `cargo`. */
  unwrap(cargo: Cargo, frame: Bytes): Bytes;
}

/** The handshake messages themselves, which delimit themselves (RFC 9261 sections 4 and 5.2). */
const bare: Carrier = {
  name: "bare",
  wrap: (_, message) => message,
  showsEnd(message) {
    try {
      return delimit(message) === message.length;
    } catch (error) {
      // What is no message at all can be refused as it comes.
      if (error instanceof DecodeError) return true;
      throw error;
    }
  },
  measure: delimit,
  unwrap: (_, frame) => frame,
};

/** The transport of Cocos: one byte of type, four of length, the message. */
const cocos: Carrier = {
  name: "cocos",
  showsEnd: () => true,
  wrap: (cargo, message) => concat(uint(cocosTypes[cargo], 1), uint(message.length, 4), message),
  measure(buffered) {
    if (buffered.length < 5) return undefined;
    const length = 5 + view(buffered).readUInt32BE(1);
    return buffered.length < length ? undefined : length;
  },
  unwrap(cargo, frame) {
    if (frame[0] !== cocosTypes[cargo]) {
      throw new DecodeError("frame.type", 0, `${cocosTypes[cargo]} (${cargo})`, String(frame[0]));
    }
    return frame.subarray(5);
  },
};

const cocosTypes: Record<Cargo, number> = { request: 1, authenticator: 2 };

/** The carriers that a manifest can name. */
export const carriers: ReadonlyMap<string, Carrier> = new Map([bare, cocos].map((carrier) => [carrier.name, carrier]));
