import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { createServer } from "node:net";
import { once } from "node:events";
import { sharedPlatform } from "../_helpers/platform";
import { listenersOf, processesOf } from "../_helpers/processes";

async function isFree(port: number): Promise<boolean> {
    const server = createServer();
    try {
        server.listen(port, "127.0.0.1");
        await once(server, "listening");
        return true;
    } catch {
        return false;
    } finally {
        server.close();
    }
}

/** Comes last: it takes the suite's platform away. */
describe("`tidegate down`", () => {
    it("leaves no process, no port, no stack file and no data", async () => {
        const { local } = sharedPlatform();
        const before = processesOf(local.dataDirectory);
        const ports = listenersOf(before).map(({ port }) => port);
        assert.ok(before.length >= 5 && ports.length > 8, `${before.length} processes, ${ports.length} ports`);
        assert.equal(local.stackFiles().length, 5);

        const { code, stdout, stderr } = await local.run(["down"]);
        assert.equal(code, 0, `${stdout}${stderr}`);

        assert.deepEqual(processesOf(dirname(local.directory)), []);
        const taken: number[] = [];
        for (const port of ports) if (!(await isFree(port))) taken.push(port);
        assert.deepEqual(taken, []);
        assert.deepEqual(local.stackFiles(), []);
        assert.equal(existsSync(local.dataDirectory), false);
        assert.deepEqual(existsSync(local.dataRoot) ? readdirSync(local.dataRoot) : [], []);
    });

    it("says so where nothing is deployed", async () => {
        const { code, stdout } = await sharedPlatform().local.run(["down"]);
        assert.equal(code, 0);
        assert.match(stdout, /is not deployed/);
        const status = await sharedPlatform().local.run(["status"]);
        assert.equal(status.code, 1);
        assert.match(status.stdout, /is not deployed/);
    });
});
