/** What the preflight looks at, injected; `machine.ts` has the real answers about this machine. */
import type { ScannedText, SecretFinding } from "../../secrets/scan";
import type { Layer } from "../../../stacks/contracts";

export interface ToolFinding {
    readonly name: string;
    /** What was found, e.g. `3.250.0`, or why it cannot be used. */
    readonly text: string;
    /** `fetchable`: missing, but setting up fetches it; `missing`: a person has to act. */
    readonly state: "ready" | "fetchable" | "missing";
    /** What to do about a missing one. */
    readonly hint?: string;
}

export interface FixedPort {
    readonly port: number;
    /** The key of the environment file that fixes it, e.g. `broker.ports.broker`. */
    readonly key: string;
    readonly layer: Layer;
}

export interface PortHolder {
    readonly pid: number;
    readonly name: string;
}

export interface RenderedSql {
    readonly file: string;
    readonly text: string;
}

export interface Machine {
    /** Bytes that this user may still write under `directory`, or under its nearest parent that exists. */
    freeDisk(directory: string): Promise<number>;
    /** Bytes that a new process can have without swapping; undefined where the system does not tell. */
    availableMemory(): Promise<number | undefined>;
    /** Writes and removes a small file in the directory, which is created where it is missing. */
    probeDirectory(directory: string): Promise<void>;
    isPortFree(port: number): Promise<boolean>;
    /** Undefined where it cannot be told (another user's process). */
    portHolder(port: number): Promise<PortHolder | undefined>;
}

/** A secret that the environment file names. */
export interface SecretUse {
    /** Keys that lead to its reference in the file. */
    readonly path: readonly string[];
    readonly ref: string;
}

export interface SecretsOfLayers {
    /** Which have to be there before a layer is deployed. */
    readonly of: (layer: Layer) => readonly SecretUse[];
    /** Throws a TidegateError where it is not there, is empty, or lacks a member. `where`: file, line and key. */
    readonly look: (use: SecretUse, where: string, signal: AbortSignal) => Promise<void>;
    /** `simulated`: no real store is asked. */
    readonly checkedFrom: "machine" | "cluster" | "simulated";
}

/** The Docker Engine on which an environment has containers. */
export interface DockerFinding {
    readonly version: string;
    /** `linux` or `windows`. */
    readonly os: string;
    /** Bytes of its machine. */
    readonly memory: number;
}

export interface PreflightContext {
    readonly machine: Machine;
    readonly dataDirectory: string;
    /** @default 3 */
    readonly diskFreeGiB?: number;
    /** Less is said as a warning. @default 4 */
    readonly memoryGiB?: number;
    readonly environmentFile: { readonly path: string; readonly read: () => Promise<string> };
    /** Texts of the other files that a rollout reads, or that people leave secrets in. */
    readonly settingsTexts: () => Promise<readonly ScannedText[]>;
    /** What of the secrets that were found nobody has accepted. */
    readonly unaccepted: (findings: readonly SecretFinding[]) => Promise<readonly SecretFinding[]>;
    /** Parses and validates the environment file; throws a TidegateError that names key and line. */
    readonly loadEnvironment: () => Promise<unknown>;
    readonly tools: () => Promise<readonly ToolFinding[]>;
    readonly stateBackend: {
        readonly url: string;
        /** Reads and writes it; throws where that fails. */
        readonly probe: () => Promise<void>;
    };
    /** Renders every SQL script, with stand-ins where a contract is not there yet. */
    readonly renderSql: () => Promise<readonly RenderedSql[]>;
    readonly secrets: SecretsOfLayers;
    readonly fixedPorts: readonly FixedPort[];
    /** Process ids of this environment's own daemons: their ports are not taken. */
    readonly ownProcesses: () => Promise<ReadonlySet<number>>;
    /** Images that the environment runs; `look` throws a TidegateError where one is not locked. None in a rehearsal. */
    readonly images: readonly { readonly name: string; readonly look: () => unknown }[];
    /** Other files that the environment file names; `read` throws where it cannot be read. */
    readonly files: readonly {
        /** Keys that lead to it in the environment file. */
        readonly path: readonly string[];
        readonly file: string;
        readonly read: () => Promise<unknown>;
    }[];
    /** Only of an environment that makes a cluster of a version that it names. */
    readonly kubernetes?: {
        /** Keys that lead to it in the environment file. */
        readonly path: readonly string[];
        readonly version: string;
    };
    /** Only of an environment with containers on this machine. */
    readonly docker?: {
        /** Throws where it does not answer. */
        readonly look: () => Promise<DockerFinding>;
        /** Ports of this environment's own containers: they are not taken. */
        readonly ownPorts: () => Promise<ReadonlySet<number>>;
        /** Bytes that its containers may take together. */
        readonly wanted: number;
    };
    /** Layers whose contracts a layer reads. */
    readonly dependencies: (layer: Layer) => readonly Layer[];
    /** Outputs of a layer's stack; undefined where it has none. */
    readonly outputs: (layer: Layer) => Promise<Readonly<Record<string, unknown>> | undefined>;
    /** Name of a layer's stack, e.g. `local-storage`. */
    readonly stackName: (layer: Layer) => string;
}
