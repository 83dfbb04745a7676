package exported.attestation;

import java.time.Instant;
import java.util.List;

/**
 * What a relying party goes by.
 *
 * @param identityRoots the roots of end-entity certificates
 * @param attestationRoots the roots of attestation keys
 * @param resultRoots the roots of issuers of Attestation Results
 * @param requirement whether attestation is asked for
 * @param measurement the reference value of Evidence; null where any will do
 * @param acceptsSigned whether a CMW that is itself signed is read
 * @param now the time of paths and tokens
 */
public record Policy(
    List<byte[]> identityRoots,
    List<byte[]> attestationRoots,
    List<byte[]> resultRoots,
    Requirement requirement,
    byte[] measurement,
    boolean acceptsSigned,
    Instant now) {

  /** Whether attestation must be there, may be, or is not looked into. */
  public enum Requirement {
    REQUIRED,
    OPTIONAL,
    NONE
  }
}
