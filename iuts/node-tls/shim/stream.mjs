// @ts-check
import { Refusal } from "../authenticator/refusal.mjs";

/** What has arrived on a connection and was not asked for yet. One reader fills it; `receive` takes from it. */
export class Inbox {
  #received = Buffer.alloc(0);
  /** @type {string | undefined} */ #ended;
  #wake = () => {};

  /** @param {import("node:tls").TLSSocket} socket */
  constructor(socket) {
    socket.on("data", (/** @type {Buffer} */ chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on("error", (error) => this.#end(error.message));
    socket.on("close", () => this.#end("the peer closed"));
    socket.on("end", () => this.#end("the peer closed"));
  }

  /**
   * Resolves to exactly so many bytes; what came beyond them stays. Rejects with a Refusal at the end of the connection or of the time, and
   * then all stays.
   * @param {number} length
   * @param {number} timeout in milliseconds
   * @returns {Promise<Buffer>}
   */
  take(length, timeout) {
    return new Promise((resolve, reject) => {
      const finish = (/** @type {() => void} */ settle) => {
        clearTimeout(timer);
        this.#wake = () => {};
        settle();
      };
      const timer = setTimeout(
        () => finish(() => reject(new Refusal("other", `${this.#received.length} of ${length} bytes came in ${timeout} ms`))),
        timeout,
      );
      this.#wake = () => {
        if (this.#received.length >= length) {
          const taken = this.#received.subarray(0, length);
          this.#received = this.#received.subarray(length);
          finish(() => resolve(taken));
        } else if (this.#ended !== undefined) {
          const reason = this.#ended;
          finish(() => reject(new Refusal("other", reason)));
        }
      };
      this.#wake();
    });
  }

  /** @param {string} reason */
  #end(reason) {
    this.#ended ??= reason;
    this.#wake();
  }
}
