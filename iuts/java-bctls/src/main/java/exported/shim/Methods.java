package exported.shim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import exported.Refusal;
import exported.attestation.Appraisal;
import exported.attestation.Attester;
import exported.attestation.CmwExtension;
import exported.attestation.Policy;
import exported.attestation.Profile;
import exported.attestation.RelyingParty;
import exported.authenticator.AuthenticatorRequest;
import exported.authenticator.Identity;
import exported.authenticator.Session;
import exported.authenticator.Verified;
import exported.tls.Connection;
import exported.tls.Suite;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The methods of docs/iut-protocol.md. */
final class Methods {
  private static final int LARGEST_PORT = 65535;
  private static final int RECEIVE_MILLISECONDS = 2000;

  private final Map<String, Channel> channels = new HashMap<>();
  private Profile profile;

  /** Carries out a method; what the implementation says no to is a refusal. */
  ObjectNode call(String method, Params params) throws RpcError, Refusal, InterruptedException {
    if (profile == null && !method.equals("hello") && !method.equals("bye")) {
      throw new RpcError(RpcError.INVALID_REQUEST, "hello comes first");
    }
    return switch (method) {
      case "hello" -> hello(params);
      case "open" -> open(params);
      case "request" -> request(params);
      case "authenticate" -> authenticate(params);
      case "validate" -> validate(params);
      case "appraise" -> appraise(params);
      case "context" -> context(params);
      case "export" -> export(params);
      case "send" -> send(params);
      case "receive" -> receive(params);
      case "close" -> close(params);
      case "bye" -> empty();
      default -> throw new RpcError(RpcError.METHOD_NOT_FOUND, "no method \"" + method + "\"");
    };
  }

  private ObjectNode hello(Params params) throws RpcError {
    profile = Hello.profile(params);
    return Hello.result();
  }

  private ObjectNode open(Params params) throws RpcError, Refusal {
    String name = params.text("channel");
    if (channels.containsKey(name)) {
      throw RpcError.params("channel " + name + " is open");
    }
    List<Suite> suites = new ArrayList<>();
    for (String suite : params.texts("cipherSuites")) {
      suites.add(Suite.named(suite).orElseThrow(() -> RpcError.unsupported(suite)));
    }
    Params address = params.object("address");
    int port = address.integer("port");
    if (port < 1 || port > LARGEST_PORT) {
      throw RpcError.params("port " + port);
    }
    InetSocketAddress peer = new InetSocketAddress(address.text("host"), port);
    String side = params.text("side");
    Connection connection;
    try {
      connection =
          switch (side) {
            case "client" ->
                Connection.dial(
                    peer,
                    suites,
                    new Connection.ClientSide(
                        params.text("serverName"), params.bytesList("trust")));
            case "server" -> Connection.serve(peer, suites, params.object("identity").identity());
            default -> throw RpcError.params("side " + side);
          };
    } catch (IOException e) {
      throw new Refusal(Refusal.Code.OTHER, "no connection", e);
    }
    channels.put(name, Channel.of(connection));
    return empty().put("cipherSuite", connection.suite().name());
  }

  private ObjectNode request(Params params) throws RpcError, Refusal {
    List<Integer> schemes = params.integers("signatureSchemes");
    if (schemes.isEmpty() || schemes.stream().anyMatch(code -> code < 0 || code > 0xffff)) {
      throw RpcError.params("signatureSchemes are code points of 16 bits, at least one");
    }
    Map<Integer, byte[]> extensions =
        params.bool("attestation")
            ? Map.of(profile.cmwAttestation(), CmwExtension.offer())
            : Map.of();
    AuthenticatorRequest request =
        channel(params).session().request(schemes, params.bytesOrNull("context"), extensions);
    return empty().put("request", hex(request.encoded()));
  }

  private ObjectNode authenticate(Params params) throws RpcError, Refusal {
    Session session = channel(params).session();
    Identity identity = params.has("identity") ? params.object("identity").identity() : null;
    Attester attester =
        params.has("attestation") ? Attestations.read(params.object("attestation")) : null;
    byte[] authenticator =
        session.authenticate(
            params.bytesOrNull("request"),
            identity,
            (context, offer) ->
                attester == null || !CmwExtension.isOffered(profile.cmwAttestation(), offer)
                    ? Map.of()
                    : Map.of(
                        profile.cmwAttestation(),
                        attester.attest(profile, session.exporter(), context, identity)));
    return empty().put("authenticator", hex(authenticator));
  }

  private ObjectNode validate(Params params) throws RpcError, Refusal {
    return validate(channel(params).session(), profile, params);
  }

  /** The verdict on a recorded authenticator, from which nothing is kept. */
  private ObjectNode appraise(Params params) throws RpcError, Refusal {
    return validate(Recording.session(params), profile, params);
  }

  private static ObjectNode validate(Session session, Profile profile, Params params)
      throws RpcError, Refusal {
    byte[] request = params.bytesOrNull("request");
    Policy policy = Policies.read(params);
    Verified verified = session.verify(request, params.bytes("authenticator"));
    Appraisal.Attested attested =
        RelyingParty.validate(profile, session.exporter(), verified, request != null, policy);
    session.accept(verified.context());
    ObjectNode result = empty();
    ObjectNode accepted = result.putObject("accepted");
    accepted.put("context", hex(verified.context()));
    ArrayNode chain = accepted.putArray("chain");
    verified.chain().forEach(certificate -> chain.add(hex(certificate)));
    accepted.put("attested", attested != null);
    if (attested != null) {
      accepted.put("model", attested.model().text()).put("type", attested.type().text());
    }
    return result;
  }

  private static ObjectNode context(Params params) throws RpcError, Refusal {
    byte[] context =
        params.has("request")
            ? Session.contextOfRequest(params.bytes("request"))
            : Session.contextOfAuthenticator(params.bytes("authenticator"));
    return empty().put("context", hex(context));
  }

  private ObjectNode export(Params params) throws RpcError {
    byte[] value =
        channel(params)
            .session()
            .exporter()
            .export(params.text("label"), params.bytes("context"), params.integer("length"));
    return empty().put("value", hex(value));
  }

  private ObjectNode send(Params params) throws RpcError, Refusal {
    try {
      channel(params).connection().send(params.bytes("data"));
    } catch (IOException e) {
      throw new Refusal(Refusal.Code.OTHER, "nothing was sent", e);
    }
    return empty();
  }

  private ObjectNode receive(Params params) throws RpcError, Refusal, InterruptedException {
    int timeout = params.has("timeout") ? params.integer("timeout") : RECEIVE_MILLISECONDS;
    int length = params.integer("length");
    if (length < 0) {
      throw RpcError.params("a length of " + length);
    }
    byte[] data = channel(params).connection().receive(length, timeout);
    if (data == null) {
      throw new Refusal(Refusal.Code.OTHER, "fewer than " + length + " bytes came");
    }
    return empty().put("data", hex(data));
  }

  private ObjectNode close(Params params) throws RpcError {
    Channel channel = channel(params);
    channels.remove(params.text("channel"));
    try {
      channel.connection().close();
    } catch (IOException e) {
      System.err.println("close: " + e.getMessage()); // the peer was gone before
    }
    return empty();
  }

  private Channel channel(Params params) throws RpcError {
    String name = params.text("channel");
    Channel channel = channels.get(name);
    if (channel == null) {
      throw RpcError.params("no channel \"" + name + "\" is open");
    }
    return channel;
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
