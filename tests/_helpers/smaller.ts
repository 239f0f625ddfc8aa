/** The environment file with 20,000 events instead of 100,000, of which the generator then breaks 20. */
export const smaller = (text: string): string =>
    text.replace(/count: \d+/, "count: 20000").replace(/deadLettersMax: \d+/, "deadLettersMax: 20");
