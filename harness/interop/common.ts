import { otherSide } from "../authenticator/secrets.ts";
import { type Hello, type Position, positions, splitPosition } from "../iut/protocol.ts";

/**
 * What an attester and a relying party have in common, as if one implementation had declared it. A pair that has both ends of a direction
 * has the position of its relying party, and that of an attester on the same side: scripts in which one implementation plays both roles ask
 * for the two.
 */
export function common(attester: Hello, relyingParty: Hello): Hello {
  const both = <T>(a: readonly T[], b: readonly T[]): T[] => a.filter((one) => b.includes(one));
  const [a, b] = [attester.supports, relyingParty.supports];
  const models = both(a.models, b.models);
  return {
    protocol: attester.protocol,
    name: `${attester.name} with ${relyingParty.name}`,
    version: `${attester.version}, ${relyingParty.version}`,
    concurrency: 1,
    supports: {
      positions: positions.filter((position) => has(position, a.positions, b.positions)),
      cipherSuites: both(a.cipherSuites, b.cipherSuites),
      signatureSchemes: both(a.signatureSchemes, b.signatureSchemes),
      models,
      evidence: both(a.evidence, b.evidence),
      results: both(a.results, b.results),
      // Each is the ability of one end, but for what one end makes without being asked and the other has to understand.
      features: [
        ...both(a.features, b.features).filter((name) => name === "spontaneous"),
        ...a.features.filter((name) => name === "empty-authenticator"),
        ...b.features.filter((name) => name === "replay-detection"),
      ],
    },
  };
}

function has(position: Position, attester: readonly Position[], relyingParty: readonly Position[]): boolean {
  const { side } = splitPosition(position);
  return attester.includes(`attester/${otherSide(side)}`) && relyingParty.includes(`relying-party/${side}`);
}
