/** A secret that is looked up when it is needed, in a real rollout of one layer whose brokers do not answer. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { Canaries } from "../_helpers/canaries";
import { Checkout } from "../_helpers/checkout";
import { VaultServer } from "../_helpers/secretServers";

describe("a secret of the machine that rolls out", function () {
    this.timeout(240_000);
    const canaries = new Canaries({
        variable: 'cnry ref"/+4c19e7&é',
        file: 'cnry file"/+b20d81<!',
        vault: "cnry vault'/+77aa3c&>",
        token: "cnrytoken.b3f0e6d29c",
    });
    const { secrets } = canaries;
    const vault = new VaultServer();
    let checkout: Checkout;
    let base: string;
    let port: number;
    let variables: Readonly<Record<string, string>>;
    before(async () => {
        // Nobody listens there: whoever signs in gets no answer.
        const closed = createServer();
        await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
        ({ port } = closed.address() as AddressInfo);
        await new Promise((resolve) => closed.close(resolve));
        await vault.start();
        vault.tokens.clear();
        vault.tokens.set(secrets.token, (path) => path === "kv/data/kafka");
        vault.secrets.set("kv/kafka", { username: "flink", password: secrets.vault });
        checkout = Checkout.create();
        base = dirname(checkout.directory);
        for (const folder of ["given", "tmp"]) mkdirSync(join(base, folder));
        const login = (password: string): string => JSON.stringify({ username: "flink", password });
        writeFileSync(join(base, "given", "kafka"), login(secrets.file), { mode: 0o600 });
        variables = {
            KAFKA_LOGIN: login(secrets.variable),
            VAULT_ADDR: vault.url,
            VAULT_TOKEN: secrets.token,
            TMPDIR: join(base, "tmp"),
        };
    });
    after(async () => {
        await vault.stop();
        rmSync(base, { recursive: true, force: true });
    });

    /** Runs it with a secret that lies there, and tells what it has told, once no canary was in that or anywhere else. */
    async function run(args: readonly string[], secretRef: string, given = variables) {
        writeFileSync(
            join(checkout.directory, "stacks", "canary.yaml"),
            [
                "name: canary",
                "broker:",
                "  profile: external",
                `  bootstrapServers: 127.0.0.1:${port}`,
                "  securityProtocol: SASL_PLAINTEXT",
                "  saslMechanism: PLAIN",
                `  secretRef: ${secretRef}`,
                "",
            ].join("\n"),
        );
        const { result, withCanaries } = await canaries.watching(() => checkout.run(args, given));
        assert.deepEqual([...withCanaries], []);
        assert.deepEqual(canaries.in(result.stdout + result.stderr), []);
        // This file is among the clone's tests.
        const planted = [join(base, "given"), join(checkout.directory, "tests")];
        assert.deepEqual(
            canaries.inFiles(base, (path) => planted.includes(path)),
            [],
        );
        return result;
    }

    it("holds the layer up while it is not there, and says which", async () => {
        const { KAFKA_LOGIN: _, ...without } = variables;
        const { code, stdout, stderr } = await run(["up", "canary", "--json"], "env://KAFKA_LOGIN", without);
        assert.equal(code, 1, stderr);
        assert.match(
            stdout,
            /canary\.yaml:7: broker\.secretRef: the secret env:\/\/KAFKA_LOGIN is not in its store: the variable KAFKA_LOGIN is not set/,
        );
    });

    for (const [where, ref] of [
        ["a variable", () => "env://KAFKA_LOGIN"],
        ["a file", () => `file://${join(base, "given", "kafka")}`],
        ["Vault", () => "vault://kv/kafka"],
    ] as const)
        it(`is in no byte that a rollout writes or prints, and in no argument, when it is in ${where} and the gate that signs in by it is red`, async () => {
            const { code, stdout, stderr } = await run(["up", "canary", "--json"], ref());
            assert.equal(code, 1, stderr);
            assert.match(stdout, /"id":"preflight\.secrets-broker"[^}]*"status":"pass"/);
            assert.match(stdout, /"id":"infra\.broker-[a-z]+"[^}]*"status":"fail"/);
        });

    it("is not told by what looks for drift", async () => {
        await run(["drift", "canary"], "vault://kv/kafka");
    });
});
