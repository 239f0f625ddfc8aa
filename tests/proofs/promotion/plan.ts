/** What happens to an organisation, release by release, by a seed. Pure: the same seed gives the same plan. */
import { random, shuffled } from "../../_helpers/random";
import { environments, stacks, type Environment, type StackName, type Taker } from "./organisation";
import type { Blow } from "./shell";

/** What may happen to a release before it is promoted to production. */
export const incidentKinds = [
    "rollback",
    "hold",
    "freeze",
    "two at once",
    "tampered",
    "forged",
    "rehearsed",
    "unwell",
    "around the gates",
    "older",
    "drift",
    "changed outside",
] as const;
export type IncidentKind = (typeof incidentKinds)[number];

export interface Incident {
    readonly kind: IncidentKind;
    readonly target: Exclude<Taker, "staging">;
    /** In [0, 1): chooses among what there is. */
    readonly which: number;
}

export interface Crash {
    readonly at: Environment;
    readonly blow: Blow;
    /** What is done about it: both are what the documents say. */
    readonly then: "resume" | "again";
}

export interface ReleasePlan {
    readonly number: number;
    /** Whose file is changed. */
    readonly changes: readonly StackName[];
    /** Where its gate is red. */
    readonly red: { readonly environment: Environment; readonly stack: StackName } | undefined;
    readonly crash: Crash | undefined;
    readonly incident: Incident | undefined;
    /** Which production environments it is promoted to. */
    readonly promotions: readonly Exclude<Taker, "staging">[];
}

/** Lines that a job prints until its rollout has begun, and how long that takes from there, about. */
const lines = 14;
const afterMs = 4000;
const shareOfRed = 0.25;
const shareOfCrashes = 0.45;
const shareOfBoth = 0.65;

/** `small`: one production environment, and no crash beside the incident. */
export function planOf(releases: number, seed: number, small = false): ReleasePlan[] {
    const next = random(seed);
    const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
    const deck: IncidentKind[] = [];
    return Array.from({ length: releases }, (_, index): ReleasePlan => {
        if (deck.length === 0) deck.push(...shuffled(incidentKinds, next));
        const first = index === 0;
        const changes = one([["app"], ["app"], ["store"], ["store", "app"]] as const);
        const red = next() < shareOfRed ? { environment: one(environments), stack: one(changes) } : undefined;
        const blow = { line: Math.floor(next() * lines), afterMs: Math.floor(next() * afterMs) };
        const crash = { at: one(environments), blow, then: one(["resume", "again"] as const) };
        const crashes = next() < shareOfCrashes;
        const target = one(["prod-eu", "prod-us"] as const);
        const both = next() < shareOfBoth;
        const which = next();
        const kind = first ? undefined : deck.pop();
        return {
            number: index + 1,
            changes: first ? stacks : changes,
            red: first || small ? undefined : red,
            crash: (small && !first) || !crashes ? undefined : { ...crash, at: small ? "prod-eu" : crash.at },
            incident: kind === undefined ? undefined : { kind, target: small ? "prod-eu" : target, which },
            promotions: small ? ["prod-eu"] : first || both ? ["prod-eu", "prod-us"] : ["prod-eu"],
        };
    });
}
