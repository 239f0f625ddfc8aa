/**
 * What goes wrong in a rehearsal: by a plan that somebody has written, or by chance from a seed. By chance, which call is hit
 * follows from the resource and from how often it was called, never from the order in which stacks happen to run: the same
 * seed has the same faults. A plan counts the calls that a fault matches, as they come.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { nearest } from "../core/yamlFile";
import { nameOf, type SimulatedCloud } from "./cloud";

const operation = z.enum(["create", "update", "delete"]);
const times = z.number().int().min(1).max(100).default(1).describe("How many calls in a row it hits.");
const made = {
    type: z.string().min(1).describe("Token of a resource type; `*` stands for any text."),
    name: z.string().min(1).optional().describe("The resource's name in the program; `*` stands for any text."),
    nth: z.number().int().min(1).default(1).describe("The first call of the matching ones that it hits."),
};
const target = { ...made, operation: operation.default("create") };

const faultSchema = z.discriminatedUnion("kind", [
    z.strictObject({
        kind: z.literal("throttle"),
        ...target,
        times: times.describe("How often the one call is refused before it goes through."),
    }),
    z.strictObject({ kind: z.literal("fail"), ...target, times, message: z.string().min(1).optional() }),
    z.strictObject({ kind: z.literal("lost-answer"), ...target, times }),
    z.strictObject({ kind: z.literal("crash"), ...target, times, after: z.boolean().default(false) }),
    z.strictObject({ kind: z.literal("slow"), ...target, times, seconds: z.number().positive().max(86_400) }),
    z.strictObject({ kind: z.literal("eventual"), ...made, times, seconds: z.number().positive().max(600) }),
    z.strictObject({ kind: z.literal("quota"), type: made.type, limit: z.number().int().min(0) }),
]);
export type Fault = z.infer<typeof faultSchema>;

/** The file of `tidegate rehearse --faults`. */
export const faultPlanSchema = z.strictObject({ faults: z.array(faultSchema) });
export type FaultPlan = z.infer<typeof faultPlanSchema>;

/** The same, of types that are known: a fault that can hit nothing would be a rehearsal that proves nothing. */
export const faultPlanOf = (tokens: readonly string[]) =>
    faultPlanSchema.superRefine(({ faults }, context) => {
        for (const [index, { type }] of faults.entries())
            if (!tokens.some((token) => matches(type, token)))
                context.addIssue({
                    code: "custom",
                    path: ["faults", index, "type"],
                    message: `'${type}' is no type that is simulated. ${nearest(type, tokens) || "docs/rehearsal-fidelity.md lists them."}`,
                });
    });

export interface Call {
    readonly type: string;
    readonly urn: string;
    readonly name: string;
    readonly operation: z.infer<typeof operation>;
}

/** What is to happen to one call. */
export interface Happening {
    /** Refusals before it goes through, each of which a provider waits for and asks again. */
    readonly throttled: number;
    /** The call fails, and nothing has happened. */
    readonly fails: string | undefined;
    /** It is refused, and will be until something else has changed. */
    readonly refused: string | undefined;
    /** It happens, and the answer never comes. */
    readonly answerLost: boolean;
    /** The provider dies: before anything has happened, or after. */
    readonly crashes: "before" | "after" | undefined;
    /** Seconds that it takes longer, in the cloud's time. */
    readonly slower: number;
    /** Milliseconds for which nobody else sees what was made. Of this machine's time. */
    readonly unseenMs: number;
}

const nothing: Happening = {
    throttled: 0,
    fails: undefined,
    refused: undefined,
    answerLost: false,
    crashes: undefined,
    slower: 0,
    unseenMs: 0,
};

/** How often a provider asks again where it is throttled, before it gives up. Source: the default of the AWS SDK is 25. */
const patience = 25;

function matches(pattern: string, text: string): boolean {
    const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(text);
}

/** Of the calls that a fault of a plan has matched. */
const counterOf = (index: number): string => `fault ${index}`;

const operationOf = (fault: Exclude<Fault, { kind: "quota" }>): Call["operation"] =>
    fault.kind === "eventual" ? "create" : fault.operation;

/** Before a plan is played in a cloud that has seen another. */
export const forgetPlanned = ({ faults }: FaultPlan, cloud: SimulatedCloud): void =>
    faults.forEach((_, index) => cloud.forget(counterOf(index)));

/** A fault of a plan that has hit no call, and what there was of its type instead. */
export interface Missed {
    /** In the plan, from 0. */
    readonly index: number;
    readonly text: string;
}

/** How many names a message tells. */
const namesAtMost = 5;

/**
 * Faults of a plan that was played to its end, and was never tried by them. A quota is none: what stays under it has come
 * through it.
 * @param sinceMs of the history, when the plan began; milliseconds since the epoch
 */
