/** A few moments of `npm run proof:interrupt`, chosen: while a resource is made, while Flink works, while dbt works. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { Checkout } from "../_helpers/checkout";
import { processesOf } from "../_helpers/processes";
import { converge, interrupt, small, takeDown } from "./interruption";

describe("an interrupted up", () => {
    let local: Checkout;
    before(() => {
        local = Checkout.create(small);
    });
    after(async () => {
        await local.run(["down", "--force"]);
        await local.remove({ down: false });
    });

    it("ends in order at Ctrl-C while tools are fetched, and leaves no process", async () => {
        const sockets = new Set<Socket>();
        // A registry that takes the connection and never answers.
        const registry = createServer((socket) => void sockets.add(socket.on("error", () => {})));
        registry.listen(0, "127.0.0.1");
        await once(registry, "listening");
        const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
        const base = dirname(local.directory);
        try {
            const { hit, outcome, seconds } = await interrupt(
                local,
                { at: /fetching|starting/, blow: "SIGINT" },
                ["up"],
                {
                    TIDEGATE_CACHE: join(base, "cache"),
                    TIDEGATE_PULUMI_RELEASES: url,
                    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
                    PIP_INDEX_URL: `${url}/simple`,
                    HTTPS_PROXY: url,
                    NODE_USE_ENV_PROXY: "1",
                },
            );
            assert.ok(hit, outcome.stderr);
            assert.equal(outcome.code, 130);
            assert.match(outcome.stderr, /Fetching the tools was interrupted\.[^]*The next start goes on/);
            assert.ok(seconds < 10, `it took ${seconds} s`);
            assert.deepEqual(processesOf(base), []);
        } finally {
            for (const socket of sockets) socket.destroy();
            registry.close();
        }
    });

    it("ends in order at Ctrl-C while a process is started", async () => {
        const { hit, outcome } = await interrupt(local, { at: /create Directory|create Process/, blow: "SIGINT" });
        assert.ok(hit, outcome.stdout);
        assert.equal(outcome.code, 130);
        assert.match(outcome.stdout, /Interrupted: ending what runs in order/);
        assert.match(outcome.stdout, /Interrupted after .*`npx tidegate up` goes on from there/);
        assert.match(outcome.stdout, /runtime\s+– not started: interrupted/);
    });

    it("leaves no dbt behind where the command is killed outright", async () => {
        const moment = { at: /"text":"dbt build: (?!reading)/, blow: "SIGKILL of the command" } as const;
        const { hit, outcome } = await interrupt(local, moment, ["up", "--json"]);
        assert.ok(hit, outcome.stdout);
        assert.equal(outcome.code, null);
    });

    it("is green with exact counts when it goes on, each process once", () => converge(local));

    it("keeps what was produced when a production is interrupted", async () => {
        const args = ["produce", "--rate", "100", "--events", "2000", "--seed", "5"];
        const { hit, outcome } = await interrupt(local, { at: /producing/, blow: "SIGTERM" }, args);
        assert.ok(hit, outcome.stderr);
        assert.equal(outcome.code, 130);
        assert.match(outcome.stderr, /Interrupted after [\d,]+ of 2,?000 events\.[^]*goes on where this one stopped/);
    });

    it("leaves nothing after down", () => takeDown(local));
});
