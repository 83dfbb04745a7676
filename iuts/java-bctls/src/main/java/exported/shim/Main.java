package exported.shim;

import java.io.IOException;

/** The shim: the control protocol on stdin and stdout. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    new RpcServer(new Methods(), System.in, System.out).run();
    System.exit(0); // connections may still be open
  }
}
