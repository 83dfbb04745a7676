import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();

/** Kills a child that leads a process group (spawned `detached`), with all that it started. Does nothing where it is gone. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // ESRCH: the group is gone already.
  }
}

/** Remembers a child, so that `killAll` ends it where the harness itself is ended. */
export function track(child: ChildProcess): void {
  running.add(child);
  child.once("close", () => running.delete(child));
}

/** Ends every child that is still there: on Ctrl-C and at exit. */
export function killAll(): void {
  for (const child of running) killTree(child);
}
