import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { outcomeOf } from "../_helpers/checkout";
import { until } from "../components/support";
import { engineOf, victims } from "../proofs/crash/victims";
import { SimulatedGraph } from "../proofs/crash/simulatedGraph";

describe("creations that a crash has cut off", function () {
    this.timeout(300_000);
    let graph: SimulatedGraph;
    beforeEach(() => {
        graph = new SimulatedGraph(
            {
                net: {
                    dependsOn: [],
                    resources: [
                        ["Bucket", "b"],
                        ["Network", "n"],
                        ["Key", "k"],
                    ],
                },
            },
            10,
        );
    });
    afterEach(async () => {
        graph.remove();
        assert.deepEqual(await graph.processes(), []);
    });

    /** Kills the driver and its engine while all creates stand still. */
    async function crash(where: "hold" | "hold-before"): Promise<void> {
        graph.hold(where, true);
        const driver = graph.start(["up", "dev"]);
        const ended = outcomeOf(driver);
        await until("all creates stand still", () => Promise.resolve(graph.held() === 3), 60);
        const engine = await engineOf(driver.pid ?? 0);
        process.kill(driver.pid ?? 0, "SIGKILL");
        process.kill(engine, "SIGKILL");
        graph.hold(where, false);
        await ended;
        assert.equal(graph.known().pending.length, 3);
    }

    it("are taken over where they are found, and stop the run where they cannot be", async () => {
        await crash("hold");
        const stopped = await graph.run(["resume", "dev"]);
        assert.equal(stopped.code, 1, stopped.stdout + stopped.stderr);
        assert.match(stopped.stdout, /sim:index:Key 'dev-net-k': nothing can tell[^]*\[pending-undecided\]/);
        assert.doesNotMatch(stopped.stdout, /sim:index:(Bucket|Network) '/);
        assert.equal(graph.things().length, 3, "nothing was created beside it");
        const [key, network] = ["Key", "Network"].map((kind) =>
            graph.things().find(({ type }) => type === `sim:index:${kind}`),
        );
        // As the error says it.
        const wanted = `--pending '${key?.urn}=ID'`;
        assert.ok(stopped.stdout.includes(`npx tidegate resume dev ${wanted}`), stopped.stdout);

        const pending = (answers: Record<string, string | undefined>) =>
            graph.run([
                "resume",
                "dev",
                ...Object.entries(answers).flatMap(([urn, id]) => ["--pending", `${urn}=${id}`]),
            ]);
        const refused = await pending({ [`${key?.urn}`]: "Key-nobody", [`${network?.urn}`]: key?.id });
        assert.equal(refused.code, 2, refused.stdout + refused.stderr);
        assert.match(refused.stderr, /dev-net-k as Key-nobody: its provider knows no sim:index:Key of this id/);
        assert.match(refused.stderr, /dev-net-n as Key-\w+: its provider knows no sim:index:Network of this id/);
        assert.match(refused.stderr, /\[pending-refused\]/);
        assert.equal(graph.known().pending.length, 3, "the state is as it was");

        const done = await pending({ [`${key?.urn}`]: key?.id });
        assert.equal(done.code, 0, done.stdout + done.stderr);
        assert.match(
            done.stdout,
            /the creation of dev-net-n was cut off: Network-\w+ is taken over, by `node .*lookup/,
        );
        assert.deepEqual(graph.faults(), []);
        const again = await graph.run(["up", "dev", "--all"]);
        assert.match(again.stdout, /no change/);
    });

    it("are looked for too where the provider died after it had created something", async () => {
        graph.hold("hold", true);
        const driver = graph.start(["up", "dev"]);
        const ended = outcomeOf(driver);
        await until("all creates stand still", () => Promise.resolve(graph.held() === 3), 60);
        const [provider] = await victims(driver.pid ?? 0, "provider");
        process.kill(provider ?? assert.fail("there is no provider"), "SIGKILL");
        graph.hold("hold", false);
        const failed = await ended;
        assert.equal(failed.code, 1, failed.stdout + failed.stderr);
        assert.match(failed.stdout, /Whether .*dev-net-k.* is there is not known: the answer never came. The next/);
        const key = graph.things().find(({ type }) => type === "sim:index:Key");
        const stopped = await graph.run(["resume", "dev"]);
        assert.equal(graph.things().length, 3, "nothing was created beside it");
        assert.match(stopped.stdout, /\[pending-undecided\]/);
        const done = await graph.run(["resume", "dev", "--pending", `${key?.urn}=${key?.id}`]);
        assert.equal(done.code, 0, done.stdout + done.stderr);
        assert.deepEqual(graph.faults(), []);
    });

    it("leave no process where the run is ended by force", async () => {
        graph.hold("hold", true);
        const driver = graph.start(["up", "dev"]);
        const ended = outcomeOf(driver);
        await until("all creates stand still", () => graph.held() === 3, 60);
        driver.kill("SIGINT");
        await delay(1_200);
        driver.kill("SIGINT");
        assert.equal((await ended).code, 130);
        await until("everything has ended", async () => (await graph.processes()).length === 0, 10);
    });

    it("are begun again where nothing came of them", async () => {
        await crash("hold-before");
        const key = graph.known().pending.find((urn) => urn.includes("sim:index:Key"));
        const done = await graph.run(["resume", "dev", "--pending", `${key}=absent`]);
        assert.equal(done.code, 0, done.stdout + done.stderr);
        assert.deepEqual(graph.faults(), []);
    });
});
