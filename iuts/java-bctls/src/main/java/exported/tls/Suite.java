package exported.tls;

import exported.authenticator.Hash;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.tls.CipherSuite;

/** The cipher suites of TLS 1.3 that this implementation negotiates, by their IANA names. */
public enum Suite {
  TLS_AES_128_GCM_SHA256(CipherSuite.TLS_AES_128_GCM_SHA256, Hash.SHA256),
  TLS_AES_256_GCM_SHA384(CipherSuite.TLS_AES_256_GCM_SHA384, Hash.SHA384),
  TLS_CHACHA20_POLY1305_SHA256(CipherSuite.TLS_CHACHA20_POLY1305_SHA256, Hash.SHA256);

  private final int code;
  private final Hash hash;

  Suite(int code, Hash hash) {
    this.code = code;
    this.hash = hash;
  }

  int code() {
    return code;
  }

  public Hash hash() {
    return hash;
  }

  /** The suite of an IANA name; empty where it is none of these. */
  public static Optional<Suite> named(String name) {
    return Arrays.stream(values()).filter(suite -> suite.name().equals(name)).findFirst();
  }

  static Suite of(int code) {
    return Arrays.stream(values()).filter(suite -> suite.code == code).findFirst().orElseThrow();
  }
}
