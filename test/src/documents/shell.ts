/** Reads a command as a shell does, as far as the documents' commands need it. */

/** What a reader puts into a command: by what it replaces. */
export type Substitutions = Readonly<Record<string, string>>;

/**
 * The words of a command.
 * @param line may begin with the prompt `$ `
 * @throws Error for a quote that is not closed, and for `<` outside of quotes: something was not substituted
 */
export function wordsOf(line: string, substitutions: Substitutions): string[] {
  let text = line.replace(/^\$ /, "");
  for (const [from, to] of Object.entries(substitutions)) text = text.replaceAll(from, to);
  const words: string[] = [];
  const pattern = /\s*(?:'([^']*)'|([^\s'<]+))(?=\s|$)/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`a shell cannot read this: ${text.slice(at)}`);
    words.push(match[1] ?? (match[2] as string));
  }
  return words;
}
