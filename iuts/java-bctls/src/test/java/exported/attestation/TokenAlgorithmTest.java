package exported.attestation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenAlgorithmTest {
  private static final byte[] CONTENT = {1, 2, 3};

  @Test
  void ecdsaHasNumbersOfOneLength() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] signature = TokenAlgorithm.ES256.sign(pair.getPrivate(), CONTENT);
    assertTrue(TokenAlgorithm.ES256.verify(pair.getPublic(), CONTENT, signature));
    byte[] padded = new byte[66];
    System.arraycopy(signature, 0, padded, 1, 32);
    System.arraycopy(signature, 32, padded, 34, 32);
    assertFalse(TokenAlgorithm.ES256.verify(pair.getPublic(), CONTENT, padded));
    assertFalse(TokenAlgorithm.ES384.verify(pair.getPublic(), CONTENT, signature));
  }

  @Test
  void ed25519HasNothingBehindIt() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] signature = TokenAlgorithm.EDDSA.sign(pair.getPrivate(), CONTENT);
    assertEquals(Optional.of(TokenAlgorithm.EDDSA), TokenAlgorithm.of(pair.getPublic()));
    assertTrue(TokenAlgorithm.EDDSA.verify(pair.getPublic(), CONTENT, signature));
    byte[] longer = Arrays.copyOf(signature, signature.length + 1);
    assertFalse(TokenAlgorithm.EDDSA.verify(pair.getPublic(), CONTENT, longer));
  }
}
