package exported.shim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import exported.attestation.ClaimName;
import exported.attestation.MediaType;
import exported.attestation.Profile;
import exported.authenticator.SignatureScheme;
import exported.tls.Suite;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/** The method "hello": the profile that comes in, and what is declared. */
final class Hello {
  private static final int PROTOCOL = 1;
  private static final Set<String> REVISIONS =
      Set.of("draft-fossati-seat-expat-02", "draft-fossati-seat-expat-03");

  private Hello() {}

  static Profile profile(Params params) throws RpcError {
    if (params.integer("protocol") != PROTOCOL) {
      throw RpcError.unsupported("protocol " + params.integer("protocol"));
    }
    return readProfile(params.object("profile"));
  }

  /** The members of a profile; a value that cannot be served is an error with its name. */
  static Profile readProfile(Params profile) throws RpcError {
    // Both are served: no ticket is ever sent, and none is ever used.
    served(REVISIONS, profile.text("revision"));
    String publicKey = profile.text("publicKey");
    served(Set.of("spki-der", "raw"), publicKey);
    return new Profile(
        profile.integer("cmwAttestation"),
        profile.text("exporterLabel"),
        profile.integer("exporterLength"),
        publicKey.equals("raw"),
        claim(profile.object("evidenceNonce")),
        claim(profile.object("aikHashClaim")));
  }

  private static ClaimName claim(Params names) throws RpcError {
    return new ClaimName(names.integer("cwt"), names.text("jwt"));
  }

  private static void served(Set<String> values, String value) throws RpcError {
    if (!values.contains(value)) {
      throw RpcError.unsupported(value);
    }
  }

  static ObjectNode result() {
    Properties versions = versions();
    ObjectNode hello =
        JsonNodeFactory.instance
            .objectNode()
            .put("protocol", PROTOCOL)
            .put("name", "java-bctls")
            .put("version", versions.getProperty("shim"))
            .put("url", "https://www.bouncycastle.org/")
            .put("language", "Java " + Runtime.version().feature())
            .put("tls", "Bouncy Castle " + versions.getProperty("bouncycastle"))
            .put("concurrency", 1);
    ObjectNode supports = hello.putObject("supports");
    addAll(
        supports.putArray("positions"),
        List.of(
            "attester/server", "relying-party/client", "attester/client", "relying-party/server"));
    ArrayNode suites = supports.putArray("cipherSuites");
    for (Suite suite : Suite.values()) {
      suites.add(suite.name());
    }
    ArrayNode schemes = supports.putArray("signatureSchemes");
    for (SignatureScheme scheme : SignatureScheme.values()) {
      schemes.add(scheme.code());
    }
    addAll(supports.putArray("models"), List.of("background-check", "passport"));
    for (String kind : List.of("evidence", "results")) {
      ArrayNode types = supports.putArray(kind);
      for (MediaType type : MediaType.values()) {
        types.add(type.text());
      }
    }
    addAll(
        supports.putArray("features"),
        List.of(
            "spontaneous",
            "empty-authenticator",
            "get-context",
            "replay-detection",
            "export",
            "foreign-request",
            "cmw-tag",
            "cmw-collection",
            "cmw-signed",
            "appraise"));
    return hello;
  }

  private static void addAll(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }

  /** The versions that this was built with; Maven fills them in. */
  private static Properties versions() {
    Properties versions = new Properties();
    try (InputStream in = Hello.class.getResourceAsStream("/versions.properties")) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions;
  }
}
