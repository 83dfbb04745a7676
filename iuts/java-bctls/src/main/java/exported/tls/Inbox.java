package exported.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Application data as they come, read by a thread of its own so that nothing waits for them. */
final class Inbox {
  private static final int CHUNK = 16384;

  private final ByteArrayOutputStream queued = new ByteArrayOutputStream();
  private boolean ended;

  Inbox(InputStream source) {
    Thread reader = new Thread(() -> readFrom(source), "inbox");
    reader.setDaemon(true);
    reader.start();
  }

  private void readFrom(InputStream source) {
    byte[] chunk = new byte[CHUNK];
    try {
      for (int read = source.read(chunk); read >= 0; read = source.read(chunk)) {
        add(chunk, read);
      }
    } catch (IOException e) {
      System.err.println("inbox: " + e.getMessage());
    } finally {
      end();
    }
  }

  private synchronized void add(byte[] chunk, int length) {
    queued.write(chunk, 0, length);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Exactly that many bytes; null where the peer ended or the time is over. The rest stays. */
  synchronized byte[] take(int length, long milliseconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    while (queued.size() < length) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0) {
        return null;
      }
      wait(left);
    }
    byte[] all = queued.toByteArray();
    queued.reset();
    queued.write(all, length, all.length - length);
    return Arrays.copyOf(all, length);
  }
}
