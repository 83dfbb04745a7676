package exported.attestation;

import exported.Refusal;
import java.util.List;
import java.util.stream.Stream;

/** A conceptual message wrapper (draft-ietf-rats-msg-wrap section 3). */
sealed interface Cmw {
  /** The bits of the indicator (section 3.1.1). */
  long EVIDENCE = 4;

  long ATTESTATION_RESULTS = 8;

  /** The forms that an attester can be asked for. */
  enum Form {
    RECORD,
    TAG,
    COLLECTION
  }

  /**
   * A record or a tag.
   *
   * @param type what the message is
   * @param value the message
   * @param indicator its kinds; 0 where nothing says so
   */
  record Item(MediaType type, byte[] value, long indicator) implements Cmw {}

  /**
   * A collection.
   *
   * @param items at least one
   */
  record Collection(List<Cmw> items) implements Cmw {}

  /** The items, those of collections within collections too. */
  static Stream<Item> items(Cmw cmw) {
    return cmw instanceof Item item
        ? Stream.of(item)
        : ((Collection) cmw).items().stream().flatMap(Cmw::items);
  }

  /** The refusal of what is no CMW, or none that is known. */
  static Refusal refusal(String detail) {
    return new Refusal(Refusal.Code.CMW, detail);
  }
}
