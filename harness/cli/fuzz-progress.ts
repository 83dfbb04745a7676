import type { TextStream } from "../report/terminal.ts";

const ERASE_LINE = "\r\u001b[K";

/** Where no line can be renewed, so many milliseconds pass between two lines. */
const PLAIN_EVERY_MS = 30_000;

/** How far a campaign has come. */
export interface Standing {
  readonly cases: number;
  /** How many there will be; undefined: as many as fit in the time. */
  readonly wanted: number | undefined;
  readonly rate: number;
  readonly failures: number;
  readonly causes: number;
  readonly covered: number;
  readonly cells: number;
  /** Milliseconds that are left, as far as that can be told. */
  readonly leftMs: number | undefined;
}

/** The progress of a campaign: a line that is renewed on a terminal, and a line now and then elsewhere. */
export class Progress {
  #shown = false;
  #last = performance.now();

  constructor(readonly stream: TextStream) {}

  show(standing: Standing): void {
    const now = performance.now();
    if (this.stream.isTTY === true) {
      this.stream.write(`${ERASE_LINE}${progressLine(standing)}`);
      this.#shown = true;
    } else if (now - this.#last >= PLAIN_EVERY_MS) {
      this.stream.write(`${progressLine(standing)}\n`);
      this.#last = now;
    }
  }

  /** Takes the line away, so that something else can be written. */
  erase(): void {
    if (this.#shown) this.stream.write(ERASE_LINE);
    this.#shown = false;
  }
}

/** One line, no wider than a terminal. */
export function progressLine({ cases, wanted, rate, failures, causes, covered, cells, leftMs }: Standing): string {
  const done = wanted === undefined ? `${cases} cases` : `${cases}/${wanted} cases`;
  const found = failures === 0 ? "no failure" : `${failures} failures of ${causes} causes`;
  const share = cells === 0 ? 0 : Math.floor((100 * covered) / cells);
  const left = leftMs === undefined ? "" : `, ${clock(leftMs)} left`;
  return `${done}, ${rate.toFixed(0)}/s, ${found}, ${share} % of ${cells} cells${left}`;
}

function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
