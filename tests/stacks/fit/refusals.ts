/** Files of stacks/ with changes that make them what is refused before anything starts: with its code, its line, and what to do. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isNode, LineCounter, parseDocument } from "yaml";
import { TidegateError } from "../../../automation/core/errors";
import { loadEnvironment } from "../../../stacks/environment";
import { editedEnvironment, type Edits } from "../../_helpers/editedEnvironment";

/** A file of stacks/, what is changed in it (`undefined` takes a key away), the key at whose line it is told, what is told. */
export type Refusal = readonly [what: string, file: string, edits: Edits, at: string, says: RegExp];

/** A cluster that somebody else made. */
export const adopted = { profile: "kubeconfig", context: "theirs" };
export const flinkOf = (cloud: object) => ({ ...adopted, identities: { flink: cloud, dbt: cloud } });
export const role = { aws: { roleName: "flink", roleArn: "arn:aws:iam::123456789012:role/flink" } };
export const subnets = { cloud: "aws", vpcId: "vpc-1", nodeSecurityGroupId: "sg-1" };
export const theirs = { profile: "external", bootstrapServers: "kafka.example.com:9094", saslMechanism: "PLAIN" };
export const aws = { accountId: "123456789012", region: "eu-west-1" };

/** Where the value of a key begins; of the deepest of its parents where the file does not have it. */
function lineOf(text: string, keys: readonly string[]): number {
    const counter = new LineCounter();
    const document = parseDocument(text, { lineCounter: counter });
    for (let length = keys.length; length > 0; length--) {
        const node: unknown = document.getIn(keys.slice(0, length), true);
        if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
    }
    return 1;
}

/** Loads a file of stacks/ after the edits. */
export async function loadEdited(name: string, edits: Edits) {
    const text = editedEnvironment(name, edits);
    const directory = await mkdtemp(join(tmpdir(), "tidegate-fit-"));
    try {
        const file = join(directory, `${name}.yaml`);
        await writeFile(file, text);
        const loaded = loadEnvironment(name, { TIDEGATE_ENVIRONMENT_FILE: file, TIDEGATE_DATA: directory });
        const error = await loaded.then(
            () => undefined,
            (thrown: unknown) => (thrown instanceof TidegateError ? thrown : assert.fail(String(thrown))),
        );
        return { text, error };
    } finally {
        await rm(directory, { recursive: true });
    }
}

/** A test for each. */
export function refuses(refusals: readonly Refusal[]): void {
    for (const [what, name, edits, at, says] of refusals)
        it(`is refused: ${what}`, async () => {
            const { text, error } = await loadEdited(name, edits);
            assert.ok(error, "it was taken");
            assert.equal(error.code, "environment-invalid");
            const told = error.message.split("\n").find((line) => says.test(line));
            assert.ok(told, error.message);
            assert.equal(Number(/\.yaml:(\d+):/.exec(told)?.[1]), lineOf(text, at.split(".")));
        });
}
