package exported.attestation;

import exported.Refusal;
import exported.authenticator.Exporter;
import exported.authenticator.Verified;
import exported.path.CertificationPath;

/** The verdict on an authenticator whose signature and MAC are right. */
public final class RelyingParty {
  private RelyingParty() {}

  /**
   * Validates path and attestation (expat sections 3 and 4). Attestation never stands in for the
   * path (section 3.3).
   *
   * @param requested whether there was a request: without one there is no attestation
   * @return what was attested; null where there is no attestation, or nobody reads it
   */
  public static Appraisal.Attested validate(
      Profile profile, Exporter exporter, Verified verified, boolean requested, Policy policy)
      throws Refusal {
    CertificationPath.validate(verified.chain(), policy.identityRoots(), policy.now());
    byte[] cmwData = CmwExtension.find(profile.cmwAttestation(), verified.extensions());
    if (cmwData != null && !requested) {
      throw new Refusal(Refusal.Code.UNSOLICITED_EXTENSION, "attestation that nobody asked for");
    }
    if (policy.requirement() == Policy.Requirement.NONE) {
      return null;
    }
    if (cmwData == null) {
      if (policy.requirement() == Policy.Requirement.REQUIRED) {
        throw new Refusal(Refusal.Code.ATTESTATION_MISSING, "the policy requires attestation");
      }
      return null;
    }
    var key = verified.endEntity().getPublicKey();
    Binding binding = Binding.of(profile, exporter, verified.context(), key);
    return new Appraisal(profile, binding, key, policy).appraise(cmwData);
  }
}
