package exported.shim;

import com.fasterxml.jackson.databind.JsonNode;
import exported.authenticator.Identity;
import exported.path.Certificates;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Parameters of a method. A parameter of the wrong type is an error; one that nobody knows is not
 * looked at; null counts as absent.
 *
 * @param node an object, or anything
 */
record Params(JsonNode node) {

  boolean has(String name) {
    return node.hasNonNull(name);
  }

  Params object(String name) throws RpcError {
    return new Params(of(name, JsonNode::isObject, "an object"));
  }

  String text(String name) throws RpcError {
    return of(name, JsonNode::isTextual, "a text").textValue();
  }

  int integer(String name) throws RpcError {
    JsonNode value = of(name, JsonNode::isIntegralNumber, "an integer");
    if (!value.canConvertToInt()) {
      throw RpcError.params(name + " is too large");
    }
    return value.intValue();
  }

  boolean bool(String name) throws RpcError {
    return of(name, JsonNode::isBoolean, "true or false").booleanValue();
  }

  byte[] bytes(String name) throws RpcError {
    return hex(name, of(name, JsonNode::isTextual, "a text"));
  }

  /** Null where it is absent. */
  byte[] bytesOrNull(String name) throws RpcError {
    return has(name) ? bytes(name) : null;
  }

  List<byte[]> bytesList(String name) throws RpcError {
    List<byte[]> list = new ArrayList<>();
    for (JsonNode element : of(name, JsonNode::isArray, "an array")) {
      list.add(hex(name, element));
    }
    return list;
  }

  List<Integer> integers(String name) throws RpcError {
    List<Integer> list = new ArrayList<>();
    for (JsonNode element : of(name, JsonNode::isArray, "an array")) {
      if (!element.isIntegralNumber() || !element.canConvertToInt()) {
        throw RpcError.params(name + " holds something that is no integer");
      }
      list.add(element.intValue());
    }
    return list;
  }

  List<String> texts(String name) throws RpcError {
    List<String> list = new ArrayList<>();
    for (JsonNode element : of(name, JsonNode::isArray, "an array")) {
      if (!element.isTextual()) {
        throw RpcError.params(name + " holds something that is no text");
      }
      list.add(element.textValue());
    }
    return list;
  }

  /** A time in ISO 8601; the clock's where it is absent. */
  Instant timeOrNow(String name) throws RpcError {
    try {
      return has(name) ? Instant.parse(text(name)) : Instant.now();
    } catch (DateTimeParseException e) {
      throw RpcError.params(name + ": " + e.getMessage());
    }
  }

  /** The members "chain" and "key" of these parameters. */
  Identity identity() throws RpcError {
    List<byte[]> chain = bytesList("chain");
    if (chain.isEmpty()) {
      throw RpcError.params("an empty chain");
    }
    try {
      PublicKey publicKey = Certificates.parse(chain.get(0)).getPublicKey();
      PrivateKey key =
          KeyFactory.getInstance(publicKey.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(bytes("key")));
      return new Identity(chain, publicKey, key);
    } catch (GeneralSecurityException e) {
      throw RpcError.params("identity: " + e.getMessage());
    }
  }

  private JsonNode of(String name, Predicate<JsonNode> type, String expected) throws RpcError {
    JsonNode value = node.path(name);
    if (!type.test(value)) {
      throw RpcError.params(name + " is to be " + expected);
    }
    return value;
  }

  private static byte[] hex(String name, JsonNode value) throws RpcError {
    try {
      String digits = value.isTextual() ? value.textValue() : "no text";
      if (digits.equals(digits.toLowerCase(Locale.ROOT))) {
        return HexFormat.of().parseHex(digits);
      }
    } catch (IllegalArgumentException e) {
      throw RpcError.params(name + ": " + e.getMessage());
    }
    throw RpcError.params(name + " is to be lower-case hexadecimal");
  }
}
