package exported.attestation;

import static exported.Verdict.accepts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import exported.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictTest {
  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AA=", "AA==", "AB", "A", "A*", "AA\n", "A+", "_w=="})
  void refusesOtherBase64url(String text) {
    assertFalse(accepts(() -> Strict.base64url("value", text, Refusal.Code.CMW)));
  }

  @Test
  void readsBase64url() throws Refusal {
    assertEquals(2, Strict.base64url("value", "_-8", Refusal.Code.CMW).length);
    assertEquals(0, Strict.base64url("value", "", Refusal.Code.CMW).length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":1}", "{}{}", "[1,]", "", " ", "NaN"})
  void refusesOtherJson(String text) {
    assertFalse(accepts(() -> Strict.json("json", utf8(text), Refusal.Code.CMW)));
  }

  @Test
  void refusesTextThatIsNoUtf8() {
    byte[] text = {'"', (byte) 0xff, '"'};
    assertFalse(accepts(() -> Strict.json("json", text, Refusal.Code.CMW)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a2010101", "a20101180101", "0000", "82", "", "a201011801", "5bffffffffffffffff"})
  void refusesOtherCbor(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertFalse(accepts(() -> Strict.cbor("cbor", bytes, Refusal.Code.CMW)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"exp\":4102444800.5}",
        "{\"exp\":4.1e9}",
        "{\"exp\":\"4102444800\"}",
        "{\"exp\":null}"
      })
  void refusesTimesThatAreNoIntegers(String json) throws Refusal {
    JwtClaims claims = JwtClaims.parse(utf8(json));
    assertThrows(Refusal.class, () -> claims.checkTimes(Instant.EPOCH, Refusal.Code.POLICY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a104fb41ee853e00000000", "a104f97e00", "a104c11a7fffffff", "a10461" + "34"})
  void refusesTimesInCborThatAreNoIntegers(String hex) throws Refusal {
    CwtClaims claims = CwtClaims.parse(HexFormat.of().parseHex(hex));
    assertThrows(Refusal.class, () -> claims.checkTimes(Instant.EPOCH, Refusal.Code.POLICY));
  }

  @Test
  void expiresAtTheSecond() throws Refusal {
    JwtClaims claims = JwtClaims.parse(utf8("{\"exp\":100,\"nbf\":50}"));
    for (int at : new int[] {49, 50, 99, 100}) {
      boolean counts =
          accepts(() -> claims.checkTimes(Instant.ofEpochSecond(at), Refusal.Code.POLICY));
      assertEquals(at >= 50 && at < 100, counts, "at " + at);
    }
  }

  @Test
  void countsTagsAsContentFormats() {
    assertEquals(1668547081L, MediaType.EAT_CWT.tag());
    assertEquals(1668547082L, MediaType.EAT_JWT.tag());
    assertTrue(MediaType.named("Application/EAT+cwt; x=y").isPresent());
    assertTrue(MediaType.named("application/eat+cwtx").isEmpty());
  }
}
