/** What a run was started with, as far as it decides which implementation is asked. */
export interface Invocation {
  /** As the user gave it: a folder or manifest, or `reference`. */
  readonly iut: string;
  /** `host:port`; true: the endpoint that the manifest describes. */
  readonly endpoint?: string | true | undefined;
  /** The profile file, where one was given. */
  readonly profile?: string | undefined;
}

/** The command line, quoted for a POSIX shell, that runs one instance alone. */
export function reproduceCommand({ iut, endpoint, profile, instance }: Invocation & { readonly instance: string }): string {
  const words = ["npx", "expat-conformance", "run", "--iut", iut];
  if (endpoint !== undefined) words.push("--endpoint", ...(endpoint === true ? [] : [endpoint]));
  if (profile !== undefined) words.push("--profile", profile);
  words.push("--only", instance);
  return commandLine(words);
}

/** Words as a command line for a POSIX shell, quoted where they have to be. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** The same for a command that plays a failure bundle again; `iut`: against another implementation than the bundle names. */
export function replayCommand({ bundle, iut }: { readonly bundle: string; readonly iut?: string | undefined }): string {
  const words = ["npx", "expat-conformance", "replay", bundle];
  if (iut !== undefined) words.push("--iut", iut);
  return words.map(shellWord).join(" ");
}

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  // Only what no shell gives a meaning to stays bare; `~` and `=` have one at some places.
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
