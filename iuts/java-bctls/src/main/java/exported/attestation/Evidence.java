package exported.attestation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.upokecenter.cbor.CBORObject;
import exported.Refusal;
import exported.authenticator.Identity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/** Evidence as EAT (RFC 9711): the model background-check. */
final class Evidence {
  private static final String EAT_PROFILE = "tag:expat-conformance,2026:evidence";

  private Evidence() {}

  /** Makes Evidence that is bound to connection, context and key, signed by the attestation key. */
  static byte[] make(
      MediaType type,
      Profile profile,
      Binding binding,
      byte[] ueid,
      byte[] measurement,
      Identity attestationKey) {
    Map<ClaimName, byte[]> claims = new LinkedHashMap<>();
    claims.put(profile.evidenceNonce(), binding.nonce());
    claims.put(profile.aikHashClaim(), binding.aikHash());
    claims.put(ClaimName.UEID, ueid);
    claims.put(ClaimName.MEASUREMENT, measurement);
    return switch (type) {
      case EAT_CWT -> {
        CBORObject map = CBORObject.NewMap();
        claims.forEach((name, value) -> map.Add(name.label(), value));
        map.Add(ClaimName.EAT_PROFILE.label(), EAT_PROFILE);
        yield CoseSign1.sign(map.EncodeToBytes(), attestationKey);
      }
      case EAT_JWT -> {
        var object = JsonNodeFactory.instance.objectNode();
        claims.forEach((name, value) -> object.put(name.jwt(), Strict.encodeBase64url(value)));
        object.put(ClaimName.EAT_PROFILE.jwt(), EAT_PROFILE);
        yield Jws.sign(object.toString().getBytes(StandardCharsets.UTF_8), attestationKey);
      }
    };
  }

  /** Verifies Evidence: signature and path, binding, AIK hash, policy (expat sections 4 and 5). */
  static void verify(
      MediaType type, byte[] message, Profile profile, Binding binding, Policy policy)
      throws Refusal {
    Claims claims =
        Tokens.verified(
            type,
            message,
            policy.attestationRoots(),
            policy.now(),
            Refusal.Code.EVIDENCE_SIGNATURE);
    claims.checkTimes(policy.now(), Refusal.Code.POLICY);
    check(claims, profile.evidenceNonce(), binding.nonce(), Refusal.Code.BINDING_MISMATCH);
    check(claims, profile.aikHashClaim(), binding.aikHash(), Refusal.Code.AIK_MISMATCH);
    if (policy.measurement() != null) {
      check(claims, ClaimName.MEASUREMENT, policy.measurement(), Refusal.Code.POLICY);
    }
  }

  private static void check(Claims claims, ClaimName name, byte[] expected, Refusal.Code code)
      throws Refusal {
    byte[] value = claims.bytes(name);
    if (value == null || !MessageDigest.isEqual(value, expected)) {
      throw new Refusal(code, name + (value == null ? " is missing" : " differs"));
    }
  }
}
