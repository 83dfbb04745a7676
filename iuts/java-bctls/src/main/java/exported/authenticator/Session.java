package exported.authenticator;

import exported.Refusal;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One end of one connection with the operations of RFC 9261 section 7, and its memory: a context
 * stands for one request and for one authenticator on the connection, in both directions together.
 */
public final class Session {
  private static final int CONTEXT_LENGTH = 32;
  private static final int LONGEST_CONTEXT = 255;

  private final Role self;
  private final Exporter exporter;
  private final Offer clientHello;
  private final SecureRandom random = new SecureRandom();
  private final Set<ByteBuffer> asked = new HashSet<>();
  private final Set<ByteBuffer> consumed = new HashSet<>();

  /** The extensions of the first entry, made once key and context are known. */
  @FunctionalInterface
  public interface LeafExtensions {
    Map<Integer, byte[]> make(byte[] context, Offer offer) throws Refusal;
  }

  public Session(Role self, Exporter exporter, Offer clientHello) {
    this.self = self;
    this.exporter = exporter;
    this.clientHello = clientHello;
  }

  public Exporter exporter() {
    return exporter;
  }

  /**
   * Makes a request (section 7.1).
   *
   * @param contextOrNull null leaves the choice to this end
   * @param extensions what the request holds beside signature_algorithms
   */
  public AuthenticatorRequest request(
      List<Integer> schemes, byte[] contextOrNull, Map<Integer, byte[]> extensions) throws Refusal {
    byte[] context = contextOrNull == null ? freshContext() : contextOrNull;
    if (context.length > LONGEST_CONTEXT) {
      throw new Refusal(Refusal.Code.OTHER, "a context of " + context.length + " octets");
    }
    // Unique over the requests of both ends (section 4).
    if (consumed.contains(ByteBuffer.wrap(context)) || !asked.add(ByteBuffer.wrap(context))) {
      throw new Refusal(Refusal.Code.CONTEXT_REUSED, "the context was used on this connection");
    }
    return AuthenticatorRequest.make(self, context, schemes, extensions);
  }

  /**
   * Makes an authenticator (section 7.3).
   *
   * @param requestOrNull null asks for a spontaneous one
   * @param identityOrNull null declines
   */
  public byte[] authenticate(
      byte[] requestOrNull, Identity identityOrNull, LeafExtensions leafExtensions) throws Refusal {
    if (requestOrNull == null) {
      return spontaneous(identityOrNull, leafExtensions);
    }
    AuthenticatorRequest request = requestOf(self.peer(), requestOrNull);
    ByteBuffer context = ByteBuffer.wrap(request.context());
    if (consumed.contains(context)) {
      throw new Refusal(Refusal.Code.CONTEXT_REUSED, "an authenticator has this context already");
    }
    asked.add(context);
    Transcript transcript = Transcript.of(exporter, self, requestOrNull);
    // An identity that no offered scheme fits is as good as none (sections 5.2.2 and 6).
    Optional<SignatureScheme> scheme =
        Optional.ofNullable(identityOrNull)
            .flatMap(identity -> SignatureScheme.choose(request.schemes(), identity.publicKey()));
    byte[] made =
        scheme.isEmpty()
            ? Authenticators.decline(transcript, request.context())
            : Authenticators.make(
                transcript,
                request.context(),
                identityOrNull,
                scheme.get(),
                leafExtensions.make(request.context(), request));
    consumed.add(context);
    return made;
  }

  /** Servers alone send authenticators that nobody asked for (section 5). */
  private byte[] spontaneous(Identity identity, LeafExtensions leafExtensions) throws Refusal {
    if (self == Role.CLIENT) {
      throw new Refusal(Refusal.Code.WRONG_ROLE, "a client answers requests only");
    }
    if (identity == null) {
      throw new Refusal(Refusal.Code.OTHER, "there is nothing to decline");
    }
    SignatureScheme scheme =
        SignatureScheme.choose(clientHello.schemes(), identity.publicKey())
            .orElseThrow(
                () ->
                    new Refusal(
                        Refusal.Code.NO_COMMON_SCHEME, "no scheme of the ClientHello fits"));
    byte[] context = freshContext();
    byte[] made =
        Authenticators.make(
            Transcript.of(exporter, self, null),
            context,
            identity,
            scheme,
            leafExtensions.make(context, clientHello));
    consumed.add(ByteBuffer.wrap(context));
    return made;
  }

  /**
   * Verifies an authenticator of the peer (section 7.4) up to its chain. The context is consumed by
   * {@link #accept} alone, once the rest has been found right.
   *
   * @param requestOrNull the request of this end; null where the peer was not asked
   */
  public Verified verify(byte[] requestOrNull, byte[] authenticator) throws Refusal {
    AuthenticatorRequest request = requestOrNull == null ? null : requestOf(self, requestOrNull);
    if (request == null && self == Role.SERVER) {
      throw new Refusal(Refusal.Code.WRONG_ROLE, "a client answers requests only (section 5)");
    }
    Verified verified =
        Verification.verify(
            Transcript.of(exporter, self.peer(), requestOrNull),
            request == null ? null : request.context(),
            request == null ? clientHello : request,
            authenticator);
    ByteBuffer context = ByteBuffer.wrap(verified.context());
    if (consumed.contains(context) || (request == null && asked.contains(context))) {
      throw new Refusal(Refusal.Code.CONTEXT_REUSED, "the context was used on this connection");
    }
    return verified;
  }

  /** Consumes the context of an authenticator that was accepted. */
  public void accept(byte[] context) {
    consumed.add(ByteBuffer.wrap(context));
  }

  /** The context of a request (section 7.2). */
  public static byte[] contextOfRequest(byte[] request) throws Refusal {
    return AuthenticatorRequest.parse(request).context();
  }

  /** The context of an authenticator (section 7.2); an empty one has none. */
  public static byte[] contextOfAuthenticator(byte[] authenticator) throws Refusal {
    return Verification.certificateOf(authenticator).context();
  }

  /** The type of a request says which end it is from (section 4). */
  private static AuthenticatorRequest requestOf(Role sender, byte[] encoded) throws Refusal {
    AuthenticatorRequest request = AuthenticatorRequest.parse(encoded);
    if (request.type() != sender.requestType()) {
      throw new Refusal(
          Refusal.Code.WRONG_ROLE, "a " + sender.word() + " sends no type " + request.type());
    }
    return request;
  }

  private byte[] freshContext() {
    byte[] context = new byte[CONTEXT_LENGTH];
    random.nextBytes(context);
    return context;
  }
}
