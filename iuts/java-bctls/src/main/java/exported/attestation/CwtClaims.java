package exported.attestation;

import com.upokecenter.cbor.CBORObject;
import exported.Refusal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Claims in CBOR (RFC 8392).
 *
 * @param map a map
 */
record CwtClaims(CBORObject map) implements Claims {

  static CwtClaims parse(byte[] payload) throws Refusal {
    CBORObject claims = Strict.cbor("claims", payload, Refusal.Code.MALFORMED);
    if (!CoseSign1.isMap(claims)) {
      throw new Refusal(Refusal.Code.MALFORMED, "the claims are no map");
    }
    return new CwtClaims(claims);
  }

  @Override
  public boolean has(ClaimName name) {
    return map.ContainsKey(name.label());
  }

  @Override
  public byte[] bytes(ClaimName name) throws Refusal {
    CBORObject value = map.get(name.label());
    if (value == null) {
      return null;
    }
    if (!CoseSign1.isBytes(value)) {
      throw new Refusal(Refusal.Code.MALFORMED, name + " is no byte string");
    }
    return value.GetByteString();
  }

  @Override
  public BigInteger time(ClaimName name) throws Refusal {
    CBORObject value = map.get(name.label());
    if (value == null) {
      return null;
    }
    if (!CoseSign1.isInteger(value)) {
      throw new Refusal(Refusal.Code.MALFORMED, name + " is no integer");
    }
    return new BigInteger(value.AsEIntegerValue().toString());
  }

  @Override
  public Claims map(ClaimName name) {
    CBORObject value = map.get(name.label());
    return CoseSign1.isMap(value) ? new CwtClaims(value) : null;
  }

  @Override
  public List<Claims> members() {
    List<Claims> members = new ArrayList<>();
    for (CBORObject value : map.getValues()) {
      if (!CoseSign1.isMap(value)) {
        return null;
      }
      members.add(new CwtClaims(value));
    }
    return members.isEmpty() ? null : members;
  }

  @Override
  public Integer status(ClaimName name) {
    CBORObject value = map.get(name.label());
    return CoseSign1.isInteger(value) && value.AsNumber().CanFitInInt32() ? value.AsInt32() : null;
  }
}
