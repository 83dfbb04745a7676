// @ts-check
// Parameters of the control protocol, each read as what it has to be. What is of another type gets -32602.
import { RpcError } from "./rpc.mjs";

/**
 * @param {string} name
 * @param {string} expected
 */
const wrong = (name, expected) => new RpcError(-32602, `${name}: expected ${expected}`);

export class Parameters {
  /** @type {Record<string, unknown>} */ #members;
  #name;

  /**
   * @param {unknown} value
   * @param {string} [name]
   */
  constructor(value, name = "params") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(name, "an object");
    this.#members = { ...value };
    this.#name = name;
  }

  /**
   * Absent and null are the same.
   * @param {string} name
   */
  has(name) {
    return this.#member(name) !== undefined;
  }

  /** @param {string} name */
  object(name) {
    return new Parameters(this.#member(name), this.#path(name));
  }

  /** @param {string} name */
  text(name) {
    const value = this.#member(name);
    if (typeof value !== "string") throw wrong(this.#path(name), "a text");
    return value;
  }

  /**
   * @template {string} T
   * @param {string} name
   * @param {readonly T[]} values
   */
  oneOf(name, values) {
    const value = values.find((each) => each === this.#member(name));
    if (value === undefined) throw wrong(this.#path(name), values.join(" or "));
    return value;
  }

  /**
   * @param {string} name
   * @param {number} most
   */
  integer(name, most) {
    return integer(this.#member(name), this.#path(name), most);
  }

  /**
   * Absent is false.
   * @param {string} name
   */
  flag(name) {
    const value = this.#member(name) ?? false;
    if (typeof value !== "boolean") throw wrong(this.#path(name), "true or false");
    return value;
  }

  /** @param {string} name */
  bytes(name) {
    return bytes(this.#member(name), this.#path(name));
  }

  /** @param {string} name */
  optionalBytes(name) {
    return this.has(name) ? this.bytes(name) : undefined;
  }

  /** @param {string} name */
  listOfBytes(name) {
    return this.#list(name, bytes);
  }

  /** @param {string} name */
  listOfTexts(name) {
    return this.#list(name, (value, path) => {
      if (typeof value !== "string") throw wrong(path, "a text");
      return value;
    });
  }

  /**
   * @param {string} name
   * @param {number} most
   */
  listOfIntegers(name, most) {
    return this.#list(name, (value, path) => integer(value, path, most));
  }

  /** @param {string} name */
  optionalTime(name) {
    if (!this.has(name)) return undefined;
    const time = new Date(this.text(name));
    if (Number.isNaN(time.getTime())) throw wrong(this.#path(name), "a time");
    return time;
  }

  /**
   * @template T
   * @param {string} name
   * @param {(value: unknown, path: string) => T} read
   */
  #list(name, read) {
    const value = this.#member(name);
    if (!Array.isArray(value)) throw wrong(this.#path(name), "a list");
    return value.map((each, at) => read(each, `${this.#path(name)}[${at}]`));
  }

  /** @param {string} name */
  #member(name) {
    return (Object.hasOwn(this.#members, name) ? this.#members[name] : undefined) ?? undefined;
  }

  /** @param {string} name */
  #path(name) {
    return `${this.#name}.${name}`;
  }
}

/**
 * @param {unknown} value
 * @param {string} path
 */
function bytes(value, path) {
  if (typeof value !== "string" || value.length % 2 !== 0 || !/^[0-9a-f]*$/.test(value)) throw wrong(path, "lower-case hexadecimal");
  return Buffer.from(value, "hex");
}

/**
 * @param {unknown} value
 * @param {string} path
 * @param {number} most
 */
function integer(value, path, most) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most) throw wrong(path, `a number up to ${most}`);
  return value;
}
