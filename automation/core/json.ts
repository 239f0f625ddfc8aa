/** What is written as JSON, for a schema to judge: undefined where it is none, or nothing. */
export function parseJson(text: string | undefined): unknown {
    try {
        return JSON.parse(text ?? "");
    } catch {
        return undefined;
    }
}
