package exported.attestation;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.upokecenter.cbor.CBOREncodeOptions;
import com.upokecenter.cbor.CBORException;
import com.upokecenter.cbor.CBORObject;
import exported.Refusal;
import java.io.IOException;
import java.util.Base64;

/** Decoders that take a message for what it says and for nothing else. */
final class Strict {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final CBOREncodeOptions CBOR =
      new CBOREncodeOptions("allowduplicatekeys=false;resolvereferences=false;allowempty=false");

  private Strict() {}

  /** One JSON text with nothing behind it, in which no name comes twice. */
  static JsonNode json(String what, byte[] text, Refusal.Code code) throws Refusal {
    try {
      JsonNode node = JSON.readTree(text);
      if (node.isMissingNode()) {
        throw new Refusal(code, what + ": nothing");
      }
      return node;
    } catch (IOException e) {
      throw new Refusal(code, what, e);
    }
  }

  /** One CBOR item with nothing behind it, in which no key comes twice. */
  static CBORObject cbor(String what, byte[] bytes, Refusal.Code code) throws Refusal {
    try {
      return CBORObject.DecodeFromBytes(bytes, CBOR);
    } catch (CBORException | ArithmeticException | IllegalArgumentException e) {
      throw new Refusal(code, what, e);
    }
  }

  /** base64url with no padding, and no other way to write the same bytes (RFC 7515 section 2). */
  static byte[] base64url(String what, String text, Refusal.Code code) throws Refusal {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (encodeBase64url(bytes).equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      throw new Refusal(code, what, e);
    }
    throw new Refusal(code, what + ": no base64url without padding");
  }

  static String encodeBase64url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
