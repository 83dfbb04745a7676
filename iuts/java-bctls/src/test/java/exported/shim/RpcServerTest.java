package exported.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RpcServerTest {
  private static final String PROFILE =
      "{'revision':'draft-fossati-seat-expat-03','cmwAttestation':65280,"
          + "'exporterLabel':'Attestation','exporterLength':32,'publicKey':'spki-der',"
          + "'evidenceNonce':{'cwt':10,'jwt':'eat_nonce'},"
          + "'aikHashClaim':{'cwt':-65537,'jwt':'aik_pub_hash'}}";
  private static final String HELLO =
      "{'jsonrpc':'2.0','id':0,'method':'hello','params':{'protocol':1,'profile':" + PROFILE + "}}";

  /** The answers to the lines, in which ' stands for ". */
  private static List<JsonNode> ask(String... lines) throws IOException {
    String text = String.join("\n", lines).replace('\'', '"') + "\n";
    ByteArrayInputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new RpcServer(new Methods(), in, out).run();
    List<JsonNode> answers = new ArrayList<>();
    for (String answer : out.toString(StandardCharsets.UTF_8).split("\n")) {
      answers.add(JsonMapper.builder().build().readTree(answer));
    }
    return answers;
  }

  private static int code(String line) throws IOException {
    return ask(HELLO, line).get(1).path("error").path("code").intValue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-32700|{",
        "-32700|{'id':1}{'id':2}",
        "-32700|{'id':1,'id':2,'method':'bye'}",
        "-32600|[]",
        "-32600|{'id':1}",
        "-32601|{'id':1,'method':'unknown'}",
        "-32602|{'id':1,'method':'close','params':{'channel':'none'}}",
        "-32602|{'id':1,'method':'close','params':{'channel':7}}",
        "-32602|{'id':1,'method':'close'}",
        "-32602|{'id':1,'method':'context','params':{'request':'0D'}}",
        "-32602|{'id':1,'method':'context','params':{'request':'0d0'}}",
        "-32602|{'id':1,'method':'context','params':{'request':[]}}",
        "-32001|{'id':1,'method':'hello','params':{'protocol':2,'profile':{}}}"
      })
  void answersErrors(int code, String line) throws IOException {
    assertEquals(code, code(line));
  }

  @Test
  void namesWhatItDoesNotServe() throws IOException {
    JsonNode answer = ask(HELLO.replace("spki-der", "jwk")).get(0);
    assertEquals(-32001, answer.path("error").path("code").intValue());
    assertEquals("jwk", answer.path("error").path("data").path("feature").textValue());
  }

  @Test
  void refusesByAResult() throws IOException {
    JsonNode answer = ask(HELLO, "{'id':'x','method':'context','params':{'request':''}}").get(1);
    assertEquals("x", answer.get("id").textValue());
    assertEquals("malformed", answer.get("result").get("refused").get("code").textValue());
  }

  @Test
  void knowsItsVersions() throws IOException {
    JsonNode hello = ask(HELLO).get(0).get("result");
    assertTrue(hello.get("tls").textValue().matches("Bouncy Castle [0-9.]+"));
    assertTrue(hello.get("version").textValue().matches("[0-9.]+"));
  }

  @Test
  void readsLinesOfAMebibyteAndStopsAtBye() throws IOException {
    String request =
        "{'id':1,'method':'context','params':{'request':'" + "00".repeat(524288) + "'}}";
    List<JsonNode> answers =
        ask(HELLO, request, "{'id':2,'method':'bye'}", "{'id':3,'method':'bye'}");
    assertEquals(3, answers.size());
    assertTrue(answers.get(1).get("result").has("refused"));
    assertFalse(answers.get(2).has("error"));
  }
}
