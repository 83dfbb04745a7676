package exported.authenticator;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/**
 * An authenticator whose signature and MAC are right. Whether its chain is trusted, and what its
 * extensions say, is for the relying party to find out.
 *
 * @param context the certificate_request_context
 * @param chain certificates in DER as received, the end-entity certificate first
 * @param endEntity the first of them, parsed
 * @param extensions the extensions of each entry, type to data
 */
public record Verified(
    byte[] context,
    List<byte[]> chain,
    X509Certificate endEntity,
    List<Map<Integer, byte[]>> extensions) {}
