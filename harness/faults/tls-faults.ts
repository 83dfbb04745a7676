import { openTls } from "../reference/open.ts";
import type { Channel } from "../tls/channel.ts";
import { startTls } from "../tls/node-channel.ts";
import type { Fault } from "./fault.ts";

/** Faults of the connection itself (expat section 7.2). They are looked for over real sockets. */
export const tlsFaults: readonly Fault[] = (["attester", "relying-party"] as const).map(
  (role): Fault => ({
    id: `${role}/tls/client-resumes`,
    role,
    title: "a client resumes the session of an attested connection",
    requirements: ["expat-no-resumption", "expat-ticket-not-used", "expat-discard-ticket"],
    breaks: {
      tls() {
        let last: Channel | undefined;
        let session: Channel["observed"]["session"];
        return {
          open: (params) =>
            openTls(params, async (socket, options) => {
              // Of a connection that was itself resumed no further ticket may have come.
              session = last?.observed.session ?? session;
              last = await startTls(socket, { ...options, resume: options.side === "client" ? session : undefined });
              return last;
            }),
        };
      },
    },
    needs: { side: "client" },
  }),
);
