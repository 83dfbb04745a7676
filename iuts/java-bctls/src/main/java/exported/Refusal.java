package exported;

import java.util.Locale;

/** What the implementation says no to, with a code of the control protocol. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  /** The reasons that docs/iut-protocol.md knows; they help diagnosis and decide nothing. */
  public enum Code {
    MALFORMED,
    CONTEXT_MISMATCH,
    CONTEXT_REUSED,
    WRONG_ROLE,
    NO_COMMON_SCHEME,
    SCHEME_NOT_OFFERED,
    UNSOLICITED_EXTENSION,
    SIGNATURE_MISMATCH,
    FINISHED_MISMATCH,
    EMPTY_AUTHENTICATOR,
    PKIX,
    ATTESTATION_MISSING,
    CMW,
    EVIDENCE_SIGNATURE,
    RESULT_SIGNATURE,
    BINDING_MISMATCH,
    AIK_MISMATCH,
    POLICY,
    OTHER;

    /** The code as it stands in an answer. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Code code;

  public Refusal(Code code, String detail) {
    super(detail);
    this.code = code;
  }

  public Refusal(Code code, String detail, Throwable cause) {
    super(detail + ": " + cause.getMessage(), cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
