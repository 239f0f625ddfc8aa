/** A `Progress` on stderr: one live line in a terminal, a line every few seconds elsewhere. */
import { createLogUpdate } from "log-update";
import pc from "picocolors";
import type { Progress } from "../core/progress";
import { amount } from "./activity";

export function stderrProgress(label = ""): Progress & { close(): void } {
    const stream = process.stderr;
    const prefix = label === "" ? "" : `${pc.bold(label)} `;
    if (stream.isTTY && !process.env.CI) {
        const live = createLogUpdate(stream);
        let text = "";
        return {
            update: (next) => {
                text = next;
                live(`${prefix}${text}`);
            },
            advance: (done, total, unit) => live(`${prefix}${text}  ${howFar(done, total, unit)}`),
            note: (line) => {
                live.clear();
                stream.write(`${prefix}${line}\n`);
            },
            close: () => live.clear(),
        };
    }
    // Lines stay where there is no terminal: one every few seconds is enough of them.
    let last = 0;
    let text = "";
    const write = (line: string): void => {
        last = Date.now();
        stream.write(`${prefix}${line}\n`);
    };
    return {
        update: (next) => {
            text = next;
            if (Date.now() - last >= everyMs) write(text);
        },
        advance: (done, total, unit) => {
            if (Date.now() - last >= everyMs) write(`${text}  ${howFar(done, total, unit)}`);
        },
        note: write,
        close: () => {},
    };
}

const everyMs = 5000;

function howFar(done: number, total: number | undefined, unit: string): string {
    return total === undefined ? amount(done, unit) : `${amount(done, unit)} of ${amount(total, unit)}`;
}
