import { createHash } from "node:crypto";
import { type Bytes, fromHex } from "../wire/bytes.ts";

/** The claims that the harness attests with and hands to attesters, and the reference value of its policy. */
export const CLAIMS: { readonly ueid: Bytes; readonly measurement: Bytes } = {
  // RFC 9711 section 4.2.1: type 0x01 (RAND) and 16 bytes.
  ueid: fromHex("01a1b2c3d4e5f60718293a4b5c6d7e8f90"),
  measurement: createHash("sha256").update("expat-conformance measurement").digest(),
};
