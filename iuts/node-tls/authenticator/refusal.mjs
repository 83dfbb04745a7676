// @ts-check

/** What the implementation says no to. It is a result and not a failure, and becomes `refused` (docs/iut-protocol.md). */
export class Refusal extends Error {
  /**
   * @param {string} code one of the known codes of the control protocol
   * @param {string} detail
   */
  constructor(code, detail) {
    super(detail);
    this.code = code;
  }
}
