/** Checks that any Pulumi stack has to pass after it was deployed, whatever it deploys. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import Ajv, { type ErrorObject } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { exitCodes, messageOf, TidegateError } from "../core/errors";
import { counted } from "../core/words";
import type { StackSnapshot } from "../engine/snapshot";
import { failing, pass, type Check } from "./check";

/** That no operation on its resources was begun and never ended. */
export function stateCheck(stack: string, pulumiStack: string, snapshot: StackSnapshot): Check {
    const check: Check = {
        id: `${stack}.state`,
        stage: 1,
        layer: stack,
        title: "nothing is pending in its state",
        limitSeconds: 5,
        look: `\`pulumi stack export -s ${pulumiStack}\`, pending_operations`,
        hint: `Look whether the resource is there; then \`pulumi refresh -s ${pulumiStack}\` asks what to do about it.`,
        run: () => {
            const { pending, resources } = snapshot;
            const evidence = { resources, pending: pending.length };
            if (pending.length === 0) return Promise.resolve(pass(counted(resources, "resource"), evidence));
            const named = pending.map(({ operation, urn }) => `${operation} ${urn}`).join("; ");
            return Promise.resolve(
                failing(check, `${pending.length} operations were begun and never ended: ${named}.`, evidence),
            );
        },
    };
    return check;
}

/** That its outputs are what the graph's JSON Schema says. Messages name the place and the rule, never a value. */
export function outputsCheck(
    stack: string,
    schema: string | Readonly<Record<string, unknown>>,
    graphFile: string,
    snapshot: StackSnapshot,
): Check {
    const where =
        typeof schema === "string" ? resolve(dirname(graphFile), schema) : `stacks.${stack}.outputs in ${graphFile}`;
    const check: Check = {
        id: `${stack}.outputs`,
        stage: 1,
        layer: stack,
        title: "its outputs are what its contract says",
        limitSeconds: 5,
        look: where,
        hint: "Either the program or the contract is to be changed: what stands on the stack reads these outputs.",
        run: async () => {
            const validate = await compiled(schema, where);
            const names = Object.keys(snapshot.outputs).toSorted();
            if (validate(snapshot.outputs)) return pass(counted(names.length, "output"), { outputs: names });
            const mistakes = (validate.errors ?? []).map(described);
            return failing(check, `${mistakes.join("; ")}.`, { outputs: names });
        },
    };
    return check;
}

async function compiled(schema: string | Readonly<Record<string, unknown>>, where: string) {
    try {
        const object =
            typeof schema === "string"
                ? (JSON.parse(await readFile(where, "utf8")) as Record<string, unknown>)
                : schema;
        const { $schema: _, ...rules } = object;
        const ajv = new Ajv({ allErrors: true, strict: false });
        addFormats(ajv);
        return ajv.compile(rules);
    } catch (error) {
        throw new TidegateError(`The contract ${where} is no JSON Schema that can be read: ${messageOf(error)}`, {
            code: "contract-invalid",
            hint: "https://json-schema.org/specification: draft 2020-12, as a file or in the graph itself.",
            exitCode: exitCodes.usage,
            cause: error,
        });
    }
}

function described({ instancePath, message, keyword, params }: ErrorObject): string {
    const at = instancePath === "" ? "the outputs" : instancePath.slice(1).replaceAll("/", ".");
    const detail =
        keyword === "additionalProperties"
            ? ` ('${String((params as { additionalProperty: string }).additionalProperty)}')`
            : "";
    return `${at} ${message ?? "do not fit"}${detail}`;
}
