import type { CmwLeaf } from "../attestation/cmw.ts";
import { ALGORITHM_NAMES, type OpenedToken, TokenError } from "../attestation/token.ts";
import { type ParsedCertificate, parseCertificate } from "../authenticator/certificate.ts";
import { MAX_CHAIN, validatePath } from "../authenticator/path.ts";
import type { PathPurpose } from "../authenticator/path-rules.ts";
import { verifyWith } from "../authenticator/signature.ts";
import type { Bytes } from "../wire/bytes.ts";
import { each, placeOf } from "./attestation-reading.ts";
import { type Finding, finding, type RefusalCode, type Rule } from "./finding.ts";
import type { AppraisalState } from "./state.ts";

/** A token, with its place where it is one of several messages of a CMW. */
type PlacedToken = OpenedToken & { readonly place?: string };

/** Tokens of one kind: which they are, and by whom they may be signed. */
export interface TokenKind {
  /** Of the findings. */
  readonly code: RefusalCode;
  /** What the signer is called. */
  readonly signer: string;
  readonly purpose: PathPurpose;
  /** The tokens that could be read. */
  tokens(state: AppraisalState): readonly PlacedToken[];
  /** undefined: paths are not judged. */
  anchors(state: AppraisalState): readonly Bytes[] | undefined;
  /** Ids of the ledger that each rule answers. */
  readonly requirements: Readonly<Record<"chain" | "algorithm" | "signature" | "path", readonly string[]>>;
}

/** The rules by which tokens of a kind are verified: each is signed by the first key of its chain, and that key chains to an anchor. */
export function tokenRules({ code, signer, purpose, tokens, anchors, requirements }: TokenKind): Rule<AppraisalState>[] {
  const whole = (token: PlacedToken, judge: (chain: Chain) => Finding | undefined): Finding | undefined => {
    const chain = chainOf(token);
    return chain instanceof Error ? undefined : judge(chain);
  };
  return [
    {
      name: "chain-length",
      title: `The chain of the ${signer} holds no more certificates than are looked through here`,
      requirements: requirements.chain,
      run: (state) =>
        each(tokens(state), ({ chain: { length } }) =>
          length > MAX_CHAIN ? finding(code, `a chain of at most ${MAX_CHAIN} certificates`, `${length} of them`) : undefined,
        ),
    },
    {
      name: "chain",
      title: `The chain of the ${signer} is there, and holds certificates`,
      requirements: requirements.chain,
      run: (state) =>
        each(tokens(state), (token) => {
          const chain = chainOf(token);
          if (chain instanceof Error) return finding(code, "certificates in its chain", chain.message);
          return chain.length === 0 ? finding(code, `the chain of the ${signer}`, "no x5chain or x5c") : undefined;
        }),
    },
    {
      name: "algorithm",
      title: "The algorithm is one that is known here",
      requirements: requirements.algorithm,
      run: (state) =>
        each(tokens(state), ({ algorithm, algorithmName }) =>
          algorithm === undefined ? finding(code, ALGORITHM_NAMES, algorithmName) : undefined,
        ),
    },
    {
      name: "signature",
      title: `The signature is that of the ${signer}`,
      requirements: requirements.signature,
      run: (state) =>
        each(tokens(state), (token) =>
          whole(token, ([leaf]) => {
            const { algorithm, algorithmName, signedContent, signature } = token;
            if (leaf === undefined || algorithm === undefined || verifyWith(algorithm, leaf.publicKey, signedContent, signature)) {
              return undefined;
            }
            return finding(code, `a signature of "${leaf.x509.subject}" (${algorithmName})`, "one that does not verify");
          }),
        ),
    },
    {
      name: "path",
      title: `A path that is valid now leads from the ${signer} to a trusted anchor (path-rules.ts)`,
      requirements: requirements.path,
      run: (state) =>
        each(tokens(state), (token) =>
          whole(token, (chain) => {
            const trusted = anchors(state);
            const failure = chain.length > 0 && trusted && validatePath(chain, trusted, state.input.now, purpose, state.input.pathRules);
            return failure ? finding(code, `a path from the ${signer} to a trusted anchor`, failure.reason) : undefined;
          }),
        ),
    },
  ];
}

type Chain = readonly ParsedCertificate[];

// The certificates of the chain, or why one of them is none. Parsed certificates are kept, so that each rule may ask.
function chainOf({ chain }: OpenedToken): Chain | Error {
  try {
    return chain.map(parseCertificate);
  } catch (error) {
    return error as Error;
  }
}

interface UnreadMessage<Token> {
  readonly leaf: CmwLeaf;
  readonly format: { readonly mediaType: string };
  /** Where it was read already. */
  readonly opened?: Token | undefined;
}

/** All messages that can be read, and the finding of the first that cannot; `code` is its code. */
export function openMessages<Token extends OpenedToken, Message extends UnreadMessage<Token>>(
  messages: readonly Message[],
  code: RefusalCode,
  open: (message: Message) => Token,
): { readonly opened: readonly (Token & { readonly place: string })[]; readonly problem: Finding | undefined } {
  const opened: (Token & { readonly place: string })[] = [];
  let problem: Finding | undefined;
  for (const message of messages) {
    const token = message.opened ?? reads(code, message.format.mediaType, () => open(message));
    if ("code" in token) problem ??= token;
    else opened.push({ ...token, place: placeOf(message.leaf) });
  }
  return { opened, problem };
}

/** What reading a token comes to: a finding of the code where it is none. Throws what is no TokenError. */
export function reads<T>(code: RefusalCode, mediaType: string, read: () => T): T | Finding {
  try {
    return read();
  } catch (error) {
    if (error instanceof TokenError) return finding(code, mediaType, error.message);
    throw error;
  }
}
