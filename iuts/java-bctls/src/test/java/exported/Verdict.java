package exported;

/** Whether an implementation accepts something. */
public final class Verdict {
  private Verdict() {}

  /** What may refuse. */
  @FunctionalInterface
  public interface Decision {
    void take() throws Refusal;
  }

  /** False where it is refused; any other failure is one of the test. */
  public static boolean accepts(Decision decision) {
    try {
      decision.take();
      return true;
    } catch (Refusal e) {
      return false;
    }
  }
}
