/** What each container has to have, whatever it runs. */
import assert from "node:assert/strict";
import { contracts } from "../../../stacks/contracts";
import type { Program } from "../mocks";
import { secret } from "./platform";
import { containerType, inputsOf, containers, services, layers } from "./made";

describe("the containers of the layer", () => {
    for (const [layer, make] of layers)
        describe(layer, () => {
            let program: Program;
            before(async () => void (program = await make()));

            it("fulfil its contract", () => {
                const contract = contracts[layer].parse(program.contract) as { readonly profile: string };
                assert.equal(contract.profile, "docker");
            });

            it("run as nobody of importance, with a root that is read-only, and cannot get more rights", () => {
                assert.ok(services(program).length > 0);
                for (const one of containers(program).filter(({ start }) => start !== false)) {
                    assert.doesNotMatch(one.user ?? "root", /^(0|root)(:|$)/, one.name);
                    assert.equal(one.readOnly, true, one.name);
                    assert.deepEqual(one.capabilities, { drops: ["ALL"] }, one.name);
                    assert.deepEqual(one.securityOpts, ["no-new-privileges:true"], one.name);
                }
            });

            it("have a limit of memory without swap, a check of their health that is waited for, and start again", () => {
                for (const one of services(program)) {
                    assert.ok((one.memory ?? 0) >= 256 && one.memory === one.memorySwap, one.name);
                    assert.ok((one.healthcheck?.tests.length ?? 0) > 1 && one.wait === true, one.name);
                    assert.equal(one.restart, "unless-stopped", one.name);
                }
            });

            it("are published at the loopback alone, each port once", () => {
                const ports = containers(program).flatMap(({ ports: of = [] }) => of);
                for (const { ip } of ports) assert.equal(ip, "127.0.0.1");
                const external = ports.map((one) => one.external);
                assert.equal(new Set(external).size, external.length);
            });

            it("are in networks of the platform, or in none: never in Docker's own", () => {
                for (const { name, networkMode, networksAdvanced = [] } of containers(program))
                    assert.ok(networkMode === "none" || networksAdvanced.length > 0, name);
            });

            it("are told no secret in their arguments or labels, nor in their environment but where there is no other way", () => {
                for (const made of program.all(containerType)) {
                    const { name, command, entrypoints, labels, envs = [], healthcheck } = inputsOf(made);
                    assert.ok(
                        !JSON.stringify([command, entrypoints, labels, healthcheck]).includes(secret),
                        `${name}: arguments`,
                    );
                    const open = envs.filter((text) => text.includes(secret)).map((text) => text.split("=")[0]);
                    assert.deepEqual(
                        open,
                        /lakekeeper/.test(name) ? ["LAKEKEEPER__PG_ENCRYPTION_KEY"] : [],
                        `${name}: environment`,
                    );
                }
            });

            it("have every secret as such in the state", () => {
                for (const { name, inputs, secrets } of program.made) {
                    const paths: string[] = [];
                    const look = (value: unknown, path: string): void => {
                        if (typeof value === "string" && value.includes(secret)) paths.push(path);
                        if (typeof value === "object" && value !== null)
                            for (const [key, inner] of Object.entries(value))
                                look(inner, path === "" ? key : `${path}.${key}`);
                    };
                    look(inputs, "");
                    for (const path of paths)
                        assert.ok(
                            secrets.some((known) => path === known || path.startsWith(`${known}.`)),
                            `${name}: ${path} is plain`,
                        );
                }
            });

            it("get their files by a container that is never started, and read them only", () => {
                for (const carrier of containers(program).filter(({ uploads }) => uploads !== undefined)) {
                    assert.equal(carrier.start, false, carrier.name);
                    for (const { permissions } of carrier.uploads ?? []) assert.equal(permissions, "0444");
                    const { volumeName } = carrier.volumes?.[0] ?? assert.fail(carrier.name);
                    const readers = services(program).flatMap((one) =>
                        (one.volumes ?? []).filter((mount) => mount.volumeName === volumeName),
                    );
                    assert.deepEqual(
                        readers.map(({ containerPath, readOnly }) => [containerPath, readOnly]),
                        [["/tidegate", true]],
                    );
                }
            });

            it("are started again where their files change", () => {
                for (const { name, volumes = [], labels = [] } of services(program)) {
                    if (!volumes.some(({ containerPath }) => containerPath === "/tidegate")) continue;
                    const revision = labels.find(({ label }) => label === "tidegate.files")?.value;
                    assert.match(revision ?? "", /-carrier-id$/, name);
                }
            });

            it("run images by their digest, and say what they belong to", () => {
                for (const { inputs } of program.all("docker:index/remoteImage:RemoteImage"))
                    assert.match(String(inputs["name"]), /@sha256:[0-9a-f]{64}$/);
                for (const { name, image, labels = [] } of containers(program)) {
                    assert.equal(image, "sha256:of-the-image", name);
                    const told = Object.fromEntries(labels.map(({ label, value }) => [label, value]));
                    assert.deepEqual(
                        [told["tidegate.environment"], told["tidegate.layer"], told["tidegate.team"]],
                        ["docker", layer, "lakehouse"],
                    );
                }
            });
        });
});
