import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { namedFiles } from "../../automation/lakehouse/files";
import { preflightContext } from "../../automation/lakehouse/gates";
import { environmentSchema, loadEnvironment } from "../../stacks/environment";

const broker = environmentSchema.shape.broker.parse({
    profile: "external",
    bootstrapServers: "kafka.example:9093",
    securityProtocol: "SSL",
    caFile: "stacks/nowhere.pem",
});
const foundation = environmentSchema.shape.foundation.parse({
    profile: "kubeconfig",
    context: "mine",
    file: "kube/config:~/other",
});
const file = "/project/stacks/mine.yaml";

describe("the files that an environment names", () => {
    it("are where the layers that read them look", () => {
        assert.deepEqual(namedFiles({ broker, foundation, file, rehearsal: null }), [
            { path: ["foundation", "file"], file: "/project/stacks/kube/config" },
            { path: ["foundation", "file"], file: join(homedir(), "other") },
            { path: ["broker", "caFile"], file: join(repositoryRoot, "stacks", "nowhere.pem") },
        ]);
        assert.deepEqual(
            namedFiles({ broker, foundation, file, rehearsal: "/rehearsal" }).map(({ path }) => path.join(".")),
            ["broker.caFile"],
        );
    });

    it("are read by the preflight, before the first layer", async () => {
        const local = await loadEnvironment("local", {});
        assert.deepEqual(namedFiles(local), []);
        const graph = undefined as unknown as Parameters<typeof preflightContext>[1];
        const secrets = undefined as unknown as Parameters<typeof preflightContext>[3];
        const [named] = preflightContext({ ...local, broker }, graph, new Map(), secrets).files;
        await assert.rejects(named?.read() ?? assert.fail("none is named"), { code: "ENOENT" });
    });
});
