package exported.attestation;

/**
 * What the drafts leave open, as the control protocol fixes it.
 *
 * @param cmwAttestation the number of the extension
 * @param exporterLabel the label of the exported value
 * @param exporterLength its length
 * @param rawPublicKey whether the bits of the public key alone are hashed, and not its
 *     SubjectPublicKeyInfo
 * @param evidenceNonce the claim of the binding
 * @param aikHashClaim the claim of AIK_pub_hash
 */
public record Profile(
    int cmwAttestation,
    String exporterLabel,
    int exporterLength,
    boolean rawPublicKey,
    ClaimName evidenceNonce,
    ClaimName aikHashClaim) {}
