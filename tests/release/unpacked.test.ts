import assert from "node:assert/strict";
import {
    existsSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    realpathSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseOfDriver } from "../../automation/core/repository";
import { loadGraphFile, type GraphFile } from "../../automation/graph/load";
import { compress, makeBundle, openBundle } from "../../automation/release/bundle";
import { isDriverOf, unpackedIn, unpackRelease } from "../../automation/release/unpacked";
import { file, ingredients } from "./ingredients";

const lock = (version: string) => JSON.stringify({ lockfileVersion: 3, packages: { "": {}, ...packages(version) } });
const packages = (version: string) => ({ "node_modules/a": { version, optional: true } });
const graphFile = "stacks: { app: { project: app, stack: x } }\n";

describe("a release that is unpacked", () => {
    let folder: string;
    let graph: GraphFile;
    beforeEach(async () => {
        folder = realpathSync(mkdtempSync(join(tmpdir(), "tidegate-unpacked-")));
        mkdirSync(join(folder, "app"));
        write("app/Pulumi.yaml", "name: app\nruntime: nodejs\n");
        write("tidegate.yaml", graphFile);
        write("package.json", "{}");
        write("package-lock.json", lock("1.0.0"));
        graph = await loadGraphFile(join(folder, "tidegate.yaml"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const write = (path: string, content: string): void => {
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(join(folder, path), content);
    };
    /** What npm has written of its work, the last thing that it writes. */
    const installed = (version: string): void => {
        write("node_modules/a/package.json", "{}");
        write("node_modules/.package-lock.json", JSON.stringify({ packages: packages(version) }));
    };
    const release = async () => {
        const all = [
            file("app/Pulumi.yaml", "name: app\nruntime: nodejs\n"),
            file("tidegate.yaml", graphFile, { part: "graph" }),
            file("package.json", "{}"),
            file("package-lock.json", lock("1.0.0")),
        ];
        const bundle = await makeBundle(ingredients({ stacks: ["app"], files: all }));
        return { ...(await openBundle(compress(bundle.tar), bundle.id)), signer: undefined };
    };
    const said: string[] = [];
    const unpack = async (): Promise<string> => {
        said.length = 0;
        return (await unpackRelease(await release(), graph, "dev", (text) => void said.push(text))).directory;
    };
    const isLink = (directory: string): boolean =>
        lstatSync(join(directory, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

    it("takes the packages of the checkout where these are whole and of the same lock", async () => {
        installed("1.0.0");
        assert.ok(isLink(await unpack()));
        assert.deepEqual(said, []);
    });

    it("takes no packages of a checkout whose installation broke off, or is of another lock than lies there", async () => {
        mkdirSync(join(folder, "node_modules", "a"), { recursive: true });
        assert.equal(isLink(await unpack()), false);
        assert.match(said.join(), /Installing/);
        installed("2.0.0");
        assert.equal(isLink(await unpack()), false);
    });

    it("leaves the packages of the checkout once those are others, and alone", async () => {
        installed("1.0.0");
        const directory = await unpack();
        assert.ok(isLink(directory));
        write("package-lock.json", lock("2.0.0"));
        installed("2.0.0");
        await unpack();
        assert.equal(isLink(directory), false);
        assert.deepEqual(readdirSync(join(folder, "node_modules")).sort(), [".package-lock.json", "a"]);
    });

    it("has its own further files, and none of those that lie in the checkout", async () => {
        installed("1.0.0");
        write("tidegate.yaml", `releases: { files: [scripts] }\n${graphFile}`);
        graph = await loadGraphFile(join(folder, "tidegate.yaml"));
        const { graph: released } = await unpackRelease(await release(), graph, "dev", () => {});
        assert.deepEqual(released.releases, { ...graph.releases, files: [] });
    });

    it("is unpacked by two at once, and neither takes it away from the other", async () => {
        installed("1.0.0");
        const [one, other] = await Promise.all([unpack(), unpack()]);
        assert.equal(one, other);
        assert.ok(existsSync(join(one, "app", "Pulumi.yaml")) && isLink(one));
    });

    it("is rolled out by the driver in it, and by none that lies in a folder of the same name", () => {
        const id = "a".repeat(64);
        const own = unpackedIn(graph, "dev", id);
        assert.ok(isDriverOf(graph, "dev", id, own));
        for (const root of [join("/elsewhere", id), unpackedIn(graph, "prod", id)])
            assert.equal(isDriverOf(graph, "dev", id, root), false);
        // Which it knows of itself, too.
        assert.deepEqual(
            [own, folder].map((root) => releaseOfDriver(root)),
            [id, undefined],
        );
    });
});