export function missedFaults(plan: FaultPlan, cloud: SimulatedCloud, sinceMs: number): Missed[] {
    const calls = cloud.history().filter(({ startedMs }) => startedMs >= sinceMs);
    return plan.faults.flatMap((fault, index): Missed[] => {
        if (fault.kind === "quota") return [];
        const matched = cloud.counted(counterOf(index));
        if (matched >= fault.nth) return [];
        const { kind, type, name, nth } = fault;
        const doing = operationOf(fault);
        const met = calls.filter((one) => matches(type, one.type));
        const those = met.filter((one) => one.operation === doing);
        const names = [...new Set(those.map(({ urn }) => nameOf(urn)))].sort();
        const instead =
            matched > 0
                ? `a call that it is for came ${timesOf(matched)}, and it waits for number ${nth}`
                : met.length === 0
                  ? "nothing of its type was created, updated or deleted"
                  : those.length === 0
                    ? `its type was met ${timesOf(met.length)}, and never for '${doing}'`
                    : `its type was met ${timesOf(those.length)} for '${doing}', and never as '${name}': as ${names
                          .slice(0, namesAtMost)
                          .map((one) => `'${one}'`)
                          .join(", ")}${names.length > namesAtMost ? ` and ${names.length - namesAtMost} more` : ""}`;
        return [{ index, text: `'${kind}' of ${type} has hit nothing: ${instead}` }];
    });
}

const timesOf = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** Whatever stands in a plan and hits this call. */
export function planned(plan: FaultPlan, call: Call, cloud: SimulatedCloud): Happening {
    let happening = nothing;
    for (const [index, fault] of plan.faults.entries()) {
        if (!matches(fault.type, call.type)) continue;
        if (fault.kind === "quota") {
            if (call.operation === "create" && cloud.all(call.type).length >= fault.limit)
                happening = {
                    ...happening,
                    refused: `LimitExceeded: the quota of ${fault.limit} ${call.type} is used up`,
                };
            continue;
        }
        if (operationOf(fault) !== call.operation) continue;
        if (fault.name !== undefined && !matches(fault.name, call.name)) continue;
        const ordinal = cloud.count(counterOf(index));
        const calls = fault.kind === "throttle" ? 1 : fault.times;
        if (ordinal < fault.nth || ordinal >= fault.nth + calls) continue;
        happening = { ...happening, ...effectOf(fault) };
    }
    return happening;
}

function effectOf(fault: Exclude<Fault, { kind: "quota" }>): Partial<Happening> {
    switch (fault.kind) {
        case "throttle":
            return fault.times > patience
                ? { fails: `ThrottlingException: Rate exceeded, after ${patience} attempts` }
                : { throttled: fault.times };
        case "fail":
            return { fails: fault.message ?? "InternalFailure: the request could not be processed" };
        case "lost-answer":
            return { answerLost: true };
        case "crash":
            return { crashes: fault.after ? "after" : "before" };
        case "slow":
            return { slower: fault.seconds };
        case "eventual":
            return { unseenMs: fault.seconds * 1000 };
    }
}

/** Shares of calls that each kind of chaos hits. */
const shares = { throttle: 0.08, slow: 0.08, fail: 0.04, eventual: 0.03, crash: 0.02 } as const;

/**
 * By chance. A resource fails or crashes its provider at most once, so that a rehearsal that goes on comes to its end; an
 * answer is lost by plan only: what then became of an update or a deletion is for a person to say.
 */
export function byChance(seed: number, call: Call, cloud: SimulatedCloud): Happening {
    const attempt = cloud.count(`chaos ${call.operation} ${call.urn}`);
    const hash = createHash("sha256").update(`${seed} ${call.operation} ${attempt} ${call.urn}`).digest();
    const roll = hash.readUInt32BE(0) / 2 ** 32;
    const size = hash.readUInt32BE(4) / 2 ** 32;
    let edge = 0;
    for (const [kind, share] of Object.entries(shares) as [keyof typeof shares, number][]) {
        edge += share;
        if (roll >= edge) continue;
        if (kind === "throttle") return { ...nothing, throttled: 1 + Math.floor(size * 5) };
        if (kind === "slow") return { ...nothing, slower: 60 * (1 + size * 9) };
        if (attempt > 1) return nothing;
        if (kind === "fail")
            return { ...nothing, fails: "InternalFailure: the request could not be processed (chaos)" };
        if (kind === "crash") return { ...nothing, crashes: "before" };
        if (call.operation !== "create") return nothing;
        return { ...nothing, unseenMs: 200 + size * 800 };
    }
    return nothing;
}

export const calm = (): Happening => nothing;
