/** Choosing TCP ports of 127.0.0.1. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { TidegateError, exitCodes } from "../../../automation/core/errors";
import { portHolder } from "./processes";

/**
 * A port: a number; 0 for any free one; or another port of the same process and a distance, `admin+10000`, for
 * programs that compute one port from another.
 */
export type PortRequest = number | string;

/** Below the kernel's ephemeral range (from 32768), so that no outgoing connection takes the port of a stopped daemon. */
const firstAutomatic = 20_000;
const lastAutomatic = 29_999;
const attempts = 200;

const relative = /^([A-Za-z][A-Za-z0-9]*)\+(\d{1,5})$/;

export function parseRelative(request: PortRequest): { base: string; distance: number } | undefined {
    const match = typeof request === "string" ? relative.exec(request) : null;
    return match === null ? undefined : { base: match[1] ?? "", distance: Number(match[2]) };
}

/** Whether 127.0.0.1:port can be listened on now. */
export async function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(false));
        server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
    });
}

/**
 * Ports for `requests`. An automatic port stays what `previous` says while that is free. Throws `port-busy` where a
 * fixed port is taken, naming who has it and the setting (`what`) to change.
 */
export async function choosePorts(
    requests: Readonly<Record<string, PortRequest>>,
    previous: Readonly<Record<string, number>>,
    what: string,
): Promise<Record<string, number>> {
    const chosen: Record<string, number> = {};
    const taken = new Set<number>();
    const dependants = (name: string) =>
        Object.entries(requests).flatMap(([other, request]) => {
            const parsed = parseRelative(request);
            return parsed?.base === name ? [{ name: other, distance: parsed.distance }] : [];
        });
    /** Takes `port` for `name`, and with it the ports computed from it; false where one of them is not free. */
    const take = async (name: string, port: number): Promise<boolean> => {
        const wanted = [
            { name, port },
            ...dependants(name).map((each) => ({ name: each.name, port: port + each.distance })),
        ];
        for (const each of wanted) if (taken.has(each.port) || !(await isFree(each.port))) return false;
        for (const each of wanted) {
            taken.add(each.port);
            chosen[each.name] = each.port;
        }
        return true;
    };
    for (const [name, request] of Object.entries(requests)) {
        if (typeof request !== "number" || request === 0) continue;
        if (!(await take(name, request))) throw await portBusy(name, request, what);
    }
    for (const [name, request] of Object.entries(requests)) {
        if (request !== 0) continue;
        const before = previous[name];
        if (before !== undefined && (await take(name, before))) continue;
        for (let attempt = 0; chosen[name] === undefined; attempt++) {
            if (attempt === attempts)
                throw new TidegateError(`No free port of 127.0.0.1 was found for '${name}' of ${what}.`, {
                    code: "no-free-port",
                    hint: `End something that listens on a port from ${firstAutomatic} to ${lastAutomatic}.`,
                    exitCode: exitCodes.busy,
                });
            await take(name, randomInt(firstAutomatic, lastAutomatic + 1));
        }
    }
    return chosen;
}

async function portBusy(name: string, port: number, what: string): Promise<TidegateError> {
    const holder = await portHolder(port);
    const by = holder === undefined ? "another program" : `'${holder.name}' (pid ${holder.pid})`;
    return new TidegateError(`Port ${port} of 127.0.0.1, '${name}' of ${what}, is taken by ${by}.`, {
        code: "port-busy",
        hint: `End that program, or give the port '${name}' another number in the environment's file; 0 takes any free one.`,
        exitCode: exitCodes.busy,
    });
}
