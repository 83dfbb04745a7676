import { type Bytes, concat } from "../wire/bytes.ts";
import { ChannelError } from "./channel.ts";

/** Bytes as they arrive, handed out in whole pieces. One reader at a time. */
export class ByteQueue {
  #buffered: Bytes = new Uint8Array(0);
  #ended: string | undefined;
  #wake: (() => void) | undefined;

  /** Appends what has arrived. */
  push(chunk: Bytes): void {
    this.#buffered = this.#buffered.length === 0 ? chunk : concat(this.#buffered, chunk);
    this.#wake?.();
  }

  /** No more will come; `reason` is for the reader who waits for more. */
  end(reason: string): void {
    this.#ended ??= reason;
    this.#wake?.();
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** What is there and not taken. */
  peek(): Bytes {
    return this.#buffered;
  }

  /**
   * Takes as many bytes from the front as `measure` says belong together (undefined: more are needed). Throws ChannelError `closed`
   * where the end came first, `timeout` after `timeoutMs`.
   */
  async take(measure: (buffered: Bytes) => number | undefined, timeoutMs: number): Promise<Bytes> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const length = this.#buffered.length > 0 || this.ended ? measure(this.#buffered) : undefined;
      if (length !== undefined && length <= this.#buffered.length) {
        const taken = this.#buffered.subarray(0, length);
        this.#buffered = this.#buffered.subarray(length);
        return taken;
      }
      const got = this.#buffered.length === 0 ? "nothing" : `${this.#buffered.length} bytes of an unfinished message`;
      if (this.#ended !== undefined) throw new ChannelError("closed", `${this.#ended} after ${got}`);
      const left = deadline - performance.now();
      if (left <= 0) throw new ChannelError("timeout", `${got} came within ${timeoutMs} ms`);
      await this.#more(left);
    }
  }

  #more(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake = done;
    });
  }
}
