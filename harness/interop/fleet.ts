import type { PayloadAdapter } from "../attestation/payload.ts";
import { IutFailure } from "../iut/control.ts";
import type { ControlledDriver } from "../iut/controlled.ts";
import type { Hello } from "../iut/protocol.ts";

/** An implementation of a matrix that could be built and started. */
export interface Member {
  /** Unique in the matrix. */
  readonly name: string;
  /** As the user named it: for commands that replay. */
  readonly path: string;
  readonly payload: PayloadAdapter;
  readonly hello: Hello;
  /** Starts one more process of it. Throws what a driver throws that cannot be started. */
  readonly start: () => Promise<ControlledDriver>;
}

/** Processes of the members, kept from pair to pair: an implementation that takes a second to start would take longer than its exchanges. */
export class Fleet {
  readonly #idle = new Map<string, ControlledDriver[]>();

  /** `ready`: processes that run already, by the name of their member. */
  constructor(ready: ReadonlyMap<string, ControlledDriver> = new Map()) {
    for (const [name, driver] of ready) this.#idle.set(name, [driver]);
  }

  /** A process of a member that nobody else uses. Throws what `start` throws. */
  async lease({ name, start }: Member): Promise<ControlledDriver> {
    return this.#idle.get(name)?.pop() ?? start();
  }

  /** Gives it back; one that has hung or ended is stopped. */
  async release({ name }: Member, driver: ControlledDriver): Promise<void> {
    if (!(await isAlive(driver))) return driver.stop();
    const idle = this.#idle.get(name) ?? [];
    idle.push(driver);
    this.#idle.set(name, idle);
  }

  /** Stops all that is idle. */
  async stop(): Promise<void> {
    await Promise.all([...this.#idle.values()].flat().map((driver) => driver.stop()));
    this.#idle.clear();
  }
}

// Of one that has failed every call fails at once. No channel is called c0.
function isAlive({ control }: ControlledDriver): Promise<boolean> {
  return control.call("close", { channel: "c0" }, 2000).then(
    () => true,
    (error) => !(error instanceof IutFailure),
  );
}
