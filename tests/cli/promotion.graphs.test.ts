/** A release of somebody's projects, signed, from its making through one environment to the next, on the real engine. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatePrivateKey } from "sshpk";
import { z } from "zod";
import { demandTaker } from "../../automation/cli/actions/releaseHold";
import { loadGraphFile } from "../../automation/graph/load";
import { writeRehearsal } from "../../automation/rehearsal/place";
import { SigningKey } from "../../automation/release/signature";
import { Example } from "../_helpers/example";
import type { Outcome } from "../_helpers/checkout";
import { holdsOf } from "../release/made";

const made = z.object({ release: z.string(), signer: z.object({ name: z.string() }) });
const dryRun = z.object({
    release: z.string(),
    refusals: z.array(z.object({ code: z.string() })),
    difference: z.object({ stacks: z.array(z.object({ stack: z.string() })) }).nullable(),
    changing: z.array(z.string()),
});

const status = z.object({
    environments: z.array(
        z.object({
            environment: z.string(),
            release: z.string().optional(),
            health: z.string(),
            by: z.string().optional(),
            drift: z.object({ drifted: z.array(z.string()) }).optional(),
            promotion: z.object({ from: z.string().optional() }).optional(),
            next: z.array(z.object({ waits: z.array(z.string()) })),
            unread: z.array(z.string()),
        }),
    ),
});

const back = z.object({
    release: z.string(),
    from: z.string(),
    staying: z.array(z.string()),
    changing: z.array(z.string()),
});

describe("a promotion", () => {
    let example: Example;
    let key: string;
    const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
        example.run(args, { TIDEGATE_SIGNING_KEY: key, ...variables });
    const green = async (args: readonly string[]): Promise<string> => {
        const { code, stdout, stderr } = await run(args);
        assert.equal(code, 0, `${args.join(" ")}\n${stdout}${stderr}`);
        return stdout;
    };
    const refused = async (args: readonly string[], code: string): Promise<void> => {
        const before = example.fileNames().length;
        const { code: found, stdout, stderr } = await run(args);
        assert.equal(found, 6, `${stdout}${stderr}`);
        assert.match(stderr, new RegExp(`\\[${code}\\]`));
        assert.equal(example.fileNames().length, before, "something was touched");
    };
    const create = async (): Promise<string> => {
        const { release, signer } = made.parse(JSON.parse(await green(["release", "create", "--json"])));
        assert.equal(signer.name, "ci");
        return release;
    };

    let first: string;
    let second: string;
    const graph = (): string => join(example.directory, "tidegate.yaml");

    before(() => {
        example = Example.create("services").simulated();
        const pair = generatePrivateKey("ed25519");
        key = join(example.directory, "..", "key");
        writeFileSync(key, pair.toString("openssh"), { mode: 0o600 });
        writeFileSync(join(example.directory, "allowed_signers"), `ci ${pair.toPublic().toString("ssh")}\n`);
        // Two stacks are enough, and faster.
        example.edit("tidegate.yaml", /^ {2}app:[^]*/m, "");
        example.edit(
            "tidegate.yaml",
            /^stacks:/m,
            "releases: { allowedSigners: allowed_signers }\npromotion: { dev: {}, prod: { from: [dev] } }\nstacks:",
        );
    });
    after(() => example.remove());

    it("begins with a release that is signed and verified", async () => {
        const ahead = await green(["release", "create", "--dry-run"]);
        assert.match(ahead, /^[0-9a-f]{64} would be a new release; nothing was written\n/);
        assert.match(await green(["release", "list"]), /^There is no release in /);
        first = await create();
        assert.equal(ahead.slice(0, 64), first);
        assert.match(await green(["release", "verify", first.slice(0, 8)]), /signed by ci/);
    });

    it("takes nothing that was not proved, and an `up` is no way round", async () => {
        await refused(["promote", "dev", "prod", "--release", first], "release-unproved");
        await refused(["up", "prod", "--release", first], "promotion-required");
    });

    it("is of what was green where it comes from, though what lies here is another thing by now", async () => {
        assert.match(await green(["up", "dev"]), new RegExp(`${first.slice(0, 12)} is proved in dev`));
        example.edit("database/index.js", "database in", "Database in");
        // Two at once: one holds the environment, and the other is told.
        const both = await Promise.all([run(["promote", "dev", "prod"]), run(["promote", "dev", "prod"])]);
        const codes = both.map(({ code }) => code).sort();
        assert.deepEqual(codes, [0, 4], both.map(({ stdout, stderr }) => stdout + stderr).join("\n"));
        assert.match(both.find(({ code }) => code === 4)?.stderr ?? "", /environment-busy/);
        const told = await green(["show", "last", "-e", "prod"]);
        assert.match(told, new RegExp(`release ${first.slice(0, 12)}, promoted from dev, proved by run `));
        assert.ok(!example.contents().some((text) => text.startsWith("Database")));
    });

    it("says beforehand what it would change, and then changes the one stack that the release touches", async () => {
        second = await create();
        assert.notEqual(second, first);
        await green(["up", "dev", "--release", second.slice(0, 10)]);
        const before = example.fileNames().length;
        const ahead = dryRun.parse(JSON.parse(await green(["promote", "dev", "prod", "--dry-run", "--json"])));
        assert.equal(ahead.release, second);
        assert.deepEqual(ahead.refusals, []);
        assert.deepEqual(
            ahead.difference?.stacks.map(({ stack }) => stack),
            ["database"],
        );
        assert.deepEqual(ahead.changing, ["database"]);
        const told = await green(["promote", "dev", "prod"]);
        assert.match(told, /network +unchanged since run/);
        assert.match(told, /database +1 updated/);
        assert.equal(example.fileNames().length, before);
    });

    it("is resumed where it was killed between its green end and its proof", async () => {
        const proofs = join(example.directory, ".tidegate", "releases", "proofs", "prod", second);
        for (const file of readdirSync(proofs)) rmSync(join(proofs, file));
        assert.match(await green(["resume", "prod"]), /ended green, and left no proof[^]* is proved in prod/);
        assert.equal(readdirSync(proofs).length, 2);
        assert.match(await green(["resume", "prod"]), /there is nothing to resume/);
    });

    it("is none of a rehearsal's: in a shell that takes part in one nothing real is promoted, held or rolled out", async () => {
        const rehearsal = join(example.directory, "..", "rehearsal");
        writeRehearsal(rehearsal, { environment: "prod" });
        // What a rehearsal would have left of a release that was never green.
        const proved = join(example.directory, ".tidegate", "releases", "proofs", "dev", second);
        const simulated = proved.replace("/proofs/", "/rehearsals/proofs/");
        mkdirSync(simulated, { recursive: true });
        const [name = ""] = readdirSync(proved).filter((file) => file.endsWith(".json"));
        const text = readFileSync(join(proved, name), "utf8").replace('"simulated": false', '"simulated": true');
        writeFileSync(join(simulated, name), text);
        const signer = SigningKey.parse(readFileSync(key, "utf8"), key);
        writeFileSync(join(simulated, name.replace(/json$/, "sig")), signer.sign(text, "tidegate-proof"));
        for (const args of [
            ["promote", "dev", "prod", "--release", second],
            ["release-hold", "prod", "--why", "x"],
            ["up", "dev"],
        ]) {
            const { code, stderr } = await run(args, { TIDEGATE_REHEARSAL: rehearsal });
            assert.equal(code, 2, stderr);
            assert.match(stderr, /\[rehearsal-of-another\]/);
        }
        rmSync(simulated, { recursive: true });
    });

    it("is refused while its target is held, as is an `up` of anything but what is there, until that is lifted", async () => {
        await green(["release-hold", "prod", "--why", "it burns"]);
        await refused(["promote", "dev", "prod"], "environment-held");
        const ahead = await run(["promote", "dev", "prod", "--dry-run"]);
        assert.equal(ahead.code, 6, ahead.stderr);
        assert.match(ahead.stdout, /prod is held by .*: it burns/);
        await refused(["up", "prod", "--release", first], "environment-held");
        assert.match(await green(["release-hold", "prod"]), /prod is held by .*: it burns/);
        await green(["up", "prod", "--release", second]);
        await green(["release-hold", "prod", "--lift"]);
        assert.match(await green(["release-hold", "prod"]), /Nothing holds prod/);
        const loaded = await loadGraphFile(graph());
        assert.throws(() => demandTaker(loaded, "dev", "hold"), { code: "promotion-undeclared" });
    });

    it("goes back to what was green there before, though it is held, and nothing is promoted after that", async () => {
        const before = example.fileNames().length;
        const ahead = back.parse(JSON.parse(await green(["rollback", "prod", "--dry-run", "--json"])));
        assert.deepEqual(ahead, { release: first, from: second, staying: [], changing: ["database"] });
        const holds = await holdsOf(graph());
        assert.equal(await holds.of("prod"), undefined);
        // Anybody else's hold is the first that is done where it burns.
        await holds.hold("prod", "it burns");
        const told = await green(["rollback", "prod"]);
        assert.match(told, /touches database/);
        assert.match(told, /What is in topics, tables and buckets stays/);
        assert.match(told, /network +unchanged since run/);
        assert.match(told, /database +1 updated/);
        assert.match(told, new RegExp(`${first.slice(0, 12)} is proved in prod`));
        assert.equal(example.fileNames().length, before);
        assert.equal((await holds.of("prod"))?.why, "it burns");
        await refused(["promote", "dev", "prod"], "environment-held");
        await refused(["rollback", "prod"], "rollback-impossible");
    });

    it("goes back to another that is named, if that was green there, and holds by itself", async () => {
        const holds = await holdsOf(graph());
        await holds.lift("prod", "it does no more");
        example.edit("database/index.js", "Database in", "DATABASE in");
        await refused(["rollback", "prod", "--to", await create()], "release-unproved");
        await green(["rollback", "prod", "--to", second.slice(0, 10)]);
        const why = `it is rolled back from ${first.slice(0, 12)} to ${second.slice(0, 12)}`;
        assert.equal((await holds.of("prod"))?.why, why);
        await holds.lift("prod", "it is settled");
        const { code, stderr } = await run(["rollback", "dev"]);
        assert.equal(code, 2, stderr);
        assert.match(stderr, /promotion-undeclared/);
    });

    it("takes no release that was touched in the store, no forged proof, and none of a state that somebody has changed", async () => {
        const store = join(example.directory, ".tidegate", "releases");
        const tampered = async (path: string, from: string | RegExp, to: string, code: string): Promise<void> => {
            const text = readFileSync(path, "utf8");
            assert.match(text, new RegExp(from));
            writeFileSync(path, text.replace(from, to));
            await refused(["promote", "dev", "prod", "--release", second], code);
            writeFileSync(path, text);
        };
        const proofs = join(store, "proofs", "dev", second);
        const proof = join(proofs, readdirSync(proofs).find((name) => name.endsWith(".json")) ?? "");
        await tampered(proof, '"time": "2', '"time": "1', "signature-missing");
        await tampered(
            join(store, second, "manifest.json"),
            '"graph": "services"',
            '"graph": "Services"',
            "release-invalid",
        );
        const state = join(example.directory, "state", ".pulumi", "stacks", "database", "dev.json");
        await tampered(state, '"version":3,', '"version": 3,', "proof-stale");
    });

    it("says where the state of the source is out of reach from here, and stops where it cannot be read for another reason", async () => {
        const again = ["promote", "dev", "prod", "--release", second];
        // It is judged as a whole, and nothing is rolled out.
        const holds = await holdsOf(graph());
        await holds.hold("prod", "it is looked at");
        example.edit("tidegate.yaml", 'dev: { backend: "file://state" }', 'dev: { backend: "file://elsewhere" }');
        const away = await run(again);
        assert.match(away.stderr, /The state of dev cannot be read from here/);
        assert.match(away.stderr, /was not promoted to prod: prod is held by [^;]*: it is looked at\. /);
        example.edit("tidegate.yaml", 'dev: { backend: "file://elsewhere" }', 'dev: { backend: "file://state" }');
        const file = join(example.directory, "state", ".pulumi", "stacks", "network", "dev.json");
        renameSync(file, `${file}.away`);
        mkdirSync(file);
        const broken = await run(again);
        assert.doesNotMatch(broken.stderr, /cannot be read from here|is held by/);
        assert.match(broken.stderr, /EISDIR|is a directory/);
        await holds.lift("prod", "it was looked at");
        rmSync(file, { recursive: true });
        renameSync(`${file}.away`, file);
    });

    it("says of all environments what runs, how it went, what drifted, who promoted, and what may come next", async () => {
        const ask = async () => status.parse(JSON.parse(await green(["status", "--json"]))).environments;
        const of = async (name: string) => (await ask()).find(({ environment }) => environment === name);
        const prod = await of("prod");
        assert.deepEqual(
            [prod?.release, prod?.health, prod?.promotion?.from, prod?.drift, prod?.next[0]?.waits],
            [second, "green", "dev", undefined, []],
        );
        rmSync(join(example.files, example.fileNames()[0] ?? ""));
        const looked = await Promise.all(["dev", "prod"].map(async (name) => (await run(["drift", name])).code));
        assert.deepEqual(looked.sort(), [0, 5]);
        const drifted = (await ask()).map(({ drift }) => drift?.drifted.length);
        assert.deepEqual(drifted.sort(), [0, 1]);
        // From another machine, which has the store of releases alone.
        const ledger = join(example.directory, "state", ".tidegate");
        renameSync(ledger, `${ledger}.away`);
        const away = await of("prod");
        assert.deepEqual([away?.release, away?.health, away?.by, away?.unread.length], [second, "green", "proof", 1]);
        renameSync(`${ledger}.away`, ledger);
        assert.match(await green(["status", "prod"]), new RegExp(`prod +1 +${second.slice(0, 12)} .* from dev by `));
        const page = join(example.directory, "status.html");
        await green(["status", "--html", page]);
        assert.match(readFileSync(page, "utf8"), /<path class="line" d="M/);
    });
});
