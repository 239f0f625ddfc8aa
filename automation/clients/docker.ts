/** The Docker Engine of this machine, as far as the preflight asks it. Source: https://docs.docker.com/reference/api/engine/version/v1.47/ */
import { request } from "node:http";
import { z } from "zod";
import { messageOf, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";

/** Where Docker's clients look without being told otherwise. */
const usualSocket = "/var/run/docker.sock";

/** Milliseconds of one request. */
const limitMs = 5000;

/** Far more than a list of containers takes, in bytes. */
const mostBytes = 16 * 2 ** 20;

const infoAnswer = z.object({ MemTotal: z.number(), ServerVersion: z.string(), OSType: z.string().default("linux") });
const containersAnswer = z.array(
    z.object({ Ports: z.array(z.object({ PublicPort: z.number().optional() })).nullish() }),
);

export interface DockerInfo {
    readonly version: string;
    /** `linux` or `windows`: of its containers. */
    readonly os: string;
    /** Bytes of its machine; of the virtual one, where it runs in one. */
    readonly memory: number;
}

/**
 * The path of the socket by `DOCKER_HOST`, as the provider of Pulumi takes it.
 * @throws TidegateError `docker-elsewhere`
 */
export function dockerSocket(variables: NodeJS.ProcessEnv = process.env): string {
    const host = variables.DOCKER_HOST;
    if (host === undefined || host === "") return usualSocket;
    const path = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
    if (path !== undefined) return path;
    throw new TidegateError("DOCKER_HOST names a Docker Engine that is not reached by a socket of this machine.", {
        code: "docker-elsewhere",
        hint: "The profile 'docker' publishes its ports at the loopback of the Engine's machine, so that has to be this one: unset DOCKER_HOST, or name unix:///PATH.",
    });
}

/** Errors are TidegateErrors: `docker-unreachable` (retryable), `docker-forbidden`, `docker-invalid`. */
export class DockerEngine {
    constructor(private readonly socket: string) {}

    /** Whether it answers at all. */
    async ping(): Promise<void> {
        await this.get("/_ping");
    }

    async info(): Promise<DockerInfo> {
        const { MemTotal, ServerVersion, OSType } = this.parse("/info", infoAnswer, await this.get("/info"));
        return { memory: MemTotal, version: ServerVersion, os: OSType };
    }

    /** Ports of this machine at which containers with a label answer, those that do not run included. */
    async publishedPorts(label: string): Promise<ReadonlySet<number>> {
        const path = `/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}`;
        const containers = this.parse("/containers/json", containersAnswer, await this.get(path));
        return new Set(
            containers.flatMap(({ Ports }) =>
                (Ports ?? []).flatMap(({ PublicPort }) => (PublicPort === undefined ? [] : [PublicPort])),
            ),
        );
    }

    private async get(path: string): Promise<string> {
        const { status, text } = await this.ask(path).catch((error: unknown) => {
            throw this.unreachable(error);
        });
        if (status >= 200 && status < 300) return text;
        throw new TidegateError(`The Docker Engine at ${this.socket} answered ${status} to ${path.split("?")[0]}.`, {
            code: "docker-invalid",
            hint: "`docker info` tells more.",
        });
    }

    private ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
        return new Promise((resolve, reject) => {
            const asked = request(
                // A name, as HTTP wants one; it is nowhere looked up.
                { socketPath: this.socket, path, headers: { host: "docker" }, signal: AbortSignal.timeout(limitMs) },
                (answer) => {
                    const parts: Buffer[] = [];
                    let bytes = 0;
                    answer.on("data", (part: Buffer) => {
                        parts.push(part);
                        bytes += part.length;
                        if (bytes > mostBytes) asked.destroy(new Error("its answer has no end"));
                    });
                    answer.on("end", () =>
                        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
                    );
                    answer.on("error", reject);
                },
            );
            asked.on("error", reject);
            asked.end();
        });
    }

    private unreachable(cause: unknown): TidegateError {
        const { code, name } = cause as NodeJS.ErrnoException;
        if (code === "EACCES" || code === "EPERM")
            return new TidegateError(`This user may not use the Docker Engine's socket ${this.socket}.`, {
                code: "docker-forbidden",
                hint: "Add the user to the group of the socket, and log in anew; or set DOCKER_HOST to a rootless Engine's.",
                cause,
            });
        const why =
            code === "ENOENT"
                ? "there is no such socket"
                : name === "TimeoutError" || name === "AbortError"
                  ? `no answer within ${limitMs / 1000} s`
                  : messageOf(cause);
        return new TidegateError(`The Docker Engine at ${this.socket} cannot be reached: ${why}.`, {
            code: "docker-unreachable",
            hint: "Start it (`systemctl start docker`, Docker Desktop), or set DOCKER_HOST to its socket: unix:///PATH.",
            retryable: true,
            cause,
        });
    }

    private parse<T>(what: string, shape: z.ZodType<T>, text: string): T {
        const parsed = shape.safeParse(parseJson(text));
        if (parsed.success) return parsed.data;
        throw new TidegateError(`The Docker Engine at ${this.socket} did not answer ${what} as its API describes it.`, {
            code: "docker-invalid",
            hint: "`docker version` tells which one answers there; the API has to be 1.44 or newer.",
        });
    }
}
