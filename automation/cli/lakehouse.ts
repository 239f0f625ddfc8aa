/** A session of the lakehouse's own graph, for the commands that know its data. */
import { exitCodes, TidegateError } from "../core/errors";
import { secretResolver } from "../lakehouse/secrets";
import type { SecretResolver } from "../secrets/resolver";
import type { Outputs } from "../engine/snapshot";
import { loadGraphFile, ownGraphFile } from "../graph/load";
import { locateTools, type Tools } from "../toolchain";
import { layers, type Layer } from "../../stacks/contracts";
import { loadEnvironment, type Environment } from "../../stacks/environment";
import { spoken } from "./output";
import { environmentGraph } from "../rollout/environmentGraph";
import { Session } from "../rollout/session";

export class LakehouseSession {
    private constructor(
        readonly environment: Environment,
        readonly tools: Tools,
        readonly session: Session,
    ) {
        this.secrets = secretResolver(environment, spoken);
    }

    readonly secrets: SecretResolver;

    /** @throws TidegateError `not-a-lakehouse` where another graph is the one that counts here */
    static async open(name: string): Promise<LakehouseSession> {
        const [own, graph] = [await loadGraphFile(ownGraphFile), await loadGraphFile()];
        if (graph.module !== own.module)
            throw new TidegateError(`${graph.file} is no graph of a lakehouse, which this command is about.`, {
                code: "not-a-lakehouse",
                hint: "Of any graph there are up, preview, down, env and graph.",
                exitCode: exitCodes.usage,
            });
        const environment = await loadEnvironment(name);
        return new LakehouseSession(
            environment,
            await locateTools(),
            await Session.open(name, { graph: await environmentGraph(name, graph) }),
        );
    }

    /** The outputs of every layer that is deployed. */
    async outputs(signal?: AbortSignal, wanted: readonly Layer[] = layers): Promise<Map<string, Outputs>> {
        const snapshots = await this.session.snapshots(wanted, signal);
        return new Map([...snapshots].map(([layer, { outputs }]) => [layer, outputs]));
    }

    close(): void {
        this.session.close();
    }
}
