/** Proofs and marks as rollouts of one stack leave them, for tests of what is judged by them. */
import { promotionSchema, type PromotionRule } from "../../automation/graph/promotion";
import type { NamedMark, Proof } from "../../automation/release/proof";

export const start = Date.parse("2026-03-02T12:00:00Z");
export const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
export const me = { user: "me", host: "here" };

export const gate = {
    id: "1",
    stage: 1,
    title: "it answers",
    status: "pass",
    message: "yes",
    evidence: { code: 200 },
    seconds: 0,
    stack: "app",
    layer: "app",
} as const;

/** As marks and proofs are numbered. */
export const numbered = (number: number): string => String(number).padStart(8, "0");

export const proofOf = (
    environment: string,
    release: string,
    minutes: number,
    mark: string,
    more: Partial<Proof> = {},
): Proof => ({
    ...{ version: 1, release, environment, simulated: false, mark, run: `run-${mark}`, time: at(minutes) },
    ...{ settings: "c".repeat(64), checkpoints: { app: "1" }, gates: [gate] },
    versions: { tidegate: "1", pulumi: "3", node: "24" },
    ...me,
    ...more,
});

/** Without a release: of what lies there. */
export const markOf = (
    environment: string,
    release: string | undefined,
    number: number,
    minutes: number,
): NamedMark => [
    numbered(number),
    {
        version: 1,
        environment,
        operation: "up",
        ...(release === undefined ? {} : { release }),
        time: at(minutes),
        ...me,
    },
];

/** Of `prod`, which takes from `staging`. */
export const ruleOf = (more: object = {}): PromotionRule =>
    promotionSchema.parse({ prod: { from: ["staging"], ...more } })["prod"] as PromotionRule;
