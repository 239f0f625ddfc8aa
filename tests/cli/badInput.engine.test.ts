/** Wrong input and a machine that refuses: the real command line, and what it says. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { withDuckDB } from "../../automation/exercises/events/duckdb";
import { Checkout, type Outcome } from "../_helpers/checkout";
import { processesOf } from "../_helpers/processes";
import { small, untilQuiet } from "./interruption";

/** Address of a port that nothing listens on. */
async function nobody(): Promise<string> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return `http://127.0.0.1:${port}`;
}

describe("bad input", () => {
    let local: Checkout;
    let base: string;
    let good: string;
    const file = () => join(local.directory, "stacks", "local.yaml");
    before(() => {
        local = Checkout.create(small);
        base = dirname(local.directory);
        good = readFileSync(file(), "utf8");
    });
    afterEach(() => writeFileSync(file(), good));
    after(async () => {
        // What a failed test has left must not outlive the suite.
        await local.run(["down", "--force"]);
        await local.remove({ down: false });
    });

    const all = ({ stdout, stderr }: Outcome): string => `${stdout}${stderr}`;

    /** Runs it; asserts the exit code, each text, that no stack trace is shown and that nothing was started. */
    async function refused(
        args: readonly string[],
        code: number,
        texts: readonly (RegExp | string)[],
        variables: Readonly<Record<string, string>> = {},
    ): Promise<Outcome> {
        const outcome = await local.run(args, variables);
        const said = all(outcome);
        assert.equal(outcome.code, code, said);
        for (const text of texts)
            assert.ok(
                typeof text === "string" ? said.includes(text) : text.test(said),
                `${String(text)} is not in\n${said}`,
            );
        assert.doesNotMatch(said, /^\s+at .*:\d+:\d+|fault of Tidegate/m);
        await untilQuiet(local, 10);
        assert.deepEqual(processesOf(base), []);
        return outcome;
    }

    const nothingMade = () => assert.ok(!existsSync(local.dataDirectory), `${local.dataDirectory} was made`);

    describe("environment file", () => {
        const mistakes: [string, (text: string) => string, (RegExp | string)[]][] = [
            ["that is no YAML", (text) => text.replace("storage: {", "storage: [{"), [/local\.yaml:\d+: /]],
            [
                "with an unknown key",
                (text) => text.replace("broker:", "brokr:"),
                [/local\.yaml:\d+: the file has no key 'brokr'; did you mean 'broker'\?/, "docs/environments.md"],
            ],
            [
                "with a value that is not allowed",
                (text) => text.replace("mode: batch", "mode: hourly"),
                [/local\.yaml:\d+: 'mode' has to be one of 'batch', 'streaming_bronze'/],
            ],
            [
                "with axes that cannot work together",
                (text) => text.replace("taskSlots: 8", "taskSlots: 1"),
                [/local\.yaml:\d+: 'runtime\.parallelism': has to be at most runtime\.taskSlots \(1\)/],
            ],
            [
                "with a profile that there is not",
                (text) => text.replace("storage: { profile: embedded }", "storage: { profile: floppy }"),
                [/local\.yaml:\d+: 'storage.*' has to be .*'embedded'/],
            ],
        ];
        for (const [what, change, texts] of mistakes)
            it(`${what} is told by line and key`, async () => {
                local.edit(change);
                await refused(["up"], 2, [...texts, "[environment-invalid]"]);
                nothingMade();
            });

        it("that is wrong stops every command", async () => {
            local.edit((text) => text.replace("mode:", "moode:"));
            for (const args of [["preview"], ["status"], ["down"], ["validate"], ["produce"], ["env"], ["logs"]])
                await refused(args, 2, ["did you mean 'mode'?", "[environment-invalid]"]);
            nothingMade();
        });

        it("of another name lists what there is", async () => {
            await refused(["up", "lokal"], 2, ["There is no environment 'lokal'", "did you mean 'local'?"]);
            await refused(["up", "Not A Name"], 2, ["'Not A Name' cannot be the name of an environment"]);
            nothingMade();
        });

        it("with a catalog that only local may use", async () => {
            const dev = join(local.directory, "stacks", "dev.yaml");
            writeFileSync(dev, good.replace("name: local", "name: dev").replace("type: rest", "type: hadoop"));
            try {
                await refused(["up", "dev"], 2, [/dev\.yaml:\d+: 'catalog\.type': 'hadoop' is not safe/]);
            } finally {
                rmSync(dev);
            }
        });
    });

    it("on the command line is told with what there is", async () => {
        await refused(["upp"], 2, ["unknown command 'upp'", "--help"]);
        await refused(["up", "--untl", "broker"], 2, ["unknown option '--untl'", "--help"]);
        await refused(["up", "--events", "many"], 2, ["'many' is invalid", "whole number"]);
        await refused(["up", "--parallel", "0"], 2, ["'0' is invalid", "at least 1"]);
        await refused(["up", "local", "twice"], 2, ["There is no environment 'twice'"]);
        await refused(["down", "local", "twice"], 2, ["too many arguments"]);
        await refused(["up", "--until", "brokr"], 2, ["no stack 'brokr'", "did you mean 'broker'?"]);
        await refused(["up", "--until", "nowhere"], 2, ["no stack 'nowhere'", "broker, storage, catalog"]);
        await refused(["validate", "everything"], 2, ["no layer 'everything'", "storage, broker"]);
        await refused(["run", "dbt", "compile"], 2, ["no dbt command 'compile'", "build"]);
        await refused(["exec", "--", "no-such-command"], 2, ["There is no command 'no-such-command'"]);
        nothingMade();
    });

    it("as an event file is told before anything is deployed", async () => {
        const at = (name: string): string => join(base, name);
        await withDuckDB(async (connection) => {
            await connection.run(
                `COPY (SELECT 1 AS apples, 'x' AS pears) TO '${at("fruit.parquet")}' (FORMAT parquet)`,
            );
            await connection.run(
                `COPY (SELECT 'soon' AS tpep_pickup_datetime) TO '${at("wrong.parquet")}' (FORMAT parquet)`,
            );
        });
        writeFileSync(at("cut.parquet"), readFileSync(at("fruit.parquet")).subarray(0, -20));
        writeFileSync(at("events.xlsx"), "");
        const cases: [string, (RegExp | string)[]][] = [
            ["absent.parquet", [/There is no file .*absent\.parquet/, "--data", "[data-file]"]],
            ["fruit.parquet", [/fruit\.parquet has no column '\w+' \(wanted: \w+\)/, "apples, pears", "[data-schema]"]],
            ["wrong.parquet", [/wrong\.parquet/, "wanted", "[data-schema]"]],
            ["cut.parquet", [/cut\.parquet cannot be read as parquet/, "Is the file whole?", "[data-file]"]],
            ["events.xlsx", ["is not known by its name", ".parquet, .csv"]],
        ];
        for (const [name, texts] of cases) await refused(["up", "--data", at(name)], 2, texts);
        nothingMade();
    });

    it("of a platform that is not there says how to get one", async () => {
        for (const args of [["validate"], ["produce"], ["run", "flink"], ["run", "dbt"], ["logs", "dead-letters"]])
            await refused(args, 1, ["npx tidegate up"]);
        await refused(["status"], 1, ["local is not deployed", "npm start"]);
        await refused(["logs", "brokr"], 2, ["no process 'brokr'", "npm start"]);
        await refused(["down"], 0, []);
        nothingMade();
    });

    describe("machine", () => {
        // A report of what was refused.
        afterEach(() => rmSync(local.dataDirectory, { recursive: true, force: true }));

        it("whose port is busy: names port, key and holder", async () => {
            const server = createServer().listen(0, "127.0.0.1");
            await once(server, "listening");
            const { port } = server.address() as AddressInfo;
            try {
                local.edit((text) =>
                    text.replace(
                        "runtime: { profile: embedded,",
                        `runtime: { profile: embedded, ports: { rest: ${port} },`,
                    ),
                );
                await refused(["up"], 1, [
                    `ort ${port} (runtime.ports.rest) is held by process ${process.pid}`,
                    "take the port out of the environment file",
                    "[gate-red]",
                ]);
            } finally {
                server.close();
            }
        });

        it("whose disk has too little room: says how much is wanted", async () => {
            local.edit((text) => text.replace("gates: {", "gates: { diskFreeGiB: 100000,"));
            await refused(["up"], 1, [/Only [\d.]+ GiB are free at .*, wanted are 100000 GiB/, "TIDEGATE_DATA"]);
        });

        it("whose data directory cannot be made: names it", async () => {
            writeFileSync(join(base, "a-file"), "");
            for (const command of ["up", "env"]) {
                const variables = { TIDEGATE_DATA: join(base, "a-file") };
                await refused([command], 2, [join(base, "a-file"), "ENOTDIR", "[file-refused]"], variables);
            }
            mkdirSync(join(base, "other"));
            writeFileSync(join(base, "other", "local"), "");
            const variables = { TIDEGATE_DATA: join(base, "other") };
            await refused(["up"], 2, [join(base, "other", "local"), "ENOTDIR"], variables);
        });

        it("without Python: says how to install it", async () => {
            const variables = { TIDEGATE_CACHE: join(base, "no-cache"), PATH: join(base, "no-path") };
            await refused(["up"], 3, [/Python 3\.\d+ or newer is needed/, "Install it", "[python-missing]"], variables);
            await refused(["doctor"], 3, ["Python", "missing", "npm start"], variables);
            assert.ok(!existsSync(local.dataDirectory));
        });

        it("without tools and network: names the registry, and that a start goes on", async () => {
            const address = await nobody();
            const variables = {
                TIDEGATE_CACHE: join(base, "empty-cache"),
                TIDEGATE_PULUMI_RELEASES: address,
                PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
                PIP_INDEX_URL: `${address}/simple`,
                PIP_RETRIES: "1",
                UV_HTTP_RETRIES: "1",
                HTTPS_PROXY: address,
                HTTP_PROXY: address,
                NODE_USE_ENV_PROXY: "1",
            };
            await refused(
                ["up"],
                3,
                [/could not be reached/, "network and the proxy settings", "[registry-unreachable]"],
                variables,
            );
            await refused(["validate"], 3, ["Tools are missing", "doctor --fix"], variables);
            assert.ok(!existsSync(local.dataDirectory));
        });
    });

    it("of a disk that is full in the midst of it: says so, and goes on when there is room", async function () {
        const disk = join(base, "disk");
        mkdirSync(disk);
        if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=220k", "tmpfs", disk]).status !== 0) return this.skip();
        const full = new Checkout(local.directory, disk);
        try {
            local.edit((text) => text.replace("gates: {", "gates: { diskFreeGiB: 0,"));
            const { code, stdout, stderr } = await full.run(["up", "--until", "storage"]);
            assert.equal(code, 1, `${stdout}${stderr}`);
            assert.match(`${stdout}${stderr}`, /disk is full/);
            assert.doesNotMatch(`${stdout}${stderr}`, /^\s+at .*:\d+:\d+|fault of Tidegate/m);
            await untilQuiet(full, 10);
            execFileSync("mount", ["-o", "remount,size=2g", disk]);
            const again = await full.run(["up", "--until", "storage"]);
            assert.equal(again.code, 0, all(again));
            assert.equal((await full.run(["down"])).code, 0);
        } finally {
            await full.run(["down", "--force"]);
            execFileSync("umount", [disk]);
        }
    });
});
