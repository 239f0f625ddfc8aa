/** What a policy must not take for harmless, and what it could not look at. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationPolicy } from "../../../policy/no-secrets/configuration";
import type { Context, Policy, Resource } from "../../../policy/analyzer/pack";
import { production } from "../../../policy/production/pack";
import { unknownValue, unwrap } from "../../../components/provider/values";

const context: Context = {
    project: "nowhere-to-be-found",
    stack: "prod-storage",
    directory: undefined,
    configuration: new Map(),
    secretKeys: new Set(),
};

const resource = (type: string, values: Resource["values"], more: Partial<Resource> = {}): Resource => ({
    type,
    name: "one",
    urn: `urn:${type}::one`,
    values,
    secrets: [],
    unknowns: [],
    protect: false,
    parent: "",
    dependencies: {},
    ...more,
});

function policy(name: string): Policy {
    const found = production.policies.find((one) => one.name === name);
    assert.ok(found, name);
    return found;
}

async function told(of: Policy, ...resources: readonly Resource[]): Promise<string[]> {
    const single = await Promise.all(
        resources.map(async (one) => [...((await of.resource?.(one, context, {})) ?? [])]),
    );
    const whole = [...((await of.stack?.(resources, context, {})) ?? [])];
    return [...single.flat(), ...whole].map(({ message }) => message);
}

describe("policies that look closely", () => {
    it("deletion-protection: a topic that keeps for ever is none of an hour", async () => {
        const topic = (ms: string) =>
            resource("aws:msk/topic:Topic", { configs: JSON.stringify({ "retention.ms": ms }) });
        assert.match((await told(policy("deletion-protection"), topic("-1"))).join(), /protect: true/);
        assert.deepEqual(await told(policy("deletion-protection"), topic("3600000")), []);
    });

    it("no-wildcards: Get hands out what is held, List and Describe do not", async () => {
        const may = (Action: string) =>
            resource("aws:iam/policy:Policy", {
                policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource: "*" }] }),
            });
        for (const action of ["secretsmanager:GetSecretValue", "s3:Get*", "s3:GetObject"])
            assert.match((await told(policy("no-wildcards"), may(action))).join(), /about everything/, action);
        for (const action of ["ec2:Describe*", "s3:ListAllMyBuckets"])
            assert.deepEqual(await told(policy("no-wildcards"), may(action)), [], action);
    });

    it("tls-only: one statement denies, and is about what comes without TLS", async () => {
        const bucket = resource("aws:s3/bucket:Bucket", { bucket: "data" });
        const plain = { Bool: { "aws:SecureTransport": "false" } };
        const of = (...Statement: readonly object[]) =>
            told(
                policy("tls-only"),
                bucket,
                resource("aws:s3/bucketPolicy:BucketPolicy", { bucket: "data", policy: JSON.stringify({ Statement }) }),
            );
        assert.deepEqual(await of({ Effect: "Deny", Condition: plain }), []);
        assert.deepEqual(await of({ Effect: "Deny", Condition: { Bool: { "aws:securetransport": [false] } } }), []);
        assert.equal((await of({ Effect: "Allow", Condition: plain }, { Effect: "Deny", Action: "s3:X" })).length, 1);
    });

    it("pinned-images: passes over an image that is not known yet, and no other", async () => {
        const type = "kubernetes:core/v1:Pod";
        const pod = (image: string) => ({ spec: { containers: [{ name: "one", image }] } });
        const unknowns = [["spec", "containers", 0, "image"]];
        assert.deepEqual(await told(policy("pinned-images"), resource(type, pod(unknownValue), { unknowns })), []);
        assert.equal((await told(policy("pinned-images"), resource(type, pod("04da6b54/flink:2.0")))).length, 1);
    });

    describe("restricted-pods, of a FlinkDeployment", () => {
        const restricted = {
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "flink-main-container",
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                },
            ],
        };
        const podTemplate = { spec: restricted };
        const of = (spec: unknown) => {
            const { values, unknowns } = unwrap({ spec });
            const flink = "kubernetes:flink.apache.org/v1beta1:FlinkDeployment";
            return told(policy("restricted-pods"), resource(flink, values, { unknowns }));
        };

        it("judges pods that no template is given for, once for both roles", async () => {
            const messages = await of({ flinkConfiguration: {} });
            assert.equal(messages.length, 4, messages.join());
            for (const message of messages)
                assert.match(
                    message,
                    /^spec\.podTemplate\.spec\.containers\["flink-main-container"\]\.securityContext\./,
                );
        });

        it("judges what a role's template makes of that of both, and of that role alone", async () => {
            assert.deepEqual(await of({ podTemplate }), []);
            assert.deepEqual(await of({ jobManager: { podTemplate }, taskManager: { podTemplate } }), []);
            assert.deepEqual(await of({ podTemplate, jobManager: { podTemplate: { spec: { hostNetwork: true } } } }), [
                "spec.jobManager.podTemplate.spec.hostNetwork: leave it out.",
            ]);
            const onlyJobManager = await of({ jobManager: { podTemplate } });
            assert.equal(onlyJobManager.length, 4);
            for (const message of onlyJobManager) assert.match(message, /^spec\.taskManager\.podTemplate\./);
        });

        it("merges containers by name only where the deployment says so", async () => {
            const added = { name: "log", securityContext: restricted.containers[0]?.securityContext };
            const taskManager = { podTemplate: { spec: { containers: [added] } } };
            const byName = { "kubernetes.operator.pod-template.merge-arrays-by-name": "true" };
            assert.deepEqual(await of({ podTemplate, taskManager, flinkConfiguration: byName }), []);
            // By position the main container becomes `log`, and the operator adds an empty one.
            const messages = await of({ podTemplate, taskManager });
            assert.match(messages.join(), /^spec\.taskManager\..*"flink-main-container".*allowPrivilegeEscalation/);
        });

        it("says nothing of what is not known yet, and of the rest what is wrong", async () => {
            const wrong = { podTemplate: { spec: { containers: [{ name: "flink-main-container", image: "a" }] } } };
            const main = restricted.containers[0];
            const notKnown: readonly unknown[] = [
                unknownValue,
                { podTemplate: unknownValue },
                { podTemplate: unknownValue, taskManager: wrong },
                { podTemplate: { spec: unknownValue }, jobManager: wrong },
                { podTemplate, jobManager: unknownValue, taskManager: { podTemplate: unknownValue } },
                { podTemplate: { spec: { ...restricted, containers: unknownValue } } },
                { podTemplate: { spec: { ...restricted, containers: [unknownValue] } } },
                { podTemplate: { spec: { ...restricted, containers: [{ ...main, name: unknownValue }] } } },
                { podTemplate: { spec: { ...restricted, securityContext: unknownValue } } },
                { podTemplate, taskManager: wrong, flinkConfiguration: unknownValue },
            ];
            for (const spec of notKnown) assert.deepEqual(await of(spec), [], JSON.stringify(spec));
            assert.deepEqual(
                await of({ podTemplate: { spec: { ...restricted, containers: unknownValue, hostPID: true } } }),
                ["spec.podTemplate.spec.hostPID: leave it out."],
            );
        });
    });

    it("say that the project's files were not found", async () => {
        const stack = resource("pulumi:pulumi:Stack", {});
        for (const one of [policy("secrets-provider"), configurationPolicy()])
            assert.match((await told(one, stack)).join(), /no Pulumi\.yaml of the project 'nowhere-to-be-found'/);
    });

    it("say that the stack's file is not there, but for Pulumi Cloud, whose own encryption writes none", async () => {
        const directory = mkdtempSync(join(tmpdir(), "tidegate-looks-"));
        try {
            writeFileSync(join(directory, "Pulumi.yaml"), `name: ${context.project}\nruntime: nodejs\n`);
            const of = async (allowed: readonly string[]): Promise<string[]> => {
                const stack = resource("pulumi:pulumi:Stack", {});
                const here = { ...context, directory };
                const found = (await policy("secrets-provider").resource?.(stack, here, { allowed })) ?? [];
                return [...found].map(({ message }) => message);
            };
            assert.match((await of(["awskms"])).join(), /there is no Pulumi\.prod-storage\.yaml in /);
            assert.deepEqual(await of(["service"]), []);
            writeFileSync(join(directory, "Pulumi.prod-storage.yaml"), "secretsprovider: awskms://alias/x\n");
            assert.deepEqual(await of(["awskms"]), []);
        } finally {
            rmSync(directory, { recursive: true });
        }
    });
});
