package exported.path;

import static exported.Verdict.accepts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import exported.Parties;
import exported.Vectors;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificationPathTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static boolean trusts(String name, String... roots) throws Exception {
    List<byte[]> anchors = Arrays.stream(roots).map(Parties::certificate).toList();
    List<byte[]> chain = Parties.identity(name).chain();
    return accepts(() -> CertificationPath.validate(chain, anchors, NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "identity-p256,true",
    "identity-other,true",
    "identity-expired,false",
    "identity-future,false",
    "identity-issued-by-leaf,false",
    "identity-untrusted,false"
  })
  void judgesPaths(String name, boolean right) throws Exception {
    assertEquals(right, trusts(name, "identity-root-p256"));
  }

  @Test
  void anEmptyListTrustsNothing() throws Exception {
    assertEquals(false, trusts("identity-p256"));
  }

  @Test
  void theOrderOfIssuersDoesNotMatter() throws Exception {
    List<byte[]> chain = new ArrayList<>(Parties.identity("identity-p256").chain());
    chain.add(1, Parties.certificate("attestation-intermediate-p256"));
    List<byte[]> roots = List.of(Parties.certificate("identity-root-p256"));
    assertEquals(true, accepts(() -> CertificationPath.validate(chain, roots, NOW)));
  }

  /** The JDK would take SHA-1 below an anchor of one's own. */
  @Test
  void refusesRetiredHashes() {
    JsonNode pki = Vectors.read("pki/path-pki.json");
    for (String hash : List.of("md5", "sha1")) {
      List<String> names = new ArrayList<>();
      pki.fieldNames().forEachRemaining(names::add);
      String name = names.stream().filter(each -> each.contains(hash)).findFirst().orElseThrow();
      byte[] certificate = Base64.getDecoder().decode(pki.get(name).get("certificate").textValue());
      List<byte[]> roots = List.of(issuer(pki, name));
      assertEquals(
          false, accepts(() -> CertificationPath.validate(List.of(certificate), roots, NOW)), name);
    }
  }

  private static byte[] issuer(JsonNode pki, String name) {
    String issuer = pki.get(name).get("issuer").textValue();
    return pki.has(issuer)
        ? Base64.getDecoder().decode(pki.get(issuer).get("certificate").textValue())
        : Parties.certificate(issuer);
  }

  @Test
  void readsDerAndNothingElse() throws Exception {
    byte[] der = Parties.certificate("identity-p256");
    assertEquals(3, Certificates.parse(der).getVersion());
    byte[] longer = Arrays.copyOf(der, der.length + 1);
    String base64 = Base64.getMimeEncoder().encodeToString(der);
    byte[] pem =
        ("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n").getBytes();
    for (byte[] bytes : List.of(longer, pem, new byte[0], new byte[] {0x30, 0x00})) {
      assertThrows(CertificateException.class, () -> Certificates.parse(bytes));
    }
  }
}
