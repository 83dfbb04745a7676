package exported.attestation;

import com.upokecenter.cbor.CBORObject;

/**
 * A claim in both of its forms.
 *
 * @param cwt its label in a CWT; null where that is the name too
 * @param jwt its name in a JWT
 */
public record ClaimName(Integer cwt, String jwt) {
  static final ClaimName EXPIRES = new ClaimName(4, "exp");
  static final ClaimName NOT_BEFORE = new ClaimName(5, "nbf");
  static final ClaimName ISSUED_AT = new ClaimName(6, "iat");
  static final ClaimName UEID = new ClaimName(256, "ueid");
  static final ClaimName EAT_PROFILE = new ClaimName(265, "eat_profile");
  static final ClaimName MEASUREMENT = new ClaimName(-65538, "measurement");

  // draft-ietf-rats-ear-04 section 3
  static final ClaimName SUBMODULES = new ClaimName(266, "submods");
  static final ClaimName STATUS = new ClaimName(1000, "ear.status");
  static final ClaimName KEY_ATTESTATION = new ClaimName(-70002, "ear.veraison.key-attestation");

  static final ClaimName ATTESTED_KEY = new ClaimName(null, "akpub");

  /** The label in a CWT. */
  CBORObject label() {
    return cwt == null ? CBORObject.FromObject(jwt) : CBORObject.FromObject(cwt.intValue());
  }

  @Override
  public String toString() {
    return jwt;
  }
}
