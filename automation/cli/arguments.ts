import { InvalidArgumentError } from "commander";

export function wholeNumber(text: string): number {
    if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
    return Number(text);
}
