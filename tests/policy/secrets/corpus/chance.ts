/** Random texts of a seed, for made-up secrets and for what only looks like one. */
import { random } from "../../../_helpers/random";

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";

export const alphabets = {
    hex: `${digits}abcdef`,
    alphanumeric: lower + upper + digits,
    base64: `${lower + upper + digits}+/`,
    base64url: `${lower + upper + digits}-_`,
    upper: upper + digits,
    lower: lower + digits,
    password: `${lower + upper + digits}!%*-_.@`,
} as const;

const words =
    "lake trip bronze silver kafka flink broker orders warehouse catalog events stream table daily prod".split(" ");

export class Chance {
    readonly #next: () => number;

    constructor(seed: number) {
        this.#next = random(seed);
    }

    below(count: number): number {
        return Math.floor(this.#next() * count);
    }

    of<T>(values: readonly T[]): T {
        const value = values[this.below(values.length)];
        if (value === undefined) throw new RangeError("nothing to choose from");
        return value;
    }

    text(alphabet: keyof typeof alphabets, length: number): string {
        return Array.from({ length }, () => this.of([...alphabets[alphabet]])).join("");
    }

    word(): string {
        return this.of(words);
    }

    uuid(): string {
        return [8, 4, 4, 4, 12].map((length) => this.text("hex", length)).join("-");
    }

    base64(text: string): string {
        return Buffer.from(text).toString("base64");
    }
}
