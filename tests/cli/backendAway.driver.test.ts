/** Pulumi's backend goes away in the middle of a rollout, and comes back: state on a real S3 server, resources in a simulated cloud. */
import assert from "node:assert/strict";
import { outcomeOf } from "../_helpers/checkout";
import { CuttableLine } from "../_helpers/cuttableLine";
import { Seaweed } from "../_helpers/seaweed";
import { until } from "../components/support";
import { SimulatedGraph } from "../proofs/crash/simulatedGraph";

describe("a rollout whose state cannot be written any more", function () {
    this.timeout(180_000);
    let server: Seaweed;
    let line: CuttableLine;
    let graph: SimulatedGraph;
    before(async () => {
        server = await Seaweed.start();
        await server.bucket("states");
        for (const stack of ["dev-net", "dev-app"]) await server.keepLocks("states", "", "simulated", stack);
        line = await CuttableLine.to(server.endpoint);
        graph = new SimulatedGraph(
            {
                net: {
                    dependsOn: [],
                    resources: [
                        ["Bucket", "b"],
                        ["Network", "n"],
                    ],
                },
                app: { dependsOn: ["net"], resources: [["Bucket", "a"]] },
            },
            10,
        );
        // The ledger stays where it is: what is lost is Pulumi's backend alone.
        graph.environment({
            backend: server.url("states", "", line.url),
            ledger: `file://${graph.directory}/ledger`,
        });
    });
    after(async () => {
        await line.close();
        await server.stop();
        graph.remove();
        assert.deepEqual(await graph.processes(), []);
    });
    const run = (...args: string[]) => graph.run(args, server.variables);

    /** Both resources of `net` are made, and Pulumi tries in vain to write that down. */
    async function cutOff() {
        graph.hold("pause", true);
        const before = graph.held();
        const driver = graph.start(["up", "dev"], server.variables);
        const ended = outcomeOf(driver);
        await until("both creates stand still", () => Promise.resolve(graph.held() === before + 2), 60);
        line.cut();
        graph.hold("pause", false);
        await until("Pulumi has tried to write its state", () => Promise.resolve(line.refused > 0), 60);
        return { driver, ended };
    }
    const names = (): (string | undefined)[] =>
        graph
            .things()
            .map(({ urn }) => urn.split("::").pop())
            .sort();

    it("ends in order where somebody ends it, and is gone on with once the backend is back: nothing is there twice", async () => {
        const { driver, ended } = await cutOff();
        driver.kill("SIGINT");
        const outcome = await ended;
        assert.equal(outcome.code, 130, outcome.stdout + outcome.stderr);
        assert.deepEqual(await graph.processes(), []);
        line.mend();
        const done = await run("resume", "dev");
        assert.equal(done.code, 0, done.stdout + done.stderr);
        assert.match(done.stdout, /took away the lock that process \d+, which is no more, had left on dev-net/);
        assert.match(done.stdout, /the creation of dev-net-n was cut off: Network-\w+ is taken over/);
        assert.deepEqual(names(), ["dev-app-a", "dev-net-b", "dev-net-n"]);
        assert.match((await run("up", "dev", "--all")).stdout, /net +no change/);
    });

    it("goes through where the backend is back in time", async () => {
        assert.equal((await run("down", "dev")).code, 0);
        const { ended } = await cutOff();
        line.mend();
        const outcome = await ended;
        assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
        assert.deepEqual(names(), ["dev-app-a", "dev-net-b", "dev-net-n"]);
    });
});
