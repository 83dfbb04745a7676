package exported.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionTest {
  private static final int LONG = 5000;

  @ParameterizedTest
  @EnumSource
  void bothEndsExportTheSame(Suite suite) throws Exception {
    try (Wire wire = Wire.of(suite)) {
      assertEquals(suite, wire.client().suite());
      assertEquals(suite, wire.server().suite());
      byte[] context = {1, 2};
      byte[] value = wire.client().exporter().export("label", context, 32);
      assertArrayEquals(value, wire.server().exporter().export("label", context, 32));
      assertFalse(Arrays.equals(value, wire.server().exporter().export("label", new byte[0], 32)));
    }
  }

  @Test
  void dataStayQueuedUntilTheyAreAskedFor() throws Exception {
    try (Wire wire = Wire.of(Suite.TLS_AES_128_GCM_SHA256)) {
      byte[] data = new byte[40000];
      data[39999] = 7;
      wire.client().send(data);
      assertEquals(30000, wire.server().receive(30000, LONG).length);
      assertNull(wire.server().receive(10001, 20), "one byte too many");
      assertEquals(7, wire.server().receive(10000, LONG)[9999]);
      wire.client().close();
      assertNull(wire.server().receive(1, LONG), "the peer closed");
    }
  }

  @Test
  void bothEndsKnowTheClientHello() throws Exception {
    try (Wire wire = Wire.of(Suite.TLS_AES_128_GCM_SHA256)) {
      assertEquals(wire.client().clientHello().schemes(), wire.server().clientHello().schemes());
      assertTrue(wire.server().clientHello().extension(13));
      assertTrue(wire.client().clientHello().extension(13));
      assertFalse(wire.client().clientHello().extension(65280));
    }
  }

  @Test
  void refusesAnotherServer() {
    Suite suite = Suite.TLS_AES_128_GCM_SHA256;
    assertThrows(
        ExecutionException.class, () -> Wire.of(suite, "handshake-p384", "localhost"), "root");
    assertThrows(
        ExecutionException.class, () -> Wire.of(suite, "handshake-p256", "other.example"), "name");
  }
}
