package exported.attestation;

import com.fasterxml.jackson.databind.JsonNode;
import exported.Refusal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Claims in JSON (RFC 7519).
 *
 * @param object an object
 */
record JwtClaims(JsonNode object) implements Claims {
  private static final Map<String, Integer> STATUS =
      Map.of("none", 0, "affirming", 2, "warning", 32, "contraindicated", 96);

  static JwtClaims parse(byte[] payload) throws Refusal {
    JsonNode claims = Strict.json("claims", payload, Refusal.Code.MALFORMED);
    if (!claims.isObject()) {
      throw new Refusal(Refusal.Code.MALFORMED, "the claims are no object");
    }
    return new JwtClaims(claims);
  }

  @Override
  public boolean has(ClaimName name) {
    return object.has(name.jwt());
  }

  @Override
  public byte[] bytes(ClaimName name) throws Refusal {
    JsonNode value = object.get(name.jwt());
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw new Refusal(Refusal.Code.MALFORMED, name + " is no text");
    }
    return Strict.base64url(name.jwt(), value.textValue(), Refusal.Code.MALFORMED);
  }

  @Override
  public BigInteger time(ClaimName name) throws Refusal {
    JsonNode value = object.get(name.jwt());
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber()) {
      throw new Refusal(Refusal.Code.MALFORMED, name + " is no integer");
    }
    return value.bigIntegerValue();
  }

  @Override
  public Claims map(ClaimName name) {
    JsonNode value = object.get(name.jwt());
    return value != null && value.isObject() ? new JwtClaims(value) : null;
  }

  @Override
  public List<Claims> members() {
    List<Claims> members = new ArrayList<>();
    for (JsonNode value : object) {
      if (!value.isObject()) {
        return null;
      }
      members.add(new JwtClaims(value));
    }
    return members.isEmpty() ? null : members;
  }

  @Override
  public Integer status(ClaimName name) {
    JsonNode value = object.get(name.jwt());
    return value != null && value.isTextual() ? STATUS.get(value.textValue()) : null;
  }
}
