/** policy/no-secrets on the real engine: what is marked passes wherever it is, what is not is found, and no value is told. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Previews, type Given, type Preview } from "../previews";

/** No word of it is anywhere else. */
const hidden = "q7Lw-Zt4nVx9-Kb2Rm8";
const planted = "hT5zR9wQ2mLx7VbN4kYp";

const inClear: readonly (readonly [name: string, type: string, values: object, path: RegExp])[] = [
    [
        "map",
        "kubernetes:core/v1:ConfigMap",
        { data: { "app.properties": `ssl.keystore.password=${planted}` } },
        /^data\["app\.properties"\]/,
    ],
    [
        "pod",
        "kubernetes:core/v1:Pod",
        { spec: { containers: [{ name: "a", env: [{ name: "DB_PASSWORD", value: planted }] }] } },
        /^spec\.containers\[0\]\.env\[0\]\.value/,
    ],
    [
        "chart",
        "kubernetes:helm.sh/v3:Release",
        { values: { auth: { adminPassword: planted } } },
        /^values\.auth\.adminPassword/,
    ],
    [
        "job",
        "kubernetes:flink.apache.org/v1beta1:FlinkDeployment",
        { spec: { flinkConfiguration: { "s3.secret-key": planted } } },
        /^spec\.flinkConfiguration\["s3\.secret-key"\]/,
    ],
    ["box", "docker:index/container:Container", { envs: [`KAFKA_PASSWORD=${planted}`] }, /^envs\[0\]/],
    ["machine", "aws:ec2/instance:Instance", { userData: `export API_TOKEN=${planted}` }, /^userData/],
    ["tagged", "aws:kms/key:Key", { tags: { token: planted } }, /^tags\.token/],
    ["url", "gcp:storage/bucket:Bucket", { name: `postgres://lake:${planted}@db.example:5432/lake` }, /^name/],
];

describe("the pack no-secrets, on the real engine", () => {
    const previews = new Previews("no-secrets", "dev-example");
    let bad: Preview;
    let good: Preview;
    let configured: Preview;

    before(async () => {
        await previews.prepare();
        assert.equal(
            (await previews.pulumi("config", "set", "--secret", "password", hidden, "-s", "dev-example")).code,
            0,
        );
        const marked = inClear.map(([name, type]): Given => ({
            name,
            type,
            values: {
                marked: { secret: { password: planted } },
                data: { "app.properties": { configured: "password" } },
                reference: "${secret:kafka}",
                image: `registry.example/flink@sha256:${"3f1d5c0b8a7e6d4c".repeat(4)}`,
                arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:kafka-AbCdEf",
            },
        }));
        good = await previews.preview(marked, { outputs: { password: { configured: "password" } } });
        const plain = inClear.map(([name, type, values]): Given => ({ name, type, values: { ...values } }));
        const leak: Given = {
            name: "leak",
            type: "aws:s3/bucket:Bucket",
            values: { description: { unmarked: "password" } },
        };
        bad = await previews.preview([...plain, leak], { outputs: { password: { unmarked: "password" } } });
        const text = readFileSync(previews.stackFile, "utf8");
        writeFileSync(previews.stackFile, `${text}  examples:kafka:\n    user: lake\n    sasl-password: ${planted}\n`);
        configured = await previews.preview([]);
    });
    after(() => previews.remove());

    it("passes what Pulumi keeps encrypted, wherever it stands, and what only looks like a secret", () => {
        assert.equal(good.code, 0, good.output);
        assert.deepEqual(good.told, []);
    });

    for (const [name, type, , path] of inClear)
        it(`finds one in clear in ${type}`, () => {
            const told = bad.told.filter(({ at }) => at === name);
            assert.ok(
                told.some(
                    ({ message, level, policy }) =>
                        level === "mandatory" && policy === "no-plain-secret-input" && path.test(message),
                ),
                bad.output,
            );
        });

    it("finds a secret of the configuration that has lost its mark, in an input and in an output", () => {
        const told = bad.told.filter(({ message }) =>
            message.includes("the secret examples:password stands here in clear"),
        );
        assert.deepEqual(told.map(({ at }) => at).sort(), ["examples-dev-example", "leak"], bad.output);
    });

    it("names file, line and key of one in the configuration", () => {
        assert.notEqual(configured.code, 0);
        const [told] = configured.told;
        assert.equal(told?.policy, "no-plain-secret-configuration");
        const line =
            readFileSync(previews.stackFile, "utf8")
                .split("\n")
                .findIndex((one) => one.includes("sasl-password")) + 1;
        assert.match(
            told.message,
            new RegExp(
                `^stacks/Pulumi\\.dev-example\\.yaml:${line}: examples:kafka\\.sasl-password holds a secret in clear`,
            ),
        );
        assert.match(told.message, /pulumi config set --secret --path 'examples:kafka\.sasl-password'/);
    });

    it("tells no value", () => {
        for (const { output, told } of [good, bad, configured]) {
            const messages = told.map(({ message }) => message).join("\n");
            for (const value of [hidden, planted]) assert.ok(!messages.includes(value), messages);
            assert.ok(!output.includes(hidden), output);
        }
    });
});
