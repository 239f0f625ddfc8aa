/** A rollback that is done by itself, of a release that brings its own driver: how that is called, and how its end is told. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rollBackAfterRed } from "../../automation/cli/actions/onRed";
import { ownFile, reactionFile } from "../../automation/cli/actions/rollback";
import { loadGraphFile } from "../../automation/graph/load";
import { makeBundle } from "../../automation/release/bundle";
import { creationOf, openReleases } from "../../automation/release/open";
import { Proofs } from "../../automation/release/proofs";
import { driverFile } from "../../automation/release/unpacked";
import { at, me, proofOf } from "../release/examples";
import { file, ingredients } from "../release/ingredients";

const graphText =
    "promotion: { dev: {}, prod: { from: [dev], onRed: rollback } }\nstacks: { app: { project: app, stack: x } }\n";
/** Writes down how it was called, and ends as it is told to. */
const driver = `
import { readFileSync, writeFileSync } from "node:fs";
writeFileSync(process.env.CALLED, JSON.stringify(process.argv.slice(2)));
process.exitCode = Number(readFileSync(process.env.CALLED + ".code", "utf8"));
`;

describe("a rollback by itself to a release that brings its own driver", () => {
    let folder: string;
    let out: string;
    const written = process.stdout.write.bind(process.stdout);
    const [graphBefore, codeBefore] = [process.env["TIDEGATE_GRAPH"], process.exitCode];
    beforeEach(() => {
        folder = realpathSync(mkdtempSync(join(tmpdir(), "tidegate-handed-over-")));
        mkdirSync(join(folder, "app"));
        writeFileSync(join(folder, "app", "Pulumi.yaml"), "name: app\nruntime: nodejs\n");
        writeFileSync(join(folder, "tidegate.yaml"), graphText);
        process.env["TIDEGATE_GRAPH"] = join(folder, "tidegate.yaml");
        process.env["CALLED"] = join(folder, "called");
    });
    afterEach(() => {
        process.exitCode = codeBefore;
        delete process.env["CALLED"];
        if (graphBefore === undefined) delete process.env["TIDEGATE_GRAPH"];
        else process.env["TIDEGATE_GRAPH"] = graphBefore;
        rmSync(folder, { recursive: true, force: true });
    });

    /** Rolls prod back to a release with these files of a driver, of which the call ends with `code`. */
    async function answer(code: number, known = [ownFile, reactionFile]): Promise<readonly [to: string, red: string]> {
        const graph = await loadGraphFile();
        const { store, objects, trust } = await openReleases(graph);
        const kept = async (program: string): Promise<string> => {
            const bundle = await makeBundle(
                ingredients({
                    stacks: ["app"],
                    versions: [],
                    files: [
                        file("app/Pulumi.yaml", "name: app\nruntime: nodejs\n", { stacks: ["app"] }),
                        file("app/index.js", program, { stacks: ["app"] }),
                        file("tidegate.yaml", graphText, { part: "graph", stacks: [] }),
                        ...[driverFile, ...known].map((path) => file(path, driver, { part: "driver", stacks: [] })),
                    ],
                }),
            );
            await store.put(bundle, await creationOf(graph));
            return bundle.id;
        };
        const [to, red] = [await kept("old"), await kept("new")];
        const proofs = new Proofs(objects, trust, false);
        const up = { environment: "prod", operation: "up", from: "dev", time: at(0), ...me } as const;
        await proofs.write(proofOf("prod", to, 1, await proofs.mark({ ...up, release: to })), undefined);
        await proofs.mark({ ...up, release: red });
        writeFileSync(join(folder, "called.code"), String(code));
        process.exitCode = 1;
        out = "";
        process.stdout.write = (text: string | Uint8Array): boolean => {
            out += String(text);
            return true;
        };
        const reaction = { environment: "prod", run: "run1", release: red, to };
        await rollBackAfterRed(reaction, { parallel: 3 }).finally(() => (process.stdout.write = written));
        assert.equal(process.exitCode, 1, "the promotion was red, whatever came of it");
        return [to, red];
    }

    it("calls that driver as a person would, and says that it is green", async () => {
        const [to, red] = await answer(0);
        const called = JSON.parse(readFileSync(join(folder, "called"), "utf8")) as string[];
        const wanted = `rollback prod --parallel 3 --to ${to} --after-red run1 --lock-timeout 120`;
        assert.equal(called.join(" "), wanted);
        assert.ok(
            out.includes(`${red.slice(0, 12)} was red in prod, and is rolled back: ${to.slice(0, 12)} is green`),
            out,
        );
    });

    for (const [code, text] of [
        [6, /is not rolled back by itself: why is said above/],
        [1, /the way back to \w{12} is not green either.*`npx tidegate rollback prod` goes on with it/],
        [130, /the way back to \w{12} was interrupted.*`npx tidegate rollback prod` goes on with it/],
    ] as const)
        it(`says what is left where that ends with ${code}`, async () => {
            await answer(code);
            assert.match(out, text);
            assert.match(out, /[Nn]othing is promoted/);
        });

    it("is not begun where that driver is older than this", async () => {
        await answer(0, [ownFile]);
        assert.throws(() => readFileSync(join(folder, "called")), /ENOENT/);
        assert.match(out, /is not rolled back by itself/);
    });
});
