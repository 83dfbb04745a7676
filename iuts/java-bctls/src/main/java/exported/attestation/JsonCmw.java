package exported.attestation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import exported.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** CMWs in JSON. There is no tag, and no Content-Format in place of a media type. */
final class JsonCmw {
  private static final String LABEL = "attestation";

  private JsonCmw() {}

  static Cmw read(byte[] data) throws Refusal {
    return read(Strict.json("CMW", data, Refusal.Code.CMW), CmwReader.DEPTH);
  }

  private static Cmw read(JsonNode cmw, int depth) throws Refusal {
    if (cmw.isArray()) {
      return readRecord(cmw);
    }
    if (cmw.isObject()) {
      return readCollection(cmw, depth);
    }
    throw Cmw.refusal("JSON that is no CMW");
  }

  /** [type, value in base64url, ?indicator] (section 3.1). */
  private static Cmw readRecord(JsonNode record) throws Refusal {
    if (record.size() != 2 && record.size() != 3) {
      throw Cmw.refusal("a record of " + record.size() + " members");
    }
    if (!record.get(0).isTextual() || !record.get(1).isTextual()) {
      throw Cmw.refusal("type and value of a record in JSON are texts");
    }
    long indicator = 0;
    if (record.size() == 3) {
      JsonNode member = record.get(2);
      if (!member.isIntegralNumber() || !member.canConvertToLong()) {
        throw Cmw.refusal("an indicator that is no integer of four bytes");
      }
      indicator = CmwReader.checkIndicator(member.longValue());
    }
    byte[] value = Strict.base64url("the value", record.get(1).textValue(), Refusal.Code.CMW);
    return new Cmw.Item(CmwReader.mediaType(record.get(0).textValue()), value, indicator);
  }

  private static Cmw readCollection(JsonNode object, int depth) throws Refusal {
    if (depth == 0) {
      throw Cmw.refusal("collections deeper in one another than " + CmwReader.DEPTH);
    }
    List<Cmw> items = new ArrayList<>();
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (!CmwReader.isCollectionType(member.getKey())) {
        items.add(read(member.getValue(), depth - 1));
      } else if (member.getValue().isTextual()) {
        CmwReader.checkCollectionType(member.getValue().textValue());
      } else {
        throw Cmw.refusal("__cmwc_t is no text");
      }
    }
    if (items.isEmpty()) {
      throw Cmw.refusal("a collection without items");
    }
    return new Cmw.Collection(items);
  }

  static byte[] write(Cmw.Item item, Cmw.Form form) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    ArrayNode record =
        json.arrayNode()
            .add(item.type().text())
            .add(Strict.encodeBase64url(item.value()))
            .add(item.indicator());
    JsonNode cmw = form == Cmw.Form.COLLECTION ? json.objectNode().set(LABEL, record) : record;
    return cmw.toString().getBytes(StandardCharsets.UTF_8);
  }
}
