package exported.authenticator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignatureSchemeTest {
  private static final byte[] CONTENT = {1, 2, 3};

  private static KeyPair pair(SignatureScheme scheme) throws GeneralSecurityException {
    return switch (scheme) {
      case ECDSA_SECP256R1_SHA256 -> curve("secp256r1");
      case ECDSA_SECP384R1_SHA384 -> curve("secp384r1");
      case ED25519 -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      default -> KeyPairGenerator.getInstance("RSA").generateKeyPair();
    };
  }

  private static KeyPair curve(String name) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(name));
    return generator.generateKeyPair();
  }

  @ParameterizedTest
  @EnumSource
  void verifiesWhatItSignedAndNothingElse(SignatureScheme scheme) throws Exception {
    KeyPair pair = pair(scheme);
    byte[] signature = scheme.sign(pair.getPrivate(), CONTENT);
    assertTrue(scheme.fits(pair.getPublic()));
    assertTrue(scheme.verify(pair.getPublic(), CONTENT, signature));
    assertFalse(scheme.verify(pair.getPublic(), new byte[] {1, 2}, signature));
    byte[] longer = Arrays.copyOf(signature, signature.length + 1);
    assertFalse(scheme.verify(pair.getPublic(), CONTENT, longer), "a zero behind it");
    assertFalse(scheme.verify(pair.getPublic(), CONTENT, new byte[0]));
  }

  @Test
  void choosesTheFirstThatFits() throws Exception {
    KeyPair key = curve("secp256r1");
    assertEquals(
        Optional.of(SignatureScheme.ECDSA_SECP256R1_SHA256),
        SignatureScheme.choose(List.of(0x0401, 0x0203, 0x0503, 0x0403), key.getPublic()));
    assertEquals(
        Optional.empty(), SignatureScheme.choose(List.of(0x0203, 0x0503), key.getPublic()));
    assertEquals(
        Optional.empty(), SignatureScheme.choose(List.of(0x0403), curve("secp521r1").getPublic()));
  }
}
