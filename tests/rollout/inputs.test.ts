import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileStore, type LedgerStore } from "../../automation/ledger/store";
import { DigestKey, inputsOf, type Inputs, type InputsRequest } from "../../automation/rollout/inputs";

describe("what a deployment is made of", () => {
    let root: string;
    let key: DigestKey;
    beforeEach(async () => {
        root = mkdtempSync(join(tmpdir(), "tidegate-inputs-"));
        mkdirSync(join(root, "app"));
        write("app/Pulumi.yaml", "name: app\nruntime: nodejs\n");
        write("app/index.js", 'require("../shared/names"); require("@pulumi/pulumi");');
        write("shared/names.js", "module.exports = 1;");
        write("package-lock.json", "{}");
        key = await DigestKey.open(new FileStore(join(root, "ledger")));
    });
    afterEach(() => rmSync(root, { recursive: true }));

    const write = (file: string, content: string): void => {
        mkdirSync(join(root, file, ".."), { recursive: true });
        writeFileSync(join(root, file), content);
    };
    const inputs = (more: Partial<InputsRequest> = {}): Promise<Inputs> =>
        inputsOf(
            {
                workDirectory: join(root, "app"),
                project: join(root, "app"),
                stack: "dev",
                root,
                variables: { TIER: "one" },
                upstream: new Map([["network", "digest-1"]]),
                versions: { pulumi: "3.250.0" },
                policyPacks: [],
                more: { files: [join(root, "app")], programs: [], values: {} },
                ...more,
            },
            key,
        );
    /** Parts that differ after a change. */
    const changed = async (change: () => void, more: Partial<InputsRequest> = {}): Promise<string[]> => {
        const before = await inputs();
        change();
        const after = await inputs(more);
        return Object.keys(before).filter((part) => before[part as keyof Inputs] !== after[part as keyof Inputs]);
    };
    const nothing = (): void => {};

    it("is the same again, and in another clone", async () => {
        assert.deepEqual(await changed(nothing), []);
    });

    const cases: [string, () => void, string[], (() => Partial<InputsRequest>)?][] = [
        ["its program", () => write("app/index.js", "1"), ["program"]],
        ["what its program imports from elsewhere", () => write("shared/names.js", "module.exports = 2;"), ["program"]],
        ["a file that it may read", () => write("app/rows.csv", "a,b"), ["program"]],
        ["the lock of its packages", () => write("package-lock.json", '{"a":1}'), ["program"]],
        [
            "its project file",
            () => write("app/Pulumi.yaml", "name: app\nruntime: nodejs\nconfig: { a: 1 }\n"),
            ["program", "project"],
        ],
        ["its configuration", () => write("app/Pulumi.dev.yaml", "config:\n  app:size: 2\n"), ["configuration"]],
        [
            "a secret of its configuration",
            () => write("app/Pulumi.dev.yaml", "config:\n  app:key: { secure: v1:abc }\n"),
            ["configuration"],
        ],
        [
            "its secrets provider",
            () => write("app/Pulumi.dev.yaml", "secretsprovider: awskms://x\n"),
            ["configuration"],
        ],
        ["a variable", nothing, ["variables"], () => ({ variables: { TIER: "two" } })],
        [
            "an output of what it stands on",
            nothing,
            ["upstream"],
            () => ({ upstream: new Map([["network", "digest-2"]]) }),
        ],
        ["the engine", nothing, ["versions"], () => ({ versions: { pulumi: "3.251.0" } })],
        [
            "a plugin of its own",
            () => write("plugin/main.js", "2"),
            ["program"],
            () => ({ more: { files: [join(root, "app")], programs: [join(root, "plugin", "main.js")], values: {} } }),
        ],
    ];
    it("changes with the configuration of a stack that is named with its organization and project", async () => {
        const stack = "team/app/dev";
        const before = await inputs({ stack });
        write("app/Pulumi.dev.yaml", "config:\n  app:size: 2\n");
        assert.notEqual((await inputs({ stack })).configuration, before.configuration);
    });

    it("changes with a policy pack, its configuration and one that is added", async () => {
        write("pack/index.js", "1");
        write("pack.json", "{}");
        const policyPacks = [{ path: join(root, "pack"), config: join(root, "pack.json") }];
        const before = (await inputs({ policyPacks })).policies;
        assert.notEqual(before, (await inputs()).policies);
        assert.equal(before, (await inputs({ policyPacks })).policies);
        write("pack.json", '{"all":"advisory"}');
        const configured = (await inputs({ policyPacks })).policies;
        assert.notEqual(configured, before);
        write("pack/index.js", "2");
        assert.notEqual((await inputs({ policyPacks })).policies, configured);
        const told = (level: string) => inputs({ policyPacks: [{ path: join(root, "pack"), config: { all: level } }] });
        assert.notEqual((await told("mandatory")).policies, (await told("advisory")).policies);
        assert.equal((await told("mandatory")).policies, (await told("mandatory")).policies);
    });

    for (const [what, change, parts, more] of cases)
        it(`changes with ${what}`, async () => assert.deepEqual(await changed(change, more?.()), parts));

    it("does not change with what comes with the first deployment, or is written by others", async () => {
        const salt = () => {
            write("app/Pulumi.dev.yaml", "encryptionsalt: v1:abc\n");
            write("app/Pulumi.prod.yaml", "config: { app:size: 9 }\n");
            write("app/node_modules/x/index.js", "1");
            write("app/.tidegate/dev/ledger/x", "1");
        };
        assert.deepEqual(await changed(salt), []);
    });

    it("follows a plugin that the project names by its folder", async () => {
        write(
            "app/Pulumi.yaml",
            "name: app\nruntime: nodejs\nplugins: { providers: [{ name: own, path: ../plugin }] }\n",
        );
        write("plugin/pulumi-resource-own", "1");
        assert.deepEqual(await changed(() => write("plugin/pulumi-resource-own", "2")), ["program"]);
    });

    it("takes the whole folder of a program that is not in Node", async () => {
        write("app/Pulumi.yaml", "name: app\nruntime: python\n");
        assert.deepEqual(await changed(() => write("app/lib/names.py", "x = 1")), ["program"]);
    });

    it("tells nothing of a secret without the key, which is its owner's", async () => {
        const other = await DigestKey.open(new FileStore(join(root, "other")));
        assert.equal(key.digest({ a: 1, b: 2 }), key.digest({ b: 2, a: 1 }));
        assert.notEqual(key.digest("secret"), other.digest("secret"));
        assert.equal((await DigestKey.open(new FileStore(join(root, "ledger")))).digest("x"), key.digest("x"));
        assert.equal(statSync(join(root, "ledger", "digest.key")).mode & 0o777, 0o600);
    });

    it("has one key for all who open it at once, and takes nothing else for one", async () => {
        const store = new FileStore(join(root, "shared"));
        const keys = await Promise.all(Array.from({ length: 8 }, () => DigestKey.open(store)));
        assert.equal(new Set(keys.map((one) => one.digest("x"))).size, 1);
        const broken = new FileStore(join(root, "broken"));
        await broken.create("digest.key", "abc");
        await assert.rejects(DigestKey.open(broken), { code: "ledger-refused" });
    });

    it("is not kept where a name can be taken twice, however often it is tried", async () => {
        const objects = new Map<string, string>();
        const overwriting: LedgerStore = {
            where: "s3://old-server",
            create: async (name, content) => objects.set(name, content) !== undefined,
            read: async (name) => objects.get(name),
            list: async () => [...objects.keys()],
            remove: async (name) => void objects.delete(name),
        };
        for (const _time of [1, 2]) await assert.rejects(DigestKey.open(overwriting), { code: "ledger-unfit" });
    });
});
