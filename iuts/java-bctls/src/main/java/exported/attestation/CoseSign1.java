package exported.attestation;

import com.upokecenter.cbor.CBORObject;
import com.upokecenter.cbor.CBORType;
import exported.Refusal;
import exported.authenticator.Identity;
import java.util.ArrayList;
import java.util.List;

/**
 * COSE_Sign1 (RFC 9052 section 4.2). It stands on the CBOR library alone: of the COSE libraries for
 * Java, those that are kept know no PS256 and read with lenient decoders of their own.
 */
final class CoseSign1 {
  private static final int TAG = 18;
  private static final int ALG = 1;
  private static final int CRIT = 2;
  private static final int CONTENT_TYPE = 3;
  private static final int X5CHAIN = 33;

  private CoseSign1() {}

  /** Whether the bytes begin with the tag. */
  static boolean isTagged(byte[] bytes) {
    return bytes.length > 0 && (bytes[0] & 0xff) == 0xc0 + TAG;
  }

  /** Reads a tagged COSE_Sign1; the code is what a failure is called. */
  static Token parse(byte[] bytes, Refusal.Code code) throws Refusal {
    CBORObject message = Strict.cbor("COSE_Sign1", bytes, code);
    if (!message.HasOneTag(TAG)
        || message.getType() != CBORType.Array
        || message.size() != 4
        || !isBytes(message.get(0))
        || !isMap(message.get(1))
        || !isBytes(message.get(2))
        || !isBytes(message.get(3))) {
      throw new Refusal(code, "no COSE_Sign1 with the tag 18");
    }
    byte[] protectedBytes = message.get(0).GetByteString();
    CBORObject unprotected = message.get(1);
    CBORObject inner = readProtected(protectedBytes, code);
    checkLabels(inner, unprotected, code);
    // A critical parameter must be understood (section 3.1), and none is here.
    if (inner.get(CRIT) != null) {
      throw new Refusal(code, "a critical header parameter");
    }
    CBORObject alg = inner.get(ALG);
    TokenAlgorithm algorithm =
        isInteger(alg) && alg.AsNumber().CanFitInInt32()
            ? TokenAlgorithm.ofCose(alg.AsInt32()).orElse(null)
            : null;
    if (algorithm == null) {
      throw new Refusal(code, "no algorithm that is known in the protected header");
    }
    CBORObject chain = inner.get(X5CHAIN) != null ? inner.get(X5CHAIN) : unprotected.get(X5CHAIN);
    byte[] payload = message.get(2).GetByteString();
    return new Token(
        algorithm,
        contentType(inner.get(CONTENT_TYPE)),
        readChain(chain, code),
        payload,
        toBeSigned(protectedBytes, payload),
        message.get(3).GetByteString());
  }

  /** Signs; x5chain holds the chain of the signer, one certificate bare (RFC 9360 section 2). */
  static byte[] sign(byte[] payload, Identity signer) {
    TokenAlgorithm algorithm = TokenAlgorithm.of(signer.publicKey()).orElseThrow();
    byte[] header = CBORObject.NewMap().Add(ALG, algorithm.cose()).EncodeToBytes();
    CBORObject chain = CBORObject.NewArray();
    signer.chain().forEach(chain::Add);
    return CBORObject.FromObjectAndTag(
            CBORObject.NewArray()
                .Add(header)
                .Add(CBORObject.NewMap().Add(X5CHAIN, chain.size() == 1 ? chain.get(0) : chain))
                .Add(payload)
                .Add(algorithm.sign(signer.key(), toBeSigned(header, payload))),
            TAG)
        .EncodeToBytes();
  }

  /** The Sig_structure (RFC 9052 section 4.4), with no external data. */
  private static byte[] toBeSigned(byte[] protectedBytes, byte[] payload) {
    return CBORObject.NewArray()
        .Add("Signature1")
        .Add(protectedBytes)
        .Add(new byte[0])
        .Add(payload)
        .EncodeToBytes();
  }

  private static CBORObject readProtected(byte[] bytes, Refusal.Code code) throws Refusal {
    if (bytes.length == 0) {
      return CBORObject.NewMap();
    }
    CBORObject header = Strict.cbor("protected header", bytes, code);
    if (!isMap(header)) {
      throw new Refusal(code, "the protected header is no map");
    }
    return header;
  }

  /** Labels are integers or texts, and none stands in both headers (RFC 9052 section 3). */
  private static void checkLabels(CBORObject inner, CBORObject outer, Refusal.Code code)
      throws Refusal {
    List<CBORObject> labels = new ArrayList<>(inner.getKeys());
    labels.addAll(outer.getKeys());
    for (CBORObject label : labels) {
      if (!isInteger(label) && label.getType() != CBORType.TextString) {
        throw new Refusal(code, "a header label that is neither integer nor text");
      }
      if (inner.ContainsKey(label) && outer.ContainsKey(label)) {
        throw new Refusal(code, "header parameter " + label + " in both headers");
      }
    }
  }

  private static List<byte[]> readChain(CBORObject chain, Refusal.Code code) throws Refusal {
    List<byte[]> certificates = new ArrayList<>();
    if (isBytes(chain)) {
      certificates.add(chain.GetByteString());
    } else if (chain != null && chain.getType() == CBORType.Array && !chain.isTagged()) {
      for (CBORObject certificate : chain.getValues()) {
        if (!isBytes(certificate)) {
          throw new Refusal(code, "x5chain holds something that is no byte string");
        }
        certificates.add(certificate.GetByteString());
      }
    }
    if (certificates.isEmpty()) {
      throw new Refusal(code, "no x5chain");
    }
    return certificates;
  }

  private static String contentType(CBORObject value) {
    return value != null && value.getType() == CBORType.TextString ? value.AsString() : null;
  }

  static boolean isBytes(CBORObject value) {
    return value != null && value.getType() == CBORType.ByteString && !value.isTagged();
  }

  static boolean isMap(CBORObject value) {
    return value != null && value.getType() == CBORType.Map && !value.isTagged();
  }

  static boolean isInteger(CBORObject value) {
    return value != null && value.getType() == CBORType.Integer && !value.isTagged();
  }
}
