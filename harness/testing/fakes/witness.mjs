import { connect } from "node:net";

/**
 * Tells the test that this process is there: a connection that ends when the process does, however that comes about. What is said on
 * it is "I am <pid>", and whatever a fake has to tell. Where the test ends first, so does the process. Without EXPAT_WITNESS in the
 * environment nobody is told.
 */
export async function callWitness() {
  const port = Number(process.env.EXPAT_WITNESS);
  if (!port) return () => undefined;
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.on("error", () => undefined);
  socket.on("close", () => process.exit(1));
  socket.unref();
  const say = (text) => socket.write(`${text}\n`);
  say(`I am ${process.pid}`);
  return say;
}
