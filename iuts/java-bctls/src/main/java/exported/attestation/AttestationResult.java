package exported.attestation;

import exported.Refusal;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.List;

/** Attestation Results as EAR (draft-ietf-rats-ear): the model passport. */
final class AttestationResult {
  private static final int AFFIRMING = 2;

  private AttestationResult() {}

  /** Verifies a result: issuer, time, status, and that it speaks of the end-entity key. */
  static void verify(MediaType type, byte[] message, PublicKey endEntity, Policy policy)
      throws Refusal {
    Claims claims =
        Tokens.verified(
            type, message, policy.resultRoots(), policy.now(), Refusal.Code.RESULT_SIGNATURE);
    claims.checkTimes(policy.now(), Refusal.Code.POLICY);
    Claims submodules = claims.map(ClaimName.SUBMODULES);
    List<Claims> appraisals = submodules == null ? null : submodules.members();
    if (appraisals == null) {
      throw new Refusal(Refusal.Code.MALFORMED, "a result without submodules");
    }
    // Where there is a status of the whole as well, the worse one counts.
    if (claims.has(ClaimName.STATUS)) {
      checkStatus(claims);
    }
    for (Claims appraisal : appraisals) {
      checkStatus(appraisal);
      Claims attested = appraisal.map(ClaimName.KEY_ATTESTATION);
      byte[] key = attested == null ? null : attested.bytes(ClaimName.ATTESTED_KEY);
      // Else any holder of a result could show it: it must name the key of the authenticator.
      if (key == null || !MessageDigest.isEqual(key, endEntity.getEncoded())) {
        throw new Refusal(Refusal.Code.POLICY, "the result speaks of another key, or of none");
      }
    }
  }

  /** A warning grants no access here: the draft leaves that to the relying party. */
  private static void checkStatus(Claims appraisal) throws Refusal {
    if (!Integer.valueOf(AFFIRMING).equals(appraisal.status(ClaimName.STATUS))) {
      throw new Refusal(Refusal.Code.POLICY, "a status is not affirming");
    }
  }
}
