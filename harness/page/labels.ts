import type { HeaderRecord } from "../report/records.ts";

type Named = Pick<HeaderRecord, "iut" | "profile">;

/** What of a profile is said in a label: the revision, and the extension's number. */
const profileWords = ({ profile: { revision, cmwAttestation } }: Named): string => `${revision}, cmw_attestation ${cmwAttestation}`;

/** What may be added to a name, the first that tells them apart. */
const additions: readonly ((header: Named) => string)[] = [
  ({ iut }) => iut.version,
  ({ iut }) => iut.path ?? "",
  profileWords,
  (header) => `${header.iut.version}, ${header.iut.path ?? ""}, ${profileWords(header)}`,
];

/** A name for each implementation: its own; with version, path or profile where others have the same; in the end with a number. */
export function labelsOf(headers: readonly Named[]): string[] {
  return headers.map((header, index) => {
    const { name } = header.iut;
    const same = headers.filter(({ iut }) => iut.name === name);
    if (same.length === 1) return name;
    const tells = additions.find((addition) => new Set(same.map(addition)).size === same.length);
    return tells ? `${name} (${tells(header)})` : `${name} (${headers.slice(0, index + 1).filter(({ iut }) => iut.name === name).length})`;
  });
}

/** What makes two reports those of the same implementation: name, version, path, what it declares, and the profile. */
export function identityOf({ iut, profile }: Named): string {
  return JSON.stringify([iut.name, iut.version, iut.path, iut.hello, profile]);
}
