package exported.attestation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The media types of attestation messages (RFC 9782), with their Content-Formats. */
public enum MediaType {
  EAT_CWT("application/eat+cwt", 263),
  EAT_JWT("application/eat+jwt", 264);

  /** The tags of CMW stand at the tags of Content-Formats (RFC 9277 section 4.3). */
  private static final long FIRST_TAG = 0x63740101L;

  private static final int BLOCK = 255;

  private final String text;
  private final int contentFormat;

  MediaType(String text, int contentFormat) {
    this.text = text;
    this.contentFormat = contentFormat;
  }

  public String text() {
    return text;
  }

  /** The CBOR tag of the Content-Format: every 256th tag is left out (RFC 9277 section 4.3). */
  long tag() {
    return FIRST_TAG + contentFormat / BLOCK * (BLOCK + 1L) + contentFormat % BLOCK;
  }

  /** Of a media type, without its parameters and in any case of letters. */
  public static Optional<MediaType> named(String name) {
    String bare = name.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(each -> each.text.equals(bare)).findFirst();
  }

  static Optional<MediaType> ofContentFormat(long number) {
    return Arrays.stream(values()).filter(each -> each.contentFormat == number).findFirst();
  }

  static Optional<MediaType> ofTag(long tag) {
    return Arrays.stream(values()).filter(each -> each.tag() == tag).findFirst();
  }
}
