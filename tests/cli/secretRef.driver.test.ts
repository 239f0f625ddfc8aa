/** A secret that is looked up when it is needed, in a real rollout of one layer whose brokers do not answer. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { allProcesses } from "../_helpers/processes";
import { Checkout, outcomeOf, type Outcome } from "../_helpers/checkout";

describe("a secret of the machine that rolls out", function () {
    this.timeout(240_000);
    const canary = "canary-ref-4c19e7";
    const login = { KAFKA_LOGIN: JSON.stringify({ username: "flink", password: canary }) };
    let checkout: Checkout;
    before(async () => {
        // Nobody listens there: whoever signs in gets no answer.
        const closed = createServer();
        await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
        const { port } = closed.address() as AddressInfo;
        await new Promise((resolve) => closed.close(resolve));
        checkout = Checkout.create();
        writeFileSync(
            join(checkout.directory, "stacks", "canary.yaml"),
            [
                "name: canary",
                "broker:",
                "  profile: external",
                `  bootstrapServers: 127.0.0.1:${port}`,
                "  securityProtocol: SASL_PLAINTEXT",
                "  saslMechanism: PLAIN",
                "  secretRef: env://KAFKA_LOGIN",
                "",
            ].join("\n"),
        );
    });
    after(() => rmSync(dirname(checkout.directory), { recursive: true, force: true }));

    /** Runs it, and says which command lines held the canary meanwhile. */
    async function run(args: readonly string[], variables: Readonly<Record<string, string>> = login) {
        const seen = new Set<string>();
        const timer = setInterval(() => {
            for (const { command } of allProcesses()) if (command.includes(canary)) seen.add(command);
        }, 20);
        try {
            return { ...(await outcomeOf(checkout.start(args, variables))), seen: [...seen] };
        } finally {
            clearInterval(timer);
        }
    }
    const written = (folder: string): string[] =>
        readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
            .map((entry) => join(entry.parentPath, entry.name))
            .filter((file) => readFileSync(file).includes(canary));
    const clean = (outcome: Outcome & { seen: readonly string[] }): void => {
        assert.deepEqual(outcome.seen, []);
        assert.ok(!`${outcome.stdout}${outcome.stderr}`.includes(canary));
        assert.deepEqual([...written(checkout.dataRoot), ...written(join(checkout.directory, "stacks"))], []);
    };

    it("holds the layer up while it is not there, and says which", async () => {
        const outcome = await run(["up", "canary", "--json"], {});
        assert.equal(outcome.code, 1, outcome.stderr);
        assert.match(
            outcome.stdout,
            /canary\.yaml:7: broker\.secretRef: the secret env:\/\/KAFKA_LOGIN is not in its store: the variable KAFKA_LOGIN is not set/,
        );
        clean(outcome);
    });

    it("is in no byte that a rollout writes or prints, and in no argument, when the gate that signs in by it is red", async () => {
        const outcome = await run(["up", "canary", "--json"]);
        assert.equal(outcome.code, 1, outcome.stderr);
        assert.match(outcome.stdout, /"id":"preflight\.secrets-broker"[^}]*"status":"pass"/);
        assert.match(outcome.stdout, /"id":"infra\.broker-[a-z]+"[^}]*"status":"fail"/);
        clean(outcome);
        clean(await run(["drift", "canary"]));
    });
});
