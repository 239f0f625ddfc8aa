import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { demandKnown } from "../../automation/cli/actions/released";
import { argsOf, ownFile, reactionFile } from "../../automation/cli/actions/rollback";
import { repositoryRoot } from "../../automation/core/repository";
import { driverFile } from "../../automation/release/unpacked";

describe("a command that is handed over to a release's own driver", () => {
    const demand = (...paths: readonly string[]): void => {
        const common = { part: "driver", sha256: "0".repeat(64), bytes: 1, executable: false, stacks: [] } as const;
        const files = paths.map((path) => ({ path, ...common }));
        demandKnown({ id: "a".repeat(64), manifest: { files } }, "prod", ownFile);
    };

    it("is refused where that driver is older than the command", () => {
        assert.throws(() => demand(driverFile), /older than this command/);
        demand(driverFile, ownFile);
        demand("index.js");
    });

    it("is said as a person would, where it is not the one that this process was called with", () => {
        const flags = { to: "a".repeat(64), afterRed: "run1", lockTimeout: 5, parallel: 3, json: true } as const;
        assert.equal(
            argsOf("prod", flags).join(" "),
            `rollback prod --parallel 3 --to ${flags.to} --after-red run1 --lock-timeout 5 --json`,
        );
    });

    it("is known by files that there are", () => {
        for (const file of [driverFile, ownFile, reactionFile]) assert.ok(existsSync(join(repositoryRoot, file)), file);
    });
});
