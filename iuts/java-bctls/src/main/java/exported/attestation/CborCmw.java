package exported.attestation;

import com.upokecenter.cbor.CBORObject;
import com.upokecenter.cbor.CBORType;
import com.upokecenter.numbers.EInteger;
import exported.Refusal;
import java.util.ArrayList;
import java.util.List;

/** CMWs in CBOR. */
final class CborCmw {
  private static final String LABEL = "attestation";

  private CborCmw() {}

  static Cmw read(byte[] data) throws Refusal {
    return read(Strict.cbor("CMW", data, Refusal.Code.CMW), CmwReader.DEPTH);
  }

  private static Cmw read(CBORObject cmw, int depth) throws Refusal {
    if (cmw.isTagged()) {
      return readTag(cmw);
    }
    return switch (cmw.getType()) {
      case Array -> readRecord(cmw);
      case Map -> readCollection(cmw, depth);
      default -> throw Cmw.refusal("CBOR that is no CMW");
    };
  }

  /** [type, value, ?indicator] (section 3.1). */
  private static Cmw readRecord(CBORObject record) throws Refusal {
    if (record.size() != 2 && record.size() != 3) {
      throw Cmw.refusal("a record of " + record.size() + " members");
    }
    if (!CoseSign1.isBytes(record.get(1))) {
      throw Cmw.refusal("the value of a record is no byte string");
    }
    long indicator = 0;
    if (record.size() == 3) {
      CBORObject member = record.get(2);
      if (!CoseSign1.isInteger(member) || !member.AsNumber().CanFitInInt64()) {
        throw Cmw.refusal("an indicator that is no integer of four bytes");
      }
      indicator = CmwReader.checkIndicator(member.AsInt64Value());
    }
    return new Cmw.Item(readType(record.get(0)), record.get(1).GetByteString(), indicator);
  }

  private static MediaType readType(CBORObject type) throws Refusal {
    if (type.isTagged()) {
      throw Cmw.refusal("a type with a tag");
    }
    if (type.getType() == CBORType.TextString) {
      return CmwReader.mediaType(type.AsString());
    }
    if (type.getType() == CBORType.Integer && type.AsNumber().CanFitInInt64()) {
      return MediaType.ofContentFormat(type.AsInt64Value())
          .orElseThrow(() -> Cmw.refusal("Content-Format " + type));
    }
    throw Cmw.refusal("a type that is neither text nor a number");
  }

  /** The tag of a Content-Format around a byte string (section 3.2). */
  private static Cmw readTag(CBORObject tagged) throws Refusal {
    CBORObject content = tagged.UntagOne();
    if (!tagged.getMostOuterTag().CanFitInInt64() || !CoseSign1.isBytes(content)) {
      throw Cmw.refusal("a tag that is no CMW");
    }
    long tag = tagged.getMostOuterTag().ToInt64Checked();
    MediaType type = MediaType.ofTag(tag).orElseThrow(() -> Cmw.refusal("tag " + tag));
    return new Cmw.Item(type, content.GetByteString(), 0);
  }

  private static Cmw readCollection(CBORObject map, int depth) throws Refusal {
    if (depth == 0) {
      throw Cmw.refusal("collections deeper in one another than " + CmwReader.DEPTH);
    }
    List<Cmw> items = new ArrayList<>();
    for (CBORObject label : map.getKeys()) {
      boolean text = label.getType() == CBORType.TextString && !label.isTagged();
      if (!text && !CoseSign1.isInteger(label)) {
        throw Cmw.refusal("a label that is neither text nor integer");
      }
      CBORObject item = map.get(label);
      if (text && CmwReader.isCollectionType(label.AsString())) {
        if (item.getType() != CBORType.TextString || item.isTagged()) {
          throw Cmw.refusal("__cmwc_t is no text");
        }
        CmwReader.checkCollectionType(item.AsString());
      } else {
        items.add(read(item, depth - 1));
      }
    }
    if (items.isEmpty()) {
      throw Cmw.refusal("a collection without items");
    }
    return new Cmw.Collection(items);
  }

  static byte[] write(Cmw.Item item, Cmw.Form form) {
    CBORObject record =
        CBORObject.NewArray().Add(item.type().text()).Add(item.value()).Add(item.indicator());
    return switch (form) {
      case RECORD -> record.EncodeToBytes();
      case TAG ->
          CBORObject.FromObjectAndTag(
                  CBORObject.FromObject(item.value()), EInteger.FromInt64(item.type().tag()))
              .EncodeToBytes();
      case COLLECTION -> CBORObject.NewMap().Add(LABEL, record).EncodeToBytes();
    };
  }
}
