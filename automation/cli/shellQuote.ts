/** A value as POSIX shells read it back. */
export function shellQuote(value: string): string {
    return /^[A-Za-z0-9_\-./:@%+=,]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
