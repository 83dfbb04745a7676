package exported.authenticator;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The hash of a cipher suite: of the transcript, the MAC, the binding and the AIK hash. */
public enum Hash {
  SHA256("SHA-256", "HmacSHA256", 32),
  SHA384("SHA-384", "HmacSHA384", 48);

  private final String digest;
  private final String mac;
  private final int length;

  Hash(String digest, String mac, int length) {
    this.digest = digest;
    this.mac = mac;
    this.length = length;
  }

  public int length() {
    return length;
  }

  /** The hash of the parts, one behind the other. */
  public byte[] digest(byte[]... parts) {
    try {
      MessageDigest state = MessageDigest.getInstance(digest);
      for (byte[] part : parts) {
        state.update(part);
      }
      return state.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The HMAC of the content. */
  public byte[] hmac(byte[] key, byte[] content) {
    try {
      Mac state = Mac.getInstance(mac);
      state.init(new SecretKeySpec(key, mac));
      return state.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
