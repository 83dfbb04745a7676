package exported.shim;

import exported.attestation.Attester;
import exported.attestation.MediaType;

/** Reads the parameter "attestation" of the method "authenticate". */
final class Attestations {
  private Attestations() {}

  static Attester read(Params attestation) throws RpcError {
    String name = attestation.text("type");
    MediaType type = MediaType.named(name).orElseThrow(() -> RpcError.unsupported(name));
    Attester.Wrapping wrapping = wrapping(attestation);
    String model = attestation.text("model");
    return switch (model) {
      case "background-check" -> {
        Params claims = attestation.object("claims");
        yield new Attester.BackgroundCheck(
            type,
            wrapping,
            claims.bytes("ueid"),
            claims.bytes("measurement"),
            attestation.identity());
      }
      case "passport" -> new Attester.Passport(type, wrapping, attestation.bytes("result"));
      default -> throw RpcError.unsupported(model);
    };
  }

  private static Attester.Wrapping wrapping(Params attestation) throws RpcError {
    String form = attestation.has("form") ? attestation.text("form") : "record";
    String encoding = attestation.text("cmw");
    if (!encoding.equals("cbor") && !encoding.equals("json")) {
      throw RpcError.unsupported(encoding);
    }
    try {
      return Attester.Wrapping.of(form, encoding.equals("json"));
    } catch (IllegalArgumentException e) {
      throw RpcError.unsupported("form " + form);
    }
  }
}
