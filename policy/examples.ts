/**
 * Good and bad examples of each policy of policy/production, by name: examples/production/<policy>.yaml. They are the tests
 * (tests/policy/production) and stand in docs/policies.md.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { policyNames, type PolicyName } from "./production/names";

const resource = z.strictObject({
    /** Unique in its example. */
    name: z.string().optional(),
    type: z.string(),
    protect: z.boolean().default(false),
    /** `${name.property}` is what another resource of the example gives. */
    values: z.record(z.string(), z.unknown()),
});

const example = z.strictObject({
    says: z.string(),
    /** What `--policy-pack-config` says of the policy. */
    settings: z.record(z.string(), z.unknown()).default({}),
    resources: z.array(resource),
});

const schema = z.strictObject({
    good: z.array(example).min(1),
    bad: z.array(example.extend({ tells: z.string() })).min(1),
});

export type Example = z.infer<typeof example>;
export type ExampleResource = z.infer<typeof resource>;
export type Examples = z.infer<typeof schema>;

const exampleFile = (policy: PolicyName): string => join(__dirname, "examples", "production", `${policy}.yaml`);

export const examplesOf = (policy: PolicyName): Examples =>
    schema.parse(parse(readFileSync(exampleFile(policy), "utf8")));

export const allExamples = (): ReadonlyMap<PolicyName, Examples> =>
    new Map(policyNames.map((policy) => [policy, examplesOf(policy)]));
