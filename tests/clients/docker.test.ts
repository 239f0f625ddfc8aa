import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DockerEngine, dockerSocket } from "../../automation/clients/docker";
import { preflightFor, runChecks } from "../../automation/gates";
import { gibibyte, preflight } from "../_helpers/preflightFakes";

/** As much of an Engine as is asked for, on a socket of its own. */
class FakeEngine {
    readonly asked: string[] = [];
    readonly answers = new Map<string, { readonly status: number; readonly body: string }>([
        ["/_ping", { status: 200, body: "OK" }],
        [
            "/info",
            {
                status: 200,
                body: JSON.stringify({ MemTotal: 16 * gibibyte, ServerVersion: "28.3.2", OSType: "linux" }),
            },
        ],
    ]);
    private readonly server: Server = createServer((request, response) => {
        this.asked.push(request.url ?? "");
        const found = this.answers.get((request.url ?? "").split("?")[0] ?? "");
        response.writeHead(found?.status ?? 404).end(found?.body ?? "");
    });

    constructor(readonly socket: string) {}

    start = (): Promise<void> => new Promise((resolve) => this.server.listen(this.socket, resolve));
    stop = (): Promise<void> =>
        new Promise((resolve) => {
            this.server.close(() => resolve());
            this.server.closeAllConnections();
        });
}

describe("the Docker Engine", () => {
    let directory: string;
    let fake: FakeEngine;
    let engine: DockerEngine;
    beforeEach(async () => {
        directory = await mkdtemp(join(tmpdir(), "tidegate-docker-"));
        fake = new FakeEngine(join(directory, "docker.sock"));
        await fake.start();
        engine = new DockerEngine(fake.socket);
    });
    afterEach(async () => {
        await fake.stop();
        await rm(directory, { recursive: true, force: true });
    });

    it("answers a ping, and says what it is", async () => {
        await engine.ping();
        assert.deepEqual(await engine.info(), { version: "28.3.2", os: "linux", memory: 16 * gibibyte });
        assert.deepEqual(fake.asked, ["/_ping", "/info"]);
    });

    it("tells the ports of the containers of one environment", async () => {
        const body = [{ Ports: [{ PublicPort: 8081 }, { PrivatePort: 6123 }] }, { Ports: [] }, { Ports: null }];
        fake.answers.set("/containers/json", { status: 200, body: JSON.stringify(body) });
        assert.deepEqual([...(await engine.publishedPorts("tidegate.environment=docker"))], [8081]);
        assert.match(decodeURIComponent(fake.asked[0] ?? ""), /"label":\["tidegate\.environment=docker"\]/);
    });

    it("is found by DOCKER_HOST, which has to be a socket of this machine", () => {
        assert.equal(dockerSocket({}), "/var/run/docker.sock");
        assert.equal(dockerSocket({ DOCKER_HOST: "unix:///run/user/1000/docker.sock" }), "/run/user/1000/docker.sock");
        for (const host of ["tcp://10.0.0.1:2376", "ssh://somebody@elsewhere", "unix://"])
            assert.throws(() => dockerSocket({ DOCKER_HOST: host }), { code: "docker-elsewhere" });
    });

    it("that is not there, or answers something else, is an error that says so", async () => {
        await assert.rejects(new DockerEngine(join(directory, "none.sock")).ping(), {
            code: "docker-unreachable",
            message: /there is no such socket/,
        });
        fake.answers.set("/_ping", { status: 500, body: "" });
        await assert.rejects(engine.ping(), { code: "docker-invalid", message: /answered 500 to \/_ping/ });
        for (const body of ["{}", "no JSON"]) {
            fake.answers.set("/info", { status: 200, body });
            await assert.rejects(engine.info(), { code: "docker-invalid" });
        }
    });

    describe("in the preflight", () => {
        const wanted = 8 * gibibyte;
        const verdict = async (id: string, ownPorts: () => Promise<ReadonlySet<number>> = async () => new Set()) => {
            const look = async () => {
                await engine.ping();
                return engine.info();
            };
            const context = preflight({ docker: { look, ownPorts, wanted } });
            context.machine.taken.set(9092, undefined);
            const check = preflightFor("environment", context).find((one) => one.id === id) ?? assert.fail(id);
            const [result] = await runChecks([check], {});
            return `${result?.status} ${result?.message ?? ""}`;
        };

        it("is green with memory enough, and red with too little, with other containers, or without an answer", async () => {
            assert.match(await verdict("preflight.docker"), /^pass/);
            const info = (changes: object) =>
                fake.answers.set("/info", {
                    status: 200,
                    body: JSON.stringify({
                        MemTotal: 16 * gibibyte,
                        ServerVersion: "28.3.2",
                        OSType: "linux",
                        ...changes,
                    }),
                });
            info({ MemTotal: 4 * gibibyte });
            assert.match(await verdict("preflight.docker"), /^fail Docker has 4\.0 GiB of memory.*8\.0 GiB/);
            info({ OSType: "windows" });
            assert.match(await verdict("preflight.docker"), /^fail .*containers of windows/);
            await fake.stop();
            assert.match(await verdict("preflight.docker"), /^(fail|error) .*cannot be reached/);
        });

        it("does not take a port of the environment's own containers for taken", async () => {
            assert.match(await verdict("preflight.ports-broker"), /^fail Port 9092/);
            assert.match(await verdict("preflight.ports-broker", async () => new Set([9092])), /^pass/);
        });

        it("is not asked for where no layer is a container", () => {
            assert.ok(preflightFor("environment", preflight()).every(({ id }) => id !== "preflight.docker"));
        });
    });
});
