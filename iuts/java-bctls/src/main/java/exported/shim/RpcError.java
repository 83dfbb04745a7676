package exported.shim;

/** An error of JSON-RPC: what the shim cannot serve, as opposed to what it decides. */
final class RpcError extends Exception {
  private static final long serialVersionUID = 1L;

  static final int PARSE = -32700;
  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL = -32603;
  static final int UNSUPPORTED = -32001;

  private final int code;
  private final String feature;

  private RpcError(int code, String message, String feature) {
    super(message);
    this.code = code;
    this.feature = feature;
  }

  RpcError(int code, String message) {
    this(code, message, null);
  }

  /** An option that is not served, by its name. */
  static RpcError unsupported(String feature) {
    return new RpcError(UNSUPPORTED, feature + " is not supported", feature);
  }

  static RpcError params(String message) {
    return new RpcError(INVALID_PARAMS, message);
  }

  int code() {
    return code;
  }

  /** The name of the option; null where the error is another one. */
  String feature() {
    return feature;
  }
}
