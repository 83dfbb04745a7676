package exported.shim;

import exported.attestation.Policy;

/** Reads the parameters "trust", "policy" and "now" of the method "validate". */
final class Policies {
  private Policies() {}

  static Policy read(Params params) throws RpcError {
    Params trust = params.object("trust");
    Params policy = params.object("policy");
    String requirement = policy.text("attestation");
    return new Policy(
        trust.bytesList("pkix"),
        trust.bytesList("attestation"),
        trust.bytesList("results"),
        switch (requirement) {
          case "required" -> Policy.Requirement.REQUIRED;
          case "optional" -> Policy.Requirement.OPTIONAL;
          case "none" -> Policy.Requirement.NONE;
          default -> throw RpcError.params("policy.attestation " + requirement);
        },
        policy.bytesOrNull("measurement"),
        policy.has("signedCmw") && policy.text("signedCmw").equals("accept"),
        params.timeOrNow("now"));
  }
}
