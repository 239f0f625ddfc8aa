export interface Pins {
    readonly node: string;
    readonly uv: string;
    readonly pulumi: string;
    readonly pulumiMinimum: string;
    readonly go: string;
    readonly goMinimum: string;
    readonly kubernetes: string;
    readonly kubernetesMinimum: string;
    readonly etcdMinimum: string;
    readonly java: string;
    readonly javaMinimum: number;
    readonly pythonMinimum: string;
    readonly seaweedfs: string;
    readonly kafka: string;
    readonly flink: string;
    readonly flinkKafkaConnector: string;
    readonly iceberg: string;
    readonly hadoop: string;
    readonly dbtCore: string;
    readonly dbtDuckdb: string;
    readonly duckdb: string;
    readonly pyiceberg: string;
}

/** Root of the repository. */
export const checkout: string;
/** pins.json: every version of the toolchain. */
export const pins: Pins;
export const platformTag: string;

/** An error that `TidegateError.is` accepts. */
export class BootstrapError extends Error {
    constructor(
        message: string,
        options: { code: string; hint: string; cause?: unknown; retryable?: boolean; exitCode?: number },
    );
    readonly code: string;
    readonly hint: string;
    readonly retryable: boolean;
    readonly exitCode: number;
}

/** `TIDEGATE_CACHE`, else `$XDG_CACHE_HOME/tidegate`, else `~/.cache/tidegate`. */
export function cacheRoot(environment?: NodeJS.ProcessEnv): string;
/** The hash-locked requirement file of this name. */
export function lockFileOf(requirement: string): string;
/** The first ten hexadecimal digits of the SHA-256 over the texts. */
export function digestOf(...texts: (string | Uint8Array)[]): string;
/** Where the packages of a requirement file are, or will be, in the cache. */
export function requirementFolder(requirement: string, version: string, root?: string): string;
export function lastLines(text: string, count?: number): string;
/** The error for a tool that failed: `registry-unreachable`, `disk-full` or `tool-failed`, by what it printed. */
export function toolFailure(what: string, output: string, registry?: string): BootstrapError;
export function diskFull(what: string, cause?: unknown): BootstrapError;
export interface Finished {
    readonly code: number;
    readonly signal: NodeJS.Signals | null;
    /** Standard output and standard error as they came. */
    readonly output: string;
    readonly stdout: string;
}
export function run(
    command: string,
    args: readonly string[],
    options?: {
        cwd?: string;
        env?: NodeJS.ProcessEnv;
        /** Ends the child with SIGTERM and, once it has ended, rejects with the signal's reason. */
        signal?: AbortSignal | undefined;
        /** Whether the child gets a process group of its own, which is ended as a whole. @default false */
        group?: boolean;
        /** After so many milliseconds the child is ended with SIGTERM. @default none */
        timeout?: number;
        /** Given to the child as its standard input. */
        input?: string;
        /** Called with each line of its standard error. */
        onLine?: (line: string) => void;
    },
): Promise<Finished>;
/** The first file of that name in the folders of `path`. @default process.env.PATH */
export function which(name: string, path?: string, exclude?: (folder: string) => boolean): string | undefined;
export function withLock<T>(
    name: string,
    work: () => Promise<T>,
    options?: {
        root?: string;
        waiting?: (pid: number) => void;
        timeoutMs?: number;
        /** Ends the waiting for another holder; rejects with the signal's reason. */
        signal?: AbortSignal | undefined;
    },
): Promise<T>;
export function artifact(
    folder: string,
    fill: (partial: string) => Promise<void>,
    options?: {
        root?: string;
        waiting?: (pid: number) => void;
        /** Keep the temporary folder after a failure, for `fill` to go on from. @default false */
        keepPartial?: boolean;
        /** Ends the waiting for another process that makes the same. */
        signal?: AbortSignal | undefined;
    },
): Promise<string>;
export function findPython(): Promise<{ path: string; version: string }>;
export function pipInstall(
    python: string,
    requirement: string,
    target: string,
    options?: { signal?: AbortSignal | undefined },
): Promise<void>;
export function artifactsLike(prefix: string, root?: string): Promise<string[]>;
