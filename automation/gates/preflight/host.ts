/** Preflight about the machine: tools, disk, memory, ports, the data directory, the state backend. */
import type { Layer } from "../../../stacks/contracts";
import { messageOf } from "../../core/errors";
import { capitalised } from "../../core/words";
import { failing, pass, type Check } from "../check";
import type { PreflightContext } from "./context";

const gibibyte = 2 ** 30;
const inGiB = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;

export function toolsCheck({ tools }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.tools",
        stage: "preflight",
        layer: "environment",
        title: "the tools are there",
        limitSeconds: 60,
        look: "`tidegate doctor`",
        hint: "`npm start` fetches what it can.",
        run: async () => {
            const found = await tools();
            if (found.length === 0) return failing(check, "Nothing is known about any tool.");
            const evidence = { tools: found.map(({ name, state, text }) => `${name}: ${state}, ${text}`) };
            const missing = found.filter((tool) => tool.state !== "ready");
            if (missing.length > 0)
                return failing(
                    check,
                    missing.map(({ name, text }) => `${name}: ${text}`).join("; "),
                    evidence,
                    missing[0]?.hint === undefined ? {} : { hint: missing[0].hint },
                );
            return pass(found.map((tool) => tool.name).join(", "), evidence);
        },
    };
    return check;
}

export function diskCheck({ machine, dataDirectory, diskFreeGiB = 3 }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.disk",
        stage: "preflight",
        layer: "environment",
        title: `at least ${diskFreeGiB} GiB of disk are free`,
        limitSeconds: 10,
        look: dataDirectory,
        hint: "Free some space, or set TIDEGATE_DATA to a folder on another disk. gates.diskFreeGiB sets the limit.",
        run: async () => {
            const bytes = await machine.freeDisk(dataDirectory);
            const evidence = { enough: bytes >= diskFreeGiB * gibibyte, limitGiB: diskFreeGiB };
            if (!(bytes >= diskFreeGiB * gibibyte))
                return failing(
                    check,
                    `Only ${inGiB(bytes)} are free at ${dataDirectory}, wanted are ${diskFreeGiB} GiB.`,
                    evidence,
                );
            return pass(`${inGiB(bytes)} free`, evidence);
        },
    };
    return check;
}

/** Too little memory is said, not refused: a platform that runs already holds what this check would ask for. */
export function memoryCheck({ machine, memoryGiB = 4 }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.memory",
        stage: "preflight",
        layer: "environment",
        title: "memory for the platform",
        limitSeconds: 10,
        look: "`free -h`",
        hint: "End what needs much memory.",
        run: async () => {
            const bytes = await machine.availableMemory();
            if (bytes === undefined) return failing(check, "This system does not tell how much memory is available.");
            const enough = bytes >= memoryGiB * gibibyte;
            return pass(
                `${inGiB(bytes)} available`,
                { enough, wantedGiB: memoryGiB },
                enough
                    ? []
                    : [
                          `${inGiB(bytes)} of memory are available; a platform that is not running yet needs up to ${memoryGiB} GiB.`,
                      ],
            );
        },
    };
    return check;
}

/** Docker answers, has containers of Linux, and memory for those of this environment. */
export function dockerCheck({ docker }: PreflightContext): Check | undefined {
    if (docker === undefined) return undefined;
    const check: Check = {
        id: "preflight.docker",
        stage: "preflight",
        layer: "environment",
        title: "Docker can run the containers",
        limitSeconds: 20,
        look: "`docker info`",
        hint: "docs/profiles/docker.md tells what it needs.",
        run: async () => {
            const { version, os, memory } = await docker.look();
            const evidence = { version, os, wantedGiB: docker.wanted / gibibyte };
            if (os !== "linux")
                return failing(check, `Docker ${version} runs containers of ${os}; these are of Linux.`, evidence);
            if (memory < docker.wanted)
                return failing(
                    check,
                    `Docker has ${inGiB(memory)} of memory, and the containers of this environment may take ${inGiB(docker.wanted)}.`,
                    evidence,
                    {
                        hint: "Give Docker more (Docker Desktop: Settings, Resources), or lower taskSlots and memoryMiB.",
                    },
                );
            return pass(`Docker ${version}, ${inGiB(memory)}`, evidence);
        },
    };
    return check;
}

export function dataDirectoryCheck({ machine, dataDirectory }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.data-directory",
        stage: "preflight",
        layer: "environment",
        title: "the data directory can be written",
        limitSeconds: 10,
        look: dataDirectory,
        hint: "Give this user the folder, or set TIDEGATE_DATA to another one.",
        run: async () => {
            try {
                await machine.probeDirectory(dataDirectory);
            } catch (error) {
                const { code } = error as NodeJS.ErrnoException;
                if (code === "ENOSPC" || code === "EDQUOT")
                    return failing(
                        check,
                        `The disk of ${dataDirectory} is full.`,
                        { code },
                        {
                            hint: "Free some space, or set TIDEGATE_DATA to a folder on another disk.",
                        },
                    );
                return failing(check, `${dataDirectory} cannot be written: ${code ?? messageOf(error)}.`, {
                    code: code ?? null,
                });
            }
            return pass(dataDirectory, { writable: true });
        },
    };
    return check;
}

export function stateBackendCheck({ stateBackend }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.state-backend",
        stage: "preflight",
        layer: "environment",
        title: "Pulumi's state backend can be read and written",
        limitSeconds: 30,
        look: stateBackend.url,
        hint: "Correct `state.backend` of the environment file, or the credentials for it.",
        run: async () => {
            try {
                await stateBackend.probe();
            } catch (error) {
                return failing(check, `${stateBackend.url} cannot be read and written: ${messageOf(error)}`);
            }
            return pass(stateBackend.url, { url: stateBackend.url });
        },
    };
    return check;
}

/** Ports that the environment file fixes for this layer are free, or held by its own daemons. */
export function portsCheck(context: PreflightContext, layer: Layer): Check | undefined {
    const { machine, fixedPorts, ownProcesses, docker } = context;
    const ports = fixedPorts.filter((fixed) => fixed.layer === layer);
    if (ports.length === 0) return undefined;
    const check: Check = {
        id: `preflight.ports-${layer}`,
        stage: "preflight",
        layer,
        title: "the fixed ports are free",
        limitSeconds: 15,
        look: "`ss -ltnp`",
        hint: "End that process, or take the port out of the environment file: a free one is chosen then.",
        run: async () => {
            const own = await ownProcesses();
            // Whether it answers is for its own check to say.
            const ownPorts = (await docker?.ownPorts().catch(() => undefined)) ?? new Set<number>();
            const taken: string[] = [];
            for (const { port, key } of ports) {
                if (ownPorts.has(port) || (await machine.isPortFree(port))) continue;
                const holder = await machine.portHolder(port);
                if (holder !== undefined && own.has(holder.pid)) continue;
                taken.push(
                    `port ${port} (${key}) is held by ${holder === undefined ? "a process that this user cannot see" : `process ${holder.pid} (${holder.name})`}`,
                );
            }
            const evidence = { ports: ports.map(({ port, key }) => `${key}: ${port}`) };
            if (taken.length > 0) return failing(check, `${capitalised(taken.join("; "))}.`, evidence);
            return pass(ports.map((fixed) => fixed.port).join(", "), evidence);
        },
    };
    return check;
}
