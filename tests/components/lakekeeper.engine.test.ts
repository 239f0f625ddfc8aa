import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";
import { LakekeeperBootstrap, LakekeeperWarehouse } from "../../components/catalog/lakekeeperResources";
import { LakekeeperServer } from "../_helpers/lakekeeperServer";
import { checkpointFile, testStack } from "./engine";
import { temporaryDirectory } from "./support";

const key = "SECRET-OF-A-TEST-0123456789";

describe("a Lakekeeper's bootstrap and warehouses under the real engine", function () {
    this.timeout(120_000);

    it("are made, stay the same, drift and heal, are renamed, and go when nobody protects them", async () => {
        const temporary = await temporaryDirectory();
        const server = await LakekeeperServer.start();
        let name = "lake";
        let isProtected = true;
        const stack = await testStack(temporary.path, "dev", async () => {
            const connection = { url: server.url };
            const dependsOn = new LakekeeperBootstrap("lakekeeper", { connection, acceptTermsOfUse: true });
            const { location, warehouseId } = new LakekeeperWarehouse(
                "warehouse",
                {
                    connection,
                    name,
                    storage: {
                        type: "s3",
                        flavor: "s3-compat",
                        bucket: "b",
                        region: "r",
                        endpoint: pulumi.output("http://s3:8333"),
                    },
                    credential: { type: "access-key", accessKeyId: "A", secretAccessKey: key },
                    protected: isProtected,
                },
                { dependsOn },
            );
            return { location, warehouseId };
        });
        try {
            const { summary, outputs } = await stack.up();
            assert.equal(summary.resourceChanges?.create, 3);
            assert.equal(outputs["location"]?.value, "s3://b");
            assert.equal(server.named("lake")?.protected, true);
            assert.ok(!(await readFile(checkpointFile(temporary.path, "dev"), "utf8")).includes(key));

            assert.deepEqual((await stack.up()).summary.resourceChanges, { same: 3 });

            Object.assign(server.named("lake") ?? {}, { protected: false, status: "inactive" });
            const healed = await stack.up({ refresh: true });
            assert.equal(healed.summary.resourceChanges?.update, 1);
            assert.deepEqual([server.named("lake")?.protected, server.named("lake")?.status], [true, "active"]);

            name = "sea";
            isProtected = false;
            const renamed = await stack.up();
            assert.equal(renamed.summary.resourceChanges?.update, 1);
            assert.equal(server.named("sea")?.id, outputs["warehouseId"]?.value);

            await stack.destroy();
            assert.equal(server.named("sea"), undefined);
        } finally {
            await server.close();
            await temporary.remove();
        }
    });
});
