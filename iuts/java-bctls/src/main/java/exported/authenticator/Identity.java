package exported.authenticator;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.List;

/**
 * What an end authenticates itself with.
 *
 * @param chain certificates in DER, the end-entity certificate first
 * @param publicKey the key of the end-entity certificate
 * @param key its private key
 */
public record Identity(List<byte[]> chain, PublicKey publicKey, PrivateKey key) {}
