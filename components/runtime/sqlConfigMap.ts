/**
 * The SQL of a job. Its name holds the hash of its content: a changed script is another object, so that the one before is
 * there until the new one runs, for the operator to roll back to.
 */
import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { applyError } from "../runError";

/** Bytes that a ConfigMap may hold. Source: https://kubernetes.io/docs/concepts/configuration/configmap/ */
const limit = 1024 * 1024;

/** What SqlDriver is given. */
const scriptOf = (statements: readonly string[]): string => statements.map((statement) => `${statement};\n`).join("\n");

/** @throws RunError `sql-too-large` */
export function fittingScript(job: string, statements: readonly string[]): string {
    const text = scriptOf(statements);
    if (Buffer.byteLength(text) <= limit - 1024) return text;
    throw applyError(`The SQL of the job '${job}' is larger than a ConfigMap may be, which is 1 MiB.`, {
        code: "sql-too-large",
        hint: "Split the job in sql/, or take out what is no statement: `npx tidegate render -e ENVIRONMENT` shows what is rendered.",
    });
}

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface SqlConfigMapArgs {
    job: string;
    namespace: string;
    labels: Record<string, string>;
    statements: pulumi.Output<readonly string[]>;
}

export function sqlConfigMap(
    name: string,
    { job, namespace, labels, statements }: SqlConfigMapArgs,
    options: pulumi.CustomResourceOptions,
): { readonly configMap: kubernetes.core.v1.ConfigMap; readonly hash: pulumi.Output<string> } {
    const script = statements.apply((all) => fittingScript(job, all));
    const hash = script.apply(hashOf);
    const configMap = new kubernetes.core.v1.ConfigMap(
        name,
        {
            metadata: { name: hash.apply((text) => `${job}-sql-${text.slice(0, 10)}`), namespace, labels },
            immutable: true,
            data: { "job.sql": script },
        },
        options,
    );
    return { configMap, hash };
}
