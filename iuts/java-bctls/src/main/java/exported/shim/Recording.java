package exported.shim;

import exported.authenticator.Offer;
import exported.authenticator.Role;
import exported.authenticator.Session;
import exported.authenticator.SignatureScheme;
import exported.tls.MasterSecretExporter;
import exported.tls.Suite;
import java.util.Arrays;
import java.util.List;

/** The connection of a recorded authenticator, for the method "appraise". */
final class Recording {
  private Recording() {}

  /** What is known of a recorded ClientHello: perhaps its extensions, and never its schemes. */
  private record RecordedHello(List<Integer> extensionsOrNull) implements Offer {
    @Override
    public boolean extension(int type) {
      return extensionsOrNull == null || extensionsOrNull.contains(type);
    }

    @Override
    public List<Integer> schemes() {
      return Arrays.stream(SignatureScheme.values()).map(SignatureScheme::code).toList();
    }
  }

  /** The end that did not send, with the memory that the recording has of contexts. */
  static Session session(Params params) throws RpcError {
    String suite = params.text("cipherSuite");
    Role sender =
        switch (params.text("sender")) {
          case "client" -> Role.CLIENT;
          case "server" -> Role.SERVER;
          default -> throw RpcError.params("sender " + params.text("sender"));
        };
    Session session =
        new Session(
            sender.peer(),
            MasterSecretExporter.of(
                Suite.named(suite).orElseThrow(() -> RpcError.unsupported(suite)).hash(),
                params.bytes("exporterMasterSecret")),
            new RecordedHello(params.has("clientHello") ? params.integers("clientHello") : null));
    params.bytesList("consumedContexts").forEach(session::accept);
    return session;
  }
}
