package exported;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import exported.attestation.ClaimName;
import exported.attestation.Policy;
import exported.attestation.Profile;
import exported.authenticator.Exporter;
import exported.authenticator.Role;
import exported.tls.MasterSecretExporter;
import exported.tls.Suite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** The published vectors of the suite (docs/vectors.md). */
public final class Vectors {
  private static final Path ROOT = Path.of("../..");

  private Vectors() {}

  /**
   * A vector, with the inputs of its group laid under its own.
   *
   * @param right whether it is to be accepted
   */
  public record Vector(String id, boolean right, JsonNode inputs, JsonNode output) {
    public Exporter exporter() {
      JsonNode connection = inputs.get("connection");
      Suite suite = Suite.named(connection.get("cipherSuite").textValue()).orElseThrow();
      return MasterSecretExporter.of(suite.hash(), bytes(connection, "exporterMasterSecret"));
    }

    public Role sender() {
      return inputs.get("sender").textValue().equals("client") ? Role.CLIENT : Role.SERVER;
    }

    public Profile profile() {
      JsonNode profile = inputs.get("profile");
      return new Profile(
          profile.get("cmwAttestation").intValue(),
          profile.get("exporterLabel").textValue(),
          profile.get("exporterLength").intValue(),
          profile.get("publicKey").textValue().equals("raw"),
          claim(profile.get("evidenceNonce")),
          claim(profile.get("aikHashClaim")));
    }

    private static ClaimName claim(JsonNode names) {
      return new ClaimName(names.get("cwt").intValue(), names.get("jwt").textValue());
    }

    public Policy policy() {
      JsonNode trust = inputs.get("trust");
      JsonNode policy = inputs.get("policy");
      String requirement = policy.get("attestation").textValue();
      return new Policy(
          list(trust, "pkix"),
          list(trust, "attestation"),
          list(trust, "results"),
          Policy.Requirement.valueOf(requirement.toUpperCase(Locale.ROOT)),
          bytes(policy, "measurement"),
          policy.get("signedCmw").textValue().equals("accept"),
          Instant.parse(inputs.get("now").textValue()));
    }

    public byte[] input(String name) {
      return bytes(inputs, name);
    }

    public byte[] result(String name) {
      return bytes(output, name);
    }
  }

  /** What is asked of a vector. */
  @FunctionalInterface
  public interface Question {
    void ask(Vector vector) throws Exception;
  }

  /** A test for each vector of a topic that is of the kind; there must be some. */
  public static Stream<DynamicTest> each(String topic, String kind, Question question) {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode group : read("vectors/" + topic + ".json").get("groups")) {
      if (group.get("kind").textValue().equals(kind)) {
        for (JsonNode node : group.get("vectors")) {
          ObjectNode inputs = group.get("inputs").deepCopy();
          if (node.has("inputs")) {
            inputs.setAll((ObjectNode) node.get("inputs"));
          }
          Vector vector =
              new Vector(
                  node.get("id").textValue(),
                  node.get("result").textValue().equals("valid"),
                  inputs,
                  node.get("output"));
          tests.add(dynamicTest(vector.id(), () -> question.ask(vector)));
        }
      }
    }
    assertFalse(tests.isEmpty(), topic + " has no vector of the kind " + kind);
    return tests.stream();
  }

  /** A file of the suite. */
  public static JsonNode read(String path) {
    try {
      return JsonMapper.builder().build().readTree(ROOT.resolve(path).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A member in hexadecimal; null where it is null. */
  public static byte[] bytes(JsonNode node, String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : HexFormat.of().parseHex(value.textValue());
  }

  private static List<byte[]> list(JsonNode node, String name) {
    List<byte[]> list = new ArrayList<>();
    node.get(name).forEach(each -> list.add(HexFormat.of().parseHex(each.textValue())));
    return list;
  }
}
