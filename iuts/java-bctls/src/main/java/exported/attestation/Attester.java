package exported.attestation;

import exported.Refusal;
import exported.authenticator.Exporter;
import exported.authenticator.Identity;
import java.util.Locale;

/** What an attester puts into the extension of an authenticator. */
public interface Attester {
  /** The data of cmw_attestation for an authenticator with that context and that key. */
  byte[] attest(Profile profile, Exporter exporter, byte[] context, Identity identity)
      throws Refusal;

  /**
   * How the CMW is written.
   *
   * @param json JSON, or else CBOR; a tag is always in CBOR
   */
  record Wrapping(Cmw.Form form, boolean json) {
    public static Wrapping of(String form, boolean json) {
      return new Wrapping(Cmw.Form.valueOf(form.toUpperCase(Locale.ROOT)), json);
    }

    private byte[] wrap(Cmw.Item item) throws Refusal {
      boolean asJson = json && form != Cmw.Form.TAG;
      return CmwExtension.encode(asJson ? JsonCmw.write(item, form) : CborCmw.write(item, form));
    }
  }

  /** The model background-check: Evidence is made for the exchange. */
  record BackgroundCheck(
      MediaType type, Wrapping wrapping, byte[] ueid, byte[] measurement, Identity attestationKey)
      implements Attester {
    @Override
    public byte[] attest(Profile profile, Exporter exporter, byte[] context, Identity identity)
        throws Refusal {
      Binding binding = Binding.of(profile, exporter, context, identity.publicKey());
      byte[] evidence = Evidence.make(type, profile, binding, ueid, measurement, attestationKey);
      return wrapping.wrap(new Cmw.Item(type, evidence, Cmw.EVIDENCE));
    }
  }

  /** The model passport: a result that was issued before is shown as it is. */
  record Passport(MediaType type, Wrapping wrapping, byte[] result) implements Attester {
    @Override
    public byte[] attest(Profile profile, Exporter exporter, byte[] context, Identity identity)
        throws Refusal {
      return wrapping.wrap(new Cmw.Item(type, result, Cmw.ATTESTATION_RESULTS));
    }
  }
}
