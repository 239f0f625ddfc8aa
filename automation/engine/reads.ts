/**
 * What an export of a stack with its secrets in clear tells: one start of the CLI, 0.3 s of CPU, for who wants the outputs
 * and for who wants the secrets. It is asked for again only where the file of the state has changed since, whoever has
 * written it; of a backend that is no files, each time. It stays in the memory of this process, and of the export nothing
 * else does.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseJson } from "../core/json";
import { answerOf } from "./cli";
import { nothing, parseSnapshot, type StackSnapshot } from "./snapshot";
import { secretsOfExport, unreadable } from "./stackSecrets";
import type { StackTarget } from "./target";

export type Asked = Pick<StackTarget, "stack" | "fullName" | "workDirectory" | "variables" | "checkpoint">;

export interface StackRead {
    readonly snapshot: StackSnapshot;
    /** Texts that are secret, anywhere in the state. */
    readonly secrets: readonly string[];
}

export class StackReads {
    /** Of each file of a state the last that was read, with the digest of the file. */
    private readonly kept = new Map<string, { readonly digest: string; readonly read: StackRead }>();

    /** Empty where there is no such stack. */
    async of(target: Asked, doing: string, signal?: AbortSignal): Promise<StackRead> {
        const before = await digestOf(target.checkpoint);
        const known = this.kept.get(target.checkpoint ?? "");
        if (known !== undefined && known.digest === before) return known.read;
        const text = await answerOf(["stack", "export", "--show-secrets"], target, doing, { signal });
        if (text === undefined) return { snapshot: nothing, secrets: [] };
        const read = parsed(text, target.stack);
        // Where somebody has written it meanwhile, nobody knows which of the two was read.
        if (before !== undefined && before === (await digestOf(target.checkpoint)))
            this.kept.set(target.checkpoint ?? "", { digest: before, read });
        return read;
    }
}

/** Undefined where there is none that can be read. */
async function digestOf(file: string | undefined): Promise<string | undefined> {
    const content = file === undefined ? undefined : await readFile(file).catch(() => undefined);
    return content === undefined ? undefined : createHash("sha256").update(content).digest("hex");
}

function parsed(text: string, stack: string): StackRead {
    try {
        const json = parseJson(text);
        return { snapshot: parseSnapshot(json), secrets: secretsOfExport(json) };
    } catch {
        // Without the cause: the parser's message would show a piece of what was asked for in clear.
        throw unreadable(stack, "stack export");
    }
}
