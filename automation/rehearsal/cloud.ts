/**
 * A simulated cloud: a folder with a file for each thing that there is, whichever process made it. Everything is written
 * whole or not at all, and what has to happen once in a cloud happens once here: several plugins work on it at one time,
 * and any of them may die at any moment.
 *
 * A name that only one thing may have is a row of numbered claims. A claim is the thing itself, linked under a second
 * name: whoever finds one whose maker died before it had put the thing in its place does that for it. A claim is given back
 * by marks beside it, never deleted: so whoever is slow to take the next number finds that another has it.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { at, type Path } from "../../components/provider/values";

const thingSchema = z.object({
    type: z.string(),
    id: z.string(),
    urn: z.string(),
    /** Twelve hexadecimal digits that its outputs are made of; no two things have the same. */
    token: z.string(),
    inputs: z.record(z.string(), z.unknown()),
    outputs: z.record(z.string(), z.unknown()),
    /** Before then nobody but its maker sees it. Milliseconds since the epoch. */
    visibleMs: z.number(),
    /** Part of the cloud that it is in, e.g. a cluster; absent where its type has no parts. */
    scope: z.string().optional(),
    /** What nothing else may have while it is there; absent where there is no such thing. */
    claim: z.string().optional(),
});
/** What there is in the cloud. */
export type Thing = z.infer<typeof thingSchema>;

/** One call that changed something, or failed to. */
export const operationSchema = z.object({
    /** `prod-storage` */
    stack: z.string(),
    urn: z.string(),
    type: z.string(),
    operation: z.enum(["create", "update", "delete"]),
    outcome: z.enum(["done", "refused", "fault"]),
    /** What the cloud would have taken, by the latencies of its row. */
    seconds: z.number(),
    /** Milliseconds since the epoch. */
    startedMs: z.number(),
    endedMs: z.number(),
});
export type SimulatedOperation = z.infer<typeof operationSchema>;

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

const scoped = (text: string, scope: string | undefined): string => (scope === undefined ? text : `${scope} ${text}`);

/** `vpcConfig.subnetIds` */
export const pathOf = (text: string): Path => text.split(".");

/** The values at a path, of which a part may be a list: then those of each of its elements. */
export function valuesAt(values: unknown, path: Path): unknown[] {
    if (Array.isArray(values)) return values.flatMap((element) => valuesAt(element, path));
    const [key, ...rest] = path;
    if (key === undefined) return values === undefined || values === null ? [] : [values];
    return valuesAt(at(values, [key]), rest);
}

/** The stack of a URN, `prod-storage`. */
export const stackOf = (urn: string): string => urn.split("::")[0]?.replace(/^urn:pulumi:/, "") ?? "";

/** What a program calls it. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** By this process: many end in one millisecond. */
let noted = 0;

/** The last of numbered files that is there; 0 where none is. */
function lastOf(file: (number: number) => string): number {
    let number = 0;
    while (existsSync(file(number + 1))) number += 1;
    return number;
}

/** @returns false where the name is taken */
function linked(from: string, to: string): boolean {
    try {
        linkSync(from, to);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
    }
}

export class SimulatedCloud {
    private readonly things: string;
    private readonly operations: string;
    private readonly counters: string;
    /** Counts that are known to be given. */
    private readonly given = new Map<string, number>();

    /**
     * @param directory absolute; made where it is missing
     * @param scope part of the cloud that is seen and in which names are unique; undefined: all of it is seen
     */
    constructor(
        readonly directory: string,
        readonly scope?: string,
    ) {
        this.things = join(directory, "things");
        this.operations = join(directory, "operations");
        this.counters = join(directory, "counters");
        for (const folder of [this.things, this.operations, this.counters]) mkdirSync(folder, { recursive: true });
    }

    /** What there is, of these types where some are named, seen by others yet or not; by type and id. */
    all(types?: string | readonly string[]): Thing[] {
        const wanted = (typeof types === "string" ? [types] : types)?.map(digest);
        return readdirSync(this.things)
            .filter((name) => name.endsWith(".json") && (wanted?.some((type) => name.startsWith(type)) ?? true))
            .map((name) => this.read(join(this.things, name)))
            .filter((thing) => thing !== undefined)
            .filter((thing) => this.scope === undefined || thing.scope === this.scope)
            .sort((one, other) => one.type.localeCompare(other.type) || one.id.localeCompare(other.id));
    }

    /** Whether or not it can be seen yet. */
    get(type: string, id: string): Thing | undefined {
        return this.read(this.fileOf({ type, id }));
    }

    /** The thing of one of these types that can be seen and of which an output, or its id, is `value`. */
    find(types: string | readonly string[], by: string, value: unknown): Thing | undefined {
        return this.all(types).find(
            ({ id, outputs, visibleMs }) =>
                visibleMs <= Date.now() && (by === "id" ? id : at(outputs, pathOf(by))) === value,
        );
    }

    /**
     * Makes a thing, where nothing is in its way. `key`: what it alone may have.
     * @returns what is in its way: of the same id, or with the same key
     */
    make(made: Thing, key?: string): Thing | undefined {
        const thing = {
            ...made,
            ...(this.scope === undefined ? {} : { scope: this.scope }),
            ...(key === undefined ? {} : { claim: scoped(key, this.scope) }),
        };
        const file = this.fileOf(thing);
        const draft = this.draft(file, thing);
        try {
            const holder = thing.claim === undefined ? undefined : this.claim(thing.claim, draft);
            if (holder !== undefined) return holder;
            for (;;) {
                if (linked(draft, file)) return undefined;
                const there = this.read(file);
                if (there === undefined) continue;
                // Who wanted the same name has put it there.
                if (there.token === thing.token) return undefined;
                this.mark("free", thing);
                return there;
            }
        } finally {
            rmSync(draft, { force: true });
        }
    }

