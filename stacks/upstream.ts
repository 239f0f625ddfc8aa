/**
 * The one way to read another layer's contract: a StackReference, checked against the contract. In a preview whose
 * upstream was never deployed the driver names it in TIDEGATE_STAND_INS, and the typed stand-in is read instead.
 */
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../automation/core/errors";
import { projectName } from "../automation/core/repository";
import type { GraphNode } from "../automation/graph/graph";
import { contracts, parseContract, type Contract, type Layer } from "./contracts";
import type { Environment } from "./environment";
import { secretMembers, type LayerContext, type Upstream } from "./layer";
import { standInOf } from "./standIns";

export function upstreamReader(environment: Environment, node: GraphNode): LayerContext["upstream"] {
    return async (layer) => {
        if (!node.dependsOn.includes(layer))
            throw new TidegateError(
                `Layer '${node.name}' reads the contract of '${layer}', which it does not depend on.`,
                {
                    code: "undeclared-upstream",
                    hint: `Add '${layer}' to stacks.${node.name}.dependsOn in tidegate.yaml.`,
                },
            );
        const stack = `${environment.name}-${layer}`;
        const standingIn =
            pulumi.runtime.isDryRun() && (process.env.TIDEGATE_STAND_INS ?? "").split(",").includes(layer);
        return markSecrets(
            layer,
            standingIn ? standInOf(environment, layer) : parseContract(layer, stack, await readOutputs(layer, stack)),
        );
    };
}

async function readOutputs(layer: Layer, stack: string): Promise<Record<string, unknown>> {
    const reference = new pulumi.StackReference(`organization/${projectName}/${stack}`);
    const schema = contracts[layer];
    const names =
        "shape" in schema
            ? Object.keys(schema.shape)
            : [...new Set(schema.options.flatMap((option) => Object.keys(option.shape)))];
    const read = names.map(async (name) => {
        const details = await reference.getOutputDetails(name);
        return [name, details.secretValue ?? details.value] as const;
    });
    return Object.fromEntries((await Promise.all(read)).filter(([, value]) => value !== undefined));
}

function markSecrets<L extends Layer>(layer: L, contract: Contract<L>): Upstream<L> {
    const secrets: readonly string[] = secretMembers[layer];
    return Object.fromEntries(
        Object.entries(contract).map(([name, value]) => [
            name,
            secrets.includes(name) ? pulumi.secret(value as unknown) : value,
        ]),
    ) as Upstream<L>;
}
