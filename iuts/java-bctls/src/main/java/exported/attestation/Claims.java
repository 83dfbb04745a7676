package exported.attestation;

import exported.Refusal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;

/** The claims of a verified token, of a CWT or a JWT alike. Absent claims are null. */
interface Claims {
  /** Whether the claim is there, of whatever type. */
  boolean has(ClaimName name);

  /** A claim of bytes: a byte string, or text in base64url; one of another type is refused. */
  byte[] bytes(ClaimName name) throws Refusal;

  /** A NumericDate; EAT and EAR have integers alone, so that others are refused. */
  BigInteger time(ClaimName name) throws Refusal;

  /** A claim that is a map, whose members are claims; null also where it is no map. */
  Claims map(ClaimName name);

  /** The members of a map that are maps themselves; null where one is none, or where all lack. */
  List<Claims> members();

  /** The tier of a status: that of affirming, warning and contraindicated have names in JSON. */
  Integer status(ClaimName name);

  /**
   * Refuses what has expired, or does not count yet (RFC 7519 sections 4.1.4 and 4.1.5), and a time
   * of issue that is no integer (RFC 9711 section 4.3.1).
   */
  default void checkTimes(Instant now, Refusal.Code code) throws Refusal {
    time(ClaimName.ISSUED_AT);
    BigInteger seconds = BigInteger.valueOf(now.getEpochSecond());
    BigInteger expires = time(ClaimName.EXPIRES);
    if (expires != null && seconds.compareTo(expires) >= 0) {
      throw new Refusal(code, "expired at " + expires);
    }
    BigInteger notBefore = time(ClaimName.NOT_BEFORE);
    if (notBefore != null && seconds.compareTo(notBefore) < 0) {
      throw new Refusal(code, "counts from " + notBefore);
    }
  }
}