    /** @returns whether it was made */
    add(thing: Thing): boolean {
        return this.make(thing) === undefined;
    }

    /**
     * Changes a thing that is there, and what it alone may have.
     * @returns what is in its way: then nothing is changed
     */
    change(changed: Thing, key?: string): Thing | undefined {
        const { claim: before, ...rest } = changed;
        const claim = key === undefined ? undefined : scoped(key, changed.scope);
        const thing: Thing = claim === undefined ? rest : { ...rest, claim };
        const file = this.fileOf(thing);
        const draft = this.draft(file, thing);
        const moves = claim !== before;
        const holder = moves && claim !== undefined ? this.claim(claim, draft) : undefined;
        if (holder !== undefined && holder.token !== thing.token) {
            rmSync(draft, { force: true });
            return holder;
        }
        renameSync(draft, file);
        if (moves && before !== undefined) this.mark("free", { ...thing, claim: before });
        return undefined;
    }

    /** Writes over what is there; what it alone may have stays as it is. */
    put(thing: Thing): void {
        const file = this.fileOf(thing);
        renameSync(this.draft(file, thing), file);
    }

    remove(type: string, id: string, scope = this.scope): void {
        const file = this.fileOf({ type, id, scope });
        const thing = this.read(file);
        // First, for whoever finds a claim without its thing makes that.
        if (thing !== undefined) this.mark("gone", thing);
        rmSync(file, { force: true });
    }

    /** 1 at the first call with this key, 2 at the next, whichever process calls. */
    count(key: string): number {
        for (let number = (this.given.get(key) ?? 0) + 1; ; number++) {
            try {
                writeFileSync(this.countFile(key, number), "", { flag: "wx" });
                this.given.set(key, number);
                return number;
            } catch (error) {
                if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
            }
        }
    }

    /** What `count` has answered last for this key; 0 where nobody has asked it. */
    counted(key: string): number {
        return lastOf((number) => this.countFile(key, number));
    }

    /** It begins anew. For whoever is alone in the cloud. */
    forget(key: string): void {
        for (let number = this.counted(key); number > 0; number--) rmSync(this.countFile(key, number));
        this.given.delete(key);
    }

    note(operation: SimulatedOperation): void {
        const order = [operation.endedMs, (noted += 1)].map((part) => String(part).padStart(15, "0")).join("-");
        const name = `${order}-${randomBytes(6).toString("hex")}.json`;
        const file = join(this.operations, name);
        renameSync(this.draft(file, operation), file);
    }

    /** Of all its life, in the order in which they ended. */
    history(): SimulatedOperation[] {
        return readdirSync(this.operations)
            .filter((name) => name.endsWith(".json"))
            .sort()
            .map((name) => operationSchema.parse(JSON.parse(readFileSync(join(this.operations, name), "utf8"))));
    }

    /** @returns the thing that has it; undefined where the one in `draft` has it now */
    private claim(key: string, draft: string): Thing | undefined {
        for (;;) {
            const last = this.lastClaim(key);
            const found = this.claimFile(key, last);
            if (last > 0 && !existsSync(`${found}.free`)) {
                const holder = this.read(found);
                if (holder !== undefined && this.stands(holder, found)) return holder;
                continue;
            }
            if (linked(draft, this.claimFile(key, last + 1))) return undefined;
        }
    }

    /** Whether what has made a claim is there; where its maker has died between the two, it is from now on. */
    private stands(holder: Thing, found: string): boolean {
        const file = this.fileOf(holder);
        const isThere = (): boolean => this.read(file)?.token === holder.token;
        if (isThere()) return true;
        const gone = (): boolean => existsSync(`${found}.gone`);
        if (!gone()) {
            linked(found, file);
            // It is not where another thing has its id: then its maker died having found that.
            if (!gone() && isThere()) return true;
            // Deleted between the two.
            if (gone() && isThere()) rmSync(file, { force: true });
        }
        writeFileSync(`${found}.free`, "");
        return false;
    }

    /** `gone`: it is free once the thing is no more. */
    private mark(how: "free" | "gone", { claim, token }: Thing): void {
        if (claim === undefined) return;
        const found = this.claimFile(claim, this.lastClaim(claim));
        if (this.read(found)?.token === token) writeFileSync(`${found}.${how}`, "");
    }

    private lastClaim(key: string): number {
        return lastOf((number) => this.claimFile(key, number));
    }

    private countFile(key: string, number: number): string {
        return join(this.counters, `count-${digest(key)}-${number}`);
    }

    private claimFile(key: string, number: number): string {
        return join(this.counters, `claim-${digest(key)}-${number}`);
    }

    private fileOf({ type, id, scope = this.scope }: Pick<Thing, "type" | "id" | "scope">): string {
        return join(this.things, `${digest(type)}-${digest(scoped(id, scope))}.json`);
    }

    private draft(file: string, content: object): string {
        const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
        writeFileSync(draft, JSON.stringify(content));
        return draft;
    }

    private read(file: string): Thing | undefined {
        try {
            return thingSchema.parse(JSON.parse(readFileSync(file, "utf8")));
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
            throw error;
        }
    }
}
