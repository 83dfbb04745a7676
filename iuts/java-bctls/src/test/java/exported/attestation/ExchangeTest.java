package exported.attestation;

import static exported.Verdict.accepts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import exported.Parties;
import exported.Refusal;
import exported.authenticator.AuthenticatorRequest;
import exported.authenticator.Identity;
import exported.authenticator.Role;
import exported.authenticator.Session;
import exported.authenticator.Verified;
import exported.tls.Suite;
import exported.tls.Wire;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole exchanges between two ends of this implementation. */
class ExchangeTest {
  private static final int P256 = 0x0403;
  private static final Profile PROFILE =
      new Profile(
          0xff00,
          "Attestation",
          32,
          false,
          new ClaimName(10, "eat_nonce"),
          new ClaimName(-65537, "aik_pub_hash"));
  private static final Session.LeafExtensions NOTHING = (context, offer) -> Map.of();

  private Wire wire;
  private Identity identity;

  @BeforeEach
  void connect() throws Exception {
    wire = Wire.of(Suite.TLS_AES_256_GCM_SHA384);
    identity = Parties.identity("identity-p256");
  }

  @AfterEach
  void close() throws Exception {
    wire.close();
  }

  private static Policy policy(Policy.Requirement requirement, byte[] measurement) {
    return new Policy(
        List.of(Parties.certificate("identity-root-p256")),
        List.of(Parties.certificate("attestation-root-p256")),
        List.of(),
        requirement,
        measurement,
        false,
        Instant.parse("2026-01-01T00:00:00Z"));
  }

  private static AuthenticatorRequest ask(Session session, boolean offer) throws Refusal {
    Map<Integer, byte[]> extensions = offer ? Map.of(0xff00, CmwExtension.offer()) : Map.of();
    return session.request(List.of(P256), null, extensions);
  }

  private byte[] answer(Session session, byte[] request, String form, boolean json, MediaType type)
      throws Exception {
    Attester attester =
        new Attester.BackgroundCheck(
            type,
            Attester.Wrapping.of(form, json),
            new byte[17],
            new byte[] {9},
            Parties.identity("attestation-p256"));
    return session.authenticate(
        request,
        identity,
        (context, offer) ->
            CmwExtension.isOffered(0xff00, offer)
                ? Map.of(0xff00, attester.attest(PROFILE, session.exporter(), context, identity))
                : Map.of());
  }

  private static Appraisal.Attested validate(
      Session session, byte[] request, byte[] authenticator, Policy policy) throws Refusal {
    Verified verified = session.verify(request, authenticator);
    Appraisal.Attested attested =
        RelyingParty.validate(PROFILE, session.exporter(), verified, request != null, policy);
    session.accept(verified.context());
    return attested;
  }

  @ParameterizedTest
  @CsvSource({
    "record,false,EAT_CWT",
    "record,true,EAT_JWT",
    "tag,true,EAT_JWT",
    "collection,false,EAT_CWT",
    "collection,true,EAT_CWT"
  })
  void attests(String form, boolean json, MediaType type) throws Exception {
    Session attester = wire.session(Role.SERVER);
    Session relyingParty = wire.session(Role.CLIENT);
    byte[] request = ask(relyingParty, true).encoded();
    byte[] made = answer(attester, request, form, json, type);
    Policy other = policy(Policy.Requirement.REQUIRED, new byte[] {8});
    assertFalse(accepts(() -> validate(relyingParty, request, made, other)), "measurement");
    Policy policy = policy(Policy.Requirement.REQUIRED, new byte[] {9});
    Appraisal.Attested attested = validate(relyingParty, request, made, policy);
    assertEquals(new Appraisal.Attested(Appraisal.Model.BACKGROUND_CHECK, type), attested);
    assertFalse(accepts(() -> validate(relyingParty, request, made, policy)), "replay");
    assertThrows(
        Refusal.class, () -> answer(attester, request, form, json, type), "a second answer");
  }

  @ParameterizedTest
  @EnumSource
  void attestsOnlyWhereThatIsOffered(Role role) throws Exception {
    Session attester = wire.session(role);
    Session relyingParty = wire.session(role.peer());
    byte[] request = ask(relyingParty, false).encoded();
    byte[] made = answer(attester, request, "record", false, MediaType.EAT_CWT);
    Policy required = policy(Policy.Requirement.REQUIRED, null);
    assertFalse(accepts(() -> validate(relyingParty, request, made, required)));
    assertTrue(
        accepts(
            () ->
                validate(relyingParty, request, made, policy(Policy.Requirement.OPTIONAL, null))));
  }

  @Test
  void serversAloneSpeakUnasked() throws Exception {
    Policy policy = policy(Policy.Requirement.OPTIONAL, null);
    byte[] made = wire.session(Role.SERVER).authenticate(null, identity, NOTHING);
    assertTrue(accepts(() -> validate(wire.session(Role.CLIENT), null, made, policy)));
    assertFalse(accepts(() -> validate(wire.session(Role.SERVER), null, made, policy)));
    assertFalse(accepts(() -> wire.session(Role.CLIENT).authenticate(null, identity, NOTHING)));
  }

  @Test
  void declines() throws Exception {
    Session relyingParty = wire.session(Role.SERVER);
    byte[] request = ask(relyingParty, false).encoded();
    byte[] made = wire.session(Role.CLIENT).authenticate(request, null, NOTHING);
    assertEquals(4 + 48, made.length, "a Finished under SHA-384");
    Refusal refusal = assertThrows(Refusal.class, () -> relyingParty.verify(request, made));
    assertEquals(Refusal.Code.EMPTY_AUTHENTICATOR, refusal.code());
  }

  @Test
  void refusesItsOwnRequest() throws Exception {
    Session session = wire.session(Role.SERVER);
    byte[] request = ask(session, false).encoded();
    assertFalse(accepts(() -> session.authenticate(request, identity, NOTHING)));
  }

  @Test
  void everyOctetCounts() throws Exception {
    Session relyingParty = wire.session(Role.CLIENT);
    byte[] request = ask(relyingParty, true).encoded();
    byte[] made = answer(wire.session(Role.SERVER), request, "record", false, MediaType.EAT_CWT);
    Policy policy = policy(Policy.Requirement.REQUIRED, null);
    for (int at = 0; at < made.length; at += 7) {
      byte[] altered = made.clone();
      altered[at] ^= 1;
      assertFalse(accepts(() -> validate(relyingParty, request, altered, policy)), "octet " + at);
    }
    assertTrue(accepts(() -> validate(relyingParty, request, made, policy)));
  }
}
