package exported.attestation;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import exported.Refusal;
import exported.authenticator.Identity;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** JWS in the compact serialisation (RFC 7515 section 3.1). */
final class Jws {
  private Jws() {}

  /** Reads a JWS; the code is what a failure is called. */
  static Token parse(byte[] bytes, Refusal.Code code) throws Refusal {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String[] parts = text.split("\\.", -1);
    if (parts.length != 3) {
      throw new Refusal(code, "a JWS of " + parts.length + " parts");
    }
    for (String part : parts) {
      Strict.base64url("JWS", part, code);
    }
    JsonNode fields = Strict.json("JWS header", Base64URL.from(parts[0]).decode(), code);
    JWSObject jws;
    try {
      jws = JWSObject.parse(text);
    } catch (ParseException | IllegalArgumentException e) {
      throw new Refusal(code, "JWS", e);
    }
    JWSHeader header = jws.getHeader();
    // A critical parameter must be understood (RFC 7515 section 4.1.11), and none is here. "b64" is
    // always one (RFC 7797 section 6), and the library would go by it in any case.
    if (fields.has("crit") || fields.has("b64")) {
      throw new Refusal(code, "a critical header parameter");
    }
    TokenAlgorithm algorithm =
        TokenAlgorithm.ofJose(header.getAlgorithm().getName())
            .orElseThrow(() -> new Refusal(code, "algorithm " + header.getAlgorithm()));
    JsonNode contentType = fields.path("cty");
    return new Token(
        algorithm,
        contentType.isTextual() ? contentType.textValue() : null,
        readChain(fields.path("x5c"), code),
        jws.getPayload().toBytes(),
        jws.getSigningInput(),
        jws.getSignature().decode());
  }

  /** x5c is standard base64 (RFC 7515 section 4.1.6). */
  private static List<byte[]> readChain(JsonNode x5c, Refusal.Code code) throws Refusal {
    List<byte[]> chain = new ArrayList<>();
    for (JsonNode certificate : x5c) {
      if (!certificate.isTextual()) {
        throw new Refusal(code, "x5c holds something that is no text");
      }
      try {
        chain.add(java.util.Base64.getDecoder().decode(certificate.textValue()));
      } catch (IllegalArgumentException e) {
        throw new Refusal(code, "x5c", e);
      }
    }
    if (!x5c.isArray() || chain.isEmpty()) {
      throw new Refusal(code, "no x5c");
    }
    return chain;
  }

  /** Signs; x5c holds the chain of the signer. */
  static byte[] sign(byte[] payload, Identity signer) {
    TokenAlgorithm algorithm = TokenAlgorithm.of(signer.publicKey()).orElseThrow();
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.parse(algorithm.jose()))
            .x509CertChain(signer.chain().stream().map(Base64::encode).toList())
            .build();
    try {
      JWSObject jws = new JWSObject(header, new Payload(payload));
      jws.sign(new JcaSigner(algorithm, signer));
      return jws.serialize().getBytes(StandardCharsets.US_ASCII);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signs by the JDK. The library's own signer for Ed25519 needs another library. */
  private record JcaSigner(TokenAlgorithm algorithm, Identity signer) implements JWSSigner {
    @Override
    public Base64URL sign(JWSHeader header, byte[] signingInput) {
      return Base64URL.encode(algorithm.sign(signer.key(), signingInput));
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
      return Set.of(JWSAlgorithm.parse(algorithm.jose()));
    }

    @Override
    public JCAContext getJCAContext() {
      return new JCAContext();
    }
  }
}
