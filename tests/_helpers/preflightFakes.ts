/** A machine in memory for the preflight, on which everything is right until a test changes it. */
import type { Machine, PortHolder, PreflightContext } from "../../automation/gates/preflight/context";
import { standIns } from "../../stacks/standIns";
import type { Layer } from "../../stacks/contracts";

export const gibibyte = 2 ** 30;

export class FakeMachine implements Machine {
    disk = 50 * gibibyte;
    memory: number | undefined = 8 * gibibyte;
    /** Ports that are taken, with the process that this user can see. */
    readonly taken = new Map<number, PortHolder | undefined>();
    /** What writing into a directory fails with. */
    writeError: NodeJS.ErrnoException | undefined;
    readonly probed: string[] = [];

    async freeDisk(): Promise<number> {
        return this.disk;
    }

    async availableMemory(): Promise<number | undefined> {
        return this.memory;
    }

    async probeDirectory(directory: string): Promise<void> {
        this.probed.push(directory);
        if (this.writeError !== undefined) throw this.writeError;
    }

    async isPortFree(port: number): Promise<boolean> {
        return !this.taken.has(port);
    }

    async portHolder(port: number): Promise<PortHolder | undefined> {
        return this.taken.get(port);
    }
}

export function preflight(
    changes: Partial<PreflightContext> = {},
): PreflightContext & { readonly machine: FakeMachine } {
    const machine = new FakeMachine();
    const dependencies: Partial<Record<Layer, readonly Layer[]>> = {
        catalog: ["storage"],
        runtime: ["storage", "broker"],
    };
    return {
        dataDirectory: "/data/local",
        environmentFile: { path: "stacks/local.yaml", read: async () => "name: local\n" },
        settingsTexts: async () => [],
        unaccepted: async (findings) => findings,
        loadEnvironment: async () => ({}),
        tools: async () => [{ name: "Java", text: "21", state: "ready" }],
        stateBackend: { url: "file:///data/local/state", probe: async () => undefined },
        renderSql: async () => [{ file: "sql/bronze.sql", text: "INSERT INTO a SELECT 1" }],
        fixedPorts: [{ port: 9092, key: "broker.ports.broker", layer: "broker" }],
        secrets: { of: () => [], look: async () => undefined, checkedFrom: "machine" },
        images: [],
        files: [],
        ownProcesses: async () => new Set<number>(),
        dependencies: (layer) => dependencies[layer] ?? [],
        outputs: async (layer) => standIns[layer],
        stackName: (layer) => `local-${layer}`,
        ...changes,
        machine,
    };
}
