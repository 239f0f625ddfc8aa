import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "../../automation/core/progress";
import { Board } from "../../automation/toolchain/board";
import { ensureJars } from "../../automation/toolchain/jars";
import { serve, type TestServer } from "./server";

describe("fetching jars", () => {
    let folder: string;
    let server: TestServer;
    const before = process.env["TIDEGATE_MAVEN_REPOSITORY"];

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-jars-"));
    });

    afterEach(async () => {
        if (before === undefined) delete process.env["TIDEGATE_MAVEN_REPOSITORY"];
        else process.env["TIDEGATE_MAVEN_REPOSITORY"] = before;
        await server.close();
        rmSync(folder, { recursive: true });
    });

    it("asks the repository of TIDEGATE_MAVEN_REPOSITORY, by Maven's layout, and stops all at the first refusal", async () => {
        server = await serve((_request, response) => response.writeHead(403).end());
        process.env["TIDEGATE_MAVEN_REPOSITORY"] = `${server.url}/maven2`;
        await assert.rejects(ensureJars("kafka", folder, new Board(silent)), {
            code: "download-refused",
            message: /^Maven Central refused \S+\.jar: HTTP status 403/,
        });
        assert.ok(server.requests.length <= 6, `${server.requests.length} requests`);
        // Jars are asked for side by side: any of them may be refused first, and end the others before they have asked.
        assert.ok(server.requests.length > 0);
        for (const request of server.requests)
            assert.match(request, /^GET \/maven2(\/[\w-]+)+\/([\w.-]+)\/([\w.-]+)\/\2-\3\.jar$/);
    });
});
