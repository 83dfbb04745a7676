import { type Bytes, view } from "../wire/bytes.ts";
import { type Cmw, CmwError, type CmwRecord, encodeCmw, leavesOf } from "./cmw.ts";

/** What an adapter may need beside the record itself: the binder that some implementations carry outside of the Evidence. */
export interface PayloadContext {
  readonly exporterLabel: string;
  binding(): Bytes;
  aikPubHash(): Bytes;
}

/**
 * How cmw_data holds the attestation. The specification knows one way, the RATS CMW; an implementation that carries something else
 * fails the check `cmw`, and an adapter that its manifest declares lets the steps behind that check be judged all the same.
 */
export interface PayloadAdapter {
  readonly name: string;
  /** cmw_data for a CMW. Throws CmwError where the payload has no form for it. */
  encode(cmw: Cmw, context: PayloadContext): Bytes;
  /** The message in a payload that is no CMW. Throws Error where it is not there; undefined: there is nothing but the CMW itself. */
  decode?(cmwData: Bytes): CmwRecord;
}

/** The payload of the specification: a CMW and nothing else (expat section 3). */
export const cmwPayload: PayloadAdapter = { name: "cmw", encode: (cmw) => encodeCmw(cmw) };

/**
 * The JSON document of Cocos: media type and Evidence, and beside them, outside of any signature, a binder with the exporter label,
 * the AIK hash and the binding.
 */
const cocosJson: PayloadAdapter = {
  name: "cocos-json",
  encode(cmw, context) {
    const [message, ...others] = leavesOf(cmw);
    if (message === undefined || others.length > 0) throw new CmwError("the payload cocos-json holds one message");
    return Buffer.from(
      JSON.stringify({
        version: 1,
        media_type: String(message.type),
        evidence: view(message.value).toString("base64"),
        binder: {
          exporter_label: context.exporterLabel,
          aik_pub_hash: view(context.aikPubHash()).toString("base64"),
          binding: view(context.binding()).toString("base64"),
        },
      }),
    );
  },
  decode(cmwData) {
    const document = JSON.parse(view(cmwData).toString("utf8")) as { media_type?: unknown; evidence?: unknown };
    if (typeof document.media_type !== "string" || typeof document.evidence !== "string") {
      throw new Error("expected a JSON object with media_type and evidence");
    }
    return {
      form: "record",
      encoding: "json",
      type: document.media_type,
      value: Buffer.from(document.evidence, "base64"),
      indicator: null,
    };
  },
};

/** The payloads that a manifest can declare, by name. */
export const payloadAdapters: ReadonlyMap<string, PayloadAdapter> = new Map(
  [cmwPayload, cocosJson].map((adapter) => [adapter.name, adapter]),
);
