import { IutFailure } from "../iut/control.ts";
import { type Driver, SetUpError } from "../iut/driver.ts";
import { type Position, splitPosition } from "../iut/protocol.ts";
import { RpcError } from "../iut/rpc-error.ts";
import { ChannelError } from "../tls/channel.ts";
import { equalBytes, toHex, utf8 } from "../wire/bytes.ts";
import { isCipherSuite } from "../wire/code-points.ts";
import { killChildrenOnExit } from "./interrupt.ts";
import { EXIT_USAGE, reportProblem } from "./problem.ts";
import { readProfile, resolveSubject } from "./subject.ts";

const ECHO_LENGTH = 130_000;
const LABEL = "EXPORTER-expat-conformance doctor";

/**
 * `doctor`: says what works of a shim, step by step, and whose fault it is where something does not. Exit code 0 where all works, 1 where
 * the shim works and the implementation gives wrong values, 2 where the shim itself is broken.
 */
export async function doctorCommand(options: { iut: string; profile?: string; timeout: number; build: boolean }): Promise<number> {
  killChildrenOnExit();
  const subject = resolveSubject(options, readProfile(options.profile));
  await subject.build();
  let driver: Driver;
  try {
    driver = await subject.start();
  } catch (error) {
    say("BROKEN", "start and hello", (error as Error).message);
    return verdict(error);
  }
  const { hello } = driver;
  say("ok", "hello", `${hello.name} ${hello.version}${hello.tls ? ` on ${hello.tls}` : ""}, protocol ${hello.protocol}`);
  let exitCode = 0;
  let examined = 0;
  try {
    for (const position of hello.supports.positions) {
      for (const cipherSuite of hello.supports.cipherSuites.filter(isCipherSuite)) {
        examined++;
        exitCode = Math.max(exitCode, await examine(driver, position, cipherSuite));
      }
    }
  } finally {
    await driver.stop();
  }
  if (examined === 0) {
    say("BROKEN", "positions", "hello declares no position, or no cipher suite of TLS 1.3 that is known here: nothing can be tested");
    exitCode = EXIT_USAGE;
  }
  const conclusions = [
    "all well",
    "the shim works; the implementation, or what the shim asks of it, gives wrong values",
    "the shim is broken",
  ];
  process.stdout.write(`${conclusions[exitCode]}\n`);
  return exitCode;
}

type Suite = Parameters<Driver["connect"]>[0]["cipherSuite"];

async function examine(driver: Driver, position: Position, cipherSuite: Suite): Promise<number> {
  const what = `${position} with ${cipherSuite}`;
  try {
    const connection = await driver.connect({ position, cipherSuite, record: false });
    try {
      // As long as a large CMW: what a line buffer of 64 KiB or a blocking read cannot take shows here and not in a verdict.
      await connection.echo(Buffer.alloc(ECHO_LENGTH, 0xe5));
      if (!driver.hello.supports.features.includes("export")) {
        say(
          "ok",
          what,
          `connected as ${splitPosition(position).side}, bytes go both ways; export is not declared, so no value is compared`,
        );
        return 0;
      }
      const context = utf8("doctor");
      const ours = connection.channel.exportKeyingMaterial(LABEL, context, 32);
      const theirs = await connection.export(LABEL, context, 32);
      if (equalBytes(ours, theirs)) {
        say("ok", what, "connected, bytes go both ways, exporter values agree");
        return 0;
      }
      say("WRONG", what, `the exporter value differs: expected ${toHex(ours)}, found ${toHex(theirs)} (RFC 8446 section 7.5)`);
      return 1;
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof SetUpError || error instanceof ChannelError) {
      say("WRONG", what, `no connection: ${error.message}`);
      return 1;
    }
    if (!(error instanceof RpcError) && !(error instanceof IutFailure)) return reportProblem(error);
    const words = driver.diagnostics().split("\n").at(-1);
    say("BROKEN", what, words && !error.message.includes(words) ? `${error.message}; its last words on stderr: ${words}` : error.message);
    return EXIT_USAGE;
  }
}

function say(state: string, what: string, detail: string): void {
  process.stdout.write(`${state.padEnd(7)} ${what}: ${detail}\n`);
}

function verdict(error: unknown): number {
  if (error instanceof RpcError || error instanceof IutFailure || error instanceof SetUpError) {
    process.stdout.write("the shim is broken\n");
    return EXIT_USAGE;
  }
  return reportProblem(error);
}
