package exported.attestation;

import exported.Refusal;

/** CMWs that are themselves signed (draft-ietf-rats-msg-wrap section 4). */
final class SignedCmw {
  private SignedCmw() {}

  /** The CMW; of a signed one what is in it, where signature, path and policy allow it. */
  static Cmw open(byte[] data, Policy policy) throws Refusal {
    boolean cose = CoseSign1.isTagged(data);
    // No other form begins with a letter; a JWS begins with that of "{" in base64url.
    boolean jws = data.length > 0 && data[0] == 'e';
    if (!cose && !jws) {
      return CmwReader.read(data);
    }
    if (!policy.acceptsSigned()) {
      throw Cmw.refusal("a signed CMW, which the policy does not accept");
    }
    Token token =
        cose ? CoseSign1.parse(data, Refusal.Code.CMW) : Jws.parse(data, Refusal.Code.CMW);
    String expected = cose ? "application/cmw+cbor" : "application/cmw+json";
    if (!expected.equals(token.contentType())) {
      throw Cmw.refusal("the content type of a signed CMW is " + token.contentType());
    }
    token.verify(policy.attestationRoots(), policy.now(), Refusal.Code.CMW);
    return cose ? CborCmw.read(token.payload()) : JsonCmw.read(token.payload());
  }
}
