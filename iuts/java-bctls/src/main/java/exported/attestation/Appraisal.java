package exported.attestation;

import exported.Refusal;
import java.security.PublicKey;
import java.util.List;

/** Appraises the CMW of an authenticator (expat section 4). */
public final class Appraisal {
  /** What was attested, and in which format. */
  public record Attested(Model model, MediaType type) {}

  /** The two models of expat section 4. */
  public enum Model {
    BACKGROUND_CHECK("background-check"),
    PASSPORT("passport");

    private final String text;

    Model(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private final Profile profile;
  private final Binding binding;
  private final PublicKey endEntity;
  private final Policy policy;

  /**
   * What CMWs are appraised by.
   *
   * @param binding what Evidence must hold
   * @param endEntity the key that results must speak of
   */
  public Appraisal(Profile profile, Binding binding, PublicKey endEntity, Policy policy) {
    this.profile = profile;
    this.binding = binding;
    this.endEntity = endEntity;
    this.policy = policy;
  }

  /** Every item must verify in full; the first of them is reported. */
  public Attested appraise(byte[] cmwData) throws Refusal {
    List<Cmw.Item> items = Cmw.items(SignedCmw.open(cmwData, policy)).toList();
    Attested first = null;
    for (Cmw.Item item : items) {
      Attested attested = appraise(item);
      first = first == null ? attested : first;
    }
    return first;
  }

  /**
   * The indicator says which kind a message is. Where it says both or is not there, the message is
   * of the kind as which it verifies in full: the roots of the two keep them apart.
   */
  private Attested appraise(Cmw.Item item) throws Refusal {
    long kinds = item.indicator() & (Cmw.EVIDENCE | Cmw.ATTESTATION_RESULTS);
    if (item.indicator() != 0 && kinds == 0) {
      throw Cmw.refusal("the indicator " + item.indicator() + " is of another kind");
    }
    if (kinds == Cmw.EVIDENCE) {
      return evidence(item);
    }
    if (kinds == Cmw.ATTESTATION_RESULTS) {
      return result(item);
    }
    try {
      return evidence(item);
    } catch (Refusal asEvidence) {
      try {
        return result(item);
      } catch (Refusal asResult) {
        throw asEvidence;
      }
    }
  }

  private Attested evidence(Cmw.Item item) throws Refusal {
    Evidence.verify(item.type(), item.value(), profile, binding, policy);
    return new Attested(Model.BACKGROUND_CHECK, item.type());
  }

  private Attested result(Cmw.Item item) throws Refusal {
    AttestationResult.verify(item.type(), item.value(), endEntity, policy);
    return new Attested(Model.PASSPORT, item.type());
  }
}
