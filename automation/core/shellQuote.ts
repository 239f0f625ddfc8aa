/** A value as POSIX shells read it back. */
export function shellQuote(value: string): string {
    return /^[A-Za-z0-9_\-./:@%+=,]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** A command as a person types it into a shell. */
export const shellText = (words: readonly string[]): string => words.map(shellQuote).join(" ");
