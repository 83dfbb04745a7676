package exported.authenticator;

import exported.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.tls.TlsUtils;

/**
 * A handshake message (RFC 8446 section 4).
 *
 * @param type the handshake type
 * @param body what stands behind the length
 * @param encoded the whole message, which is what transcripts hold
 */
record Handshake(int type, byte[] body, byte[] encoded) {

  /** Something that writes itself in the presentation language of TLS. */
  @FunctionalInterface
  interface Content {
    void writeTo(ByteArrayOutputStream out) throws IOException;
  }

  /** Something that reads itself; what it leaves over is refused. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ByteArrayInputStream in) throws IOException, Refusal;
  }

  static Handshake of(int type, byte[] body) {
    byte[] encoded =
        bytes(
            out -> {
              TlsUtils.writeUint8(type, out);
              TlsUtils.writeOpaque24(body, out);
            });
    return new Handshake(type, body, encoded);
  }

  /** The messages that stand one behind the other in the bytes; refused where the last is cut. */
  static List<Handshake> split(byte[] bytes) throws Refusal {
    return read(
        "handshake messages",
        bytes,
        in -> {
          List<Handshake> messages = new ArrayList<>();
          while (in.available() > 0) {
            int type = TlsUtils.readUint8(in);
            messages.add(of(type, TlsUtils.readOpaque24(bounded(in, 3))));
          }
          return messages;
        });
  }

  /** The bytes that the content writes. */
  static byte[] bytes(Content content) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      content.writeTo(out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a vector that is too long for its length field
    }
  }

  /** Reads all of the bytes; what is cut short or goes on behind is refused as malformed. */
  static <T> T read(String what, byte[] bytes, Reader<T> reader) throws Refusal {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    T value;
    try {
      value = reader.read(in);
    } catch (IOException e) {
      throw new Refusal(Refusal.Code.MALFORMED, what, e);
    }
    if (in.available() > 0) {
      throw new Refusal(Refusal.Code.MALFORMED, what + ": " + in.available() + " bytes left over");
    }
    return value;
  }

  /** Looks ahead whether a vector fits, so that no length makes the reader allocate 16 MiB. */
  static ByteArrayInputStream bounded(ByteArrayInputStream in, int lengthBytes) throws IOException {
    in.mark(0);
    int length = lengthBytes == 3 ? TlsUtils.readUint24(in) : TlsUtils.readUint16(in);
    if (length > in.available()) {
      throw new IOException("a length of " + length + ", and " + in.available() + " bytes");
    }
    in.reset();
    return in;
  }
}
