package exported.shim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import exported.Refusal;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** JSON-RPC 2.0, one object a line (docs/iut-protocol.md, Transport). */
final class RpcServer {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Methods methods;
  private final InputStream in;
  private final OutputStream out;

  RpcServer(Methods methods, InputStream in, OutputStream out) {
    this.methods = methods;
    this.in = new BufferedInputStream(in);
    this.out = out;
  }

  /** Serves until "bye", or the end of the input. */
  void run() throws IOException {
    for (byte[] line = readLine(); line != null; line = readLine()) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
      boolean last = answer(line, answer);
      out.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      if (last) {
        return;
      }
    }
  }

  /** A line of any length without its end; null at the end of the input. */
  private byte[] readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        return line.size() == 0 ? null : line.toByteArray();
      }
      line.write(octet);
    }
    return line.toByteArray();
  }

  /** Fills in id, and result or error; true where it was the last request. */
  private boolean answer(byte[] line, ObjectNode answer) throws IOException {
    answer.putNull("id");
    try {
      JsonNode request = parse(line);
      JsonNode id = request.path("id");
      if (id.isIntegralNumber() || id.isTextual()) {
        answer.set("id", id);
      }
      JsonNode method = request.path("method");
      if (!method.isTextual()) {
        throw new RpcError(RpcError.INVALID_REQUEST, "a request without a method");
      }
      answer.set("result", result(method.textValue(), new Params(request.path("params"))));
      return method.textValue().equals("bye");
    } catch (RpcError e) {
      ObjectNode error = answer.putObject("error").put("code", e.code());
      error.put("message", e.getMessage());
      if (e.feature() != null) {
        error.putObject("data").put("feature", e.feature());
      }
    } catch (RuntimeException | StackOverflowError | InterruptedException e) {
      e.printStackTrace(); // goes to stderr, which the harness keeps
      answer.putObject("error").put("code", RpcError.INTERNAL).put("message", e.toString());
    }
    return false;
  }

  private static JsonNode parse(byte[] line) throws RpcError, IOException {
    try {
      JsonNode request = JSON.readTree(line);
      if (request.isMissingNode()) {
        throw new RpcError(RpcError.PARSE, "an empty line");
      }
      return request;
    } catch (JsonProcessingException | CharConversionException e) {
      throw new RpcError(RpcError.PARSE, e.getMessage());
    }
  }

  /** What the implementation refuses is a result, never an error. */
  private ObjectNode result(String method, Params params) throws RpcError, InterruptedException {
    try {
      return methods.call(method, params);
    } catch (Refusal e) {
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      result.putObject("refused").put("code", e.code().text()).put("detail", e.getMessage());
      return result;
    }
  }
}
