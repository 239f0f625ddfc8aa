/**
 * `tidegate:lakekeeper:Bootstrap`: who first comes to a new Lakekeeper becomes its administrator. This can be done once
 * and never be undone; a server that has been bootstrapped is adopted.
 */
import { z } from "zod";
import { Lakekeeper, refusal, type LakekeeperServer } from "../../../automation/clients/lakekeeper";
import { exposed, lakekeeperConnection } from "../../../automation/clients/lakekeeperAccess";
import { waitFor } from "../../../automation/clients/flinkHttp";
import { TidegateError } from "../../../automation/core/errors";
import { defineHandler, type Context } from "../handler";
import { readOr } from "../unfinished";

const inputs = z.strictObject({
    connection: lakekeeperConnection,
    /** That somebody has read the terms of use of Lakekeeper. */
    acceptTermsOfUse: z.literal(true),
    /** For a server that has just been started to answer. */
    timeoutSeconds: z.number().min(1).default(120),
});
export type LakekeeperBootstrapInputs = z.infer<typeof inputs>;

const state = z.object({ serverId: z.string(), version: z.string(), authzBackend: z.string() });
type LakekeeperBootstrapState = z.infer<typeof state>;

const stateOf = ({ serverId, version, authzBackend }: LakekeeperServer): LakekeeperBootstrapState => ({
    serverId,
    version,
    authzBackend,
});

async function bootstrapped(
    { connection, timeoutSeconds }: LakekeeperBootstrapInputs,
    { signal, log }: Context,
): Promise<LakekeeperBootstrapState> {
    const lakekeeper = new Lakekeeper(connection, { signal });
    let why: unknown;
    const server = await waitFor(
        { what: `Lakekeeper at ${lakekeeper.where}`, timeoutSeconds, everyMilliseconds: 1000, signal },
        async () => {
            try {
                return await lakekeeper.server();
            } catch (error) {
                if (!TidegateError.is(error) || !error.retryable) throw error;
                why = error;
                log(`waits for Lakekeeper at ${lakekeeper.where}`);
                return undefined;
            }
        },
    ).catch((error: unknown) => {
        // What it said last tells more than that the time is over.
        throw TidegateError.is(error) && error.code === "timed-out" ? (why ?? error) : error;
    });
    if (!server.bootstrapped)
        await lakekeeper.bootstrap().catch((error: unknown) => {
            // Another run, or a lost answer of this one, was first.
            if (/AlreadyBootstrapped$|^ConcurrentBootstrap$/.test(refusal(error)?.type ?? "")) return;
            throw error;
        });
    return stateOf(await lakekeeper.server());
}

export const lakekeeperBootstrapHandler = defineHandler<LakekeeperBootstrapInputs, LakekeeperBootstrapState>({
    inputs,
    state,
    secretOutputs: [],

    check({ connection }) {
        const why = exposed(connection);
        return why === undefined ? [] : [{ property: "connection", reason: why }];
    },

    preview: ({ state: known }) => ({ serverId: known.serverId }),

    async create(given, context) {
        const made = await bootstrapped(given, context);
        return { id: made.serverId, state: made };
    },

    read: ({ inputs: { connection }, state: known }, { signal }) =>
        readOr(known, async () => {
            const server = await new Lakekeeper(connection, { signal }).server();
            return server.bootstrapped ? stateOf(server) : undefined;
        }),

    update: (_old, now, context) => bootstrapped(now, context),

    // The server's database goes with what made it.
    delete: async () => {},
});
