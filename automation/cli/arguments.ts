import { InvalidArgumentError } from "commander";

export function wholeNumber(text: string): number {
    if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
    return Number(text);
}

export function countingNumber(text: string): number {
    const number = wholeNumber(text);
    if (number === 0) throw new InvalidArgumentError("It has to be at least 1.");
    return number;
}
