/** What is committed of the packs is what their source compiles to, and loads where Pulumi runs it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compiled, packFolder, packs } from "../../policy/build";
import { noSecretsPack, productionPack } from "../../policy/own";
import { policyNames } from "../../policy/production/names";
import { production } from "../../policy/production/pack";
import { forbiddenProvider, policySettings, productionLevel } from "../../stacks/settings/policies";

describe("the policy packs", () => {
    for (const pack of packs)
        it(`${pack}: index.js is what \`npm run policies\` makes`, async () => {
            assert.ok(
                readFileSync(join(packFolder(pack), "index.js"), "utf8") === (await compiled(pack)),
                "run npm run policies",
            );
        });

    for (const pack of packs)
        it(`${pack}: starts as the official language host starts it, and says its port`, async () => {
            const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
            const child = spawn(process.execPath, [script, "127.0.0.1:1", packFolder(pack)], { cwd: packFolder(pack) });
            try {
                const [first] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
                assert.match(first, /^\d+\n$/);
            } finally {
                child.kill("SIGKILL");
                await once(child, "close");
            }
        });

    for (const pack of packs)
        it(`${pack}: loads no package but those of its protocol and YAML, for each deployment starts it`, () => {
            const text = readFileSync(join(packFolder(pack), "index.js"), "utf8");
            const packages = [...text.matchAll(/require\("(?!node:)(@[^/"]+\/[^/"]+|[^/"]+)/g)].map(([, name]) => name);
            assert.deepEqual([...new Set(packages)].sort(), ["@grpc/grpc-js", "@pulumi/pulumi", "yaml"]);
        });

    it("names every policy of production once", () => {
        assert.deepEqual(
            production.policies.map(({ name }) => name),
            [...policyNames],
        );
    });

    const level = (name: string, policies: object = {}) =>
        productionLevel({ name, policies: policySettings.parse(policies) });

    it("is mandatory in prod, off in local, advisory elsewhere, unless the file says so", () => {
        assert.deepEqual(
            [level("prod"), level("prodgcp"), level("local"), level("dev"), level("staging")],
            ["mandatory", "mandatory", "off", "advisory", "advisory"],
        );
        assert.equal(level("staging", { production: "mandatory" }), "mandatory");
    });

    it("forbids a passphrase where the policy is mandatory alone", () => {
        const of = (name: string, secretsProvider: string, policies: object = {}) =>
            forbiddenProvider({ name, state: { secretsProvider }, policies: policySettings.parse(policies) });
        assert.match(of("prod", "passphrase") ?? "", /'passphrase' is not among policies.secretsProviders/);
        assert.equal(of("prod", "awskms://alias/tidegate"), undefined);
        assert.equal(of("dev", "passphrase"), undefined);
        assert.equal(of("prod", "passphrase", { secretsProviders: ["passphrase"] }), undefined);
        assert.equal(of("prod", "passphrase", { levels: { "secrets-provider": "advisory" } }), undefined);
        assert.match(of("prod", "awskms://alias/x", { secretsProviders: ["gcpkms"] }) ?? "", /awskms/);
    });

    it("are configured as the environment says", () => {
        assert.equal(noSecretsPack("off"), undefined);
        assert.deepEqual(noSecretsPack()?.config, { all: "mandatory" });
        const choices = { secretsProviders: ["awskms"], tags: ["team"], simulated: false };
        assert.equal(productionPack({ ...choices, level: "off", levels: {} }), undefined);
        assert.deepEqual(
            productionPack({
                ...choices,
                level: "advisory",
                levels: { "own-keys": "disabled", "required-tags": "mandatory" },
            })?.config,
            {
                all: "advisory",
                "own-keys": "disabled",
                "required-tags": { enforcementLevel: "mandatory", keys: ["team"] },
                "secrets-provider": { enforcementLevel: "advisory", allowed: ["awskms"], simulated: false },
                "pinned-images": { enforcementLevel: "advisory", lock: true },
            },
        );
    });
});
