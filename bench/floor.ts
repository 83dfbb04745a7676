import type { Channel } from "../harness/tls/channel.ts";
import type { Plain } from "./plain.ts";
import { type Operation, plainCrypto } from "./trace.ts";

/** Longer than any message of a case. */
const MESSAGE = Buffer.alloc(1 << 20, 1);

/** Does what was written down of a case, and nothing else. Throws ChannelError where the connection fails. */
export async function doAgain(operations: readonly Operation[], { client, server }: Plain): Promise<void> {
  for (const operation of operations) {
    if (operation.kind === "move") {
      const [from, to]: readonly Channel[] = operation.to === "iut" ? [client, server] : [server, client];
      const received = to?.receive(operation.length, 5000);
      await from?.send(MESSAGE.subarray(0, operation.length));
      await received;
    } else compute(operation, server);
  }
}

function compute(operation: Exclude<Operation, { readonly kind: "move" }>, server: Channel): void {
  switch (operation.kind) {
    case "sign":
      plainCrypto.sign(...operation.args);
      break;
    case "verify":
      try {
        plainCrypto.verify(...operation.args);
      } catch {
        // A signature that cannot even be read.
      }
      break;
    case "hash": {
      const hash = plainCrypto.createHash(operation.algorithm);
      for (const chunk of operation.chunks) hash.update(chunk);
      hash.digest();
      break;
    }
    case "mac": {
      const mac = plainCrypto.createHmac(operation.algorithm, operation.key);
      for (const chunk of operation.chunks) mac.update(chunk);
      mac.digest();
      break;
    }
    case "export":
      // The keys of RFC 9261 have no context and are exported once on a connection: the channel keeps them.
      server.exportKeyingMaterial(operation.label, operation.context, operation.length);
      break;
  }
}
