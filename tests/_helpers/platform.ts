/**
 * The platform that the embedded suite shares. `platformHost.ts` deploys it before mocha starts, and names in
 * TIDEGATE_TEST_PLATFORM the file that holds its contracts.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { contracts, flinkContract, s3InterfaceContract } from "../../stacks/contracts";
import { Checkout } from "./checkout";

export const platformVariable = "TIDEGATE_TEST_PLATFORM";

const contractsSchema = z.object({
    storage: s3InterfaceContract,
    broker: contracts.broker,
    catalog: contracts.catalog,
    runtime: flinkContract,
});

const sharedSchema = contractsSchema.extend({
    checkout: z.object({ directory: z.string(), dataRoot: z.string() }),
    /** Standard output of the `up --json` that deployed it. */
    up: z.string(),
});
export type SharedPlatform = z.infer<typeof sharedSchema>;

/** What TIDEGATE_TEST_PLATFORM holds: JSON, or the name of a file with it. Undefined where it is not set. */
function given(): unknown {
    const value = process.env[platformVariable];
    if (value === undefined || value === "") return undefined;
    return JSON.parse(value.trimStart().startsWith("{") ? value : readFileSync(value, "utf8"));
}

/** The contracts of a platform that runs, whoever deployed it; undefined where there is none. */
export function platformContracts(): z.infer<typeof contractsSchema> | undefined {
    const value = given();
    return value === undefined ? undefined : contractsSchema.parse(value);
}

/** The suite's own platform, with the checkout that it was deployed from. */
export function sharedPlatform(): SharedPlatform & { readonly local: Checkout } {
    const value = given();
    if (value === undefined)
        throw new Error("These tests need the suite's own platform: `npm test -- embedded` deploys it.");
    const shared = sharedSchema.parse(value);
    return { ...shared, local: new Checkout(shared.checkout.directory, shared.checkout.dataRoot) };
}

const checkResult = z.object({
    id: z.string(),
    stage: z.union([z.literal("preflight"), z.number()]),
    status: z.enum(["pass", "fail", "not-run"]),
    message: z.string().optional(),
    evidence: z.record(z.string(), z.unknown()),
});
export type Result = z.infer<typeof checkResult>;

const rolloutEvent = z.discriminatedUnion("type", [
    z.object({ type: z.literal("run-started"), layers: z.array(z.string()) }),
    z.object({ type: z.literal("layer"), layer: z.string(), state: z.string() }),
    z.object({ type: z.literal("activity") }),
    z.object({ type: z.literal("note"), layer: z.string().optional(), text: z.string() }),
    z.object({
        type: z.literal("resource"),
        layer: z.string(),
        op: z.string(),
        resourceType: z.string(),
        name: z.string(),
    }),
    z.object({ type: z.literal("check"), layer: z.string(), result: checkResult }),
    z.object({ type: z.literal("exercise"), exercise: z.string(), summary: z.string() }),
    z.object({ type: z.literal("problem"), code: z.string(), message: z.string() }),
    z.object({ type: z.literal("run-finished"), ok: z.boolean(), seconds: z.number() }),
]);
export type Event = z.infer<typeof rolloutEvent>;

/** The events of `up --json`. */
export class Rollout {
    readonly events: readonly Event[];

    constructor(stdout: string) {
        this.events = stdout
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => rolloutEvent.parse(JSON.parse(line)));
    }

    of<T extends Event["type"]>(type: T): Extract<Event, { type: T }>[] {
        return this.events.filter((event): event is Extract<Event, { type: T }> => event.type === type);
    }

    get checks(): Result[] {
        return this.of("check").map(({ result }) => result);
    }

    /** Resources that were created, updated, replaced or deleted, as `layer: op name`. */
    get changed(): string[] {
        return this.of("resource").map(({ layer, op, name }) => `${layer}: ${op} ${name}`);
    }
}

export interface Validation {
    readonly code: number | null;
    readonly green: boolean;
    readonly results: readonly Result[];
    /** Ids of the checks that are red. */
    readonly red: readonly string[];
    /** For an assertion's message: each red check with what it says. */
    readonly text: string;
    /** Statuses that the checks of a stage have. */
    stage(stage: number): string[];
}

/** `tidegate validate --json`. */
export async function validate(
    checkout: Checkout,
    variables: Readonly<Record<string, string>> = {},
): Promise<Validation> {
    const { code, stdout, stderr } = await checkout.run(["validate", "--json"], variables);
    if (!stdout.trimStart().startsWith("{"))
        throw new Error(`tidegate validate ended with ${code}:\n${stdout}${stderr}`);
    const { green, results } = z
        .object({ green: z.boolean(), results: z.array(checkResult) })
        .parse(JSON.parse(stdout));
    const red = results.filter(({ status }) => status === "fail");
    return {
        code,
        green,
        results,
        red: red.map(({ id }) => id),
        text: red.map(({ id, message }) => `${id}: ${message}`).join("\n"),
        stage: (stage) => [...new Set(results.filter((result) => result.stage === stage).map(({ status }) => status))],
    };
}
