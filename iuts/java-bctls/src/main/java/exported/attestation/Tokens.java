package exported.attestation;

import exported.Refusal;
import java.time.Instant;
import java.util.List;

/** Signed tokens, CWT and JWT. */
final class Tokens {
  private Tokens() {}

  /** The claims of a token whose signature and path are right; the code names a failure. */
  static Claims verified(
      MediaType type, byte[] message, List<byte[]> roots, Instant now, Refusal.Code code)
      throws Refusal {
    Token token =
        switch (type) {
          case EAT_CWT -> CoseSign1.parse(message, code);
          case EAT_JWT -> Jws.parse(message, code);
        };
    token.verify(roots, now, code);
    return switch (type) {
      case EAT_CWT -> CwtClaims.parse(token.payload());
      case EAT_JWT -> JwtClaims.parse(token.payload());
    };
  }
}
