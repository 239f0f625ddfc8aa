/** What the kernel knows of a checkout's processes: https://www.kernel.org/doc/html/latest/filesystems/proc.html */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Process {
    readonly pid: number;
    readonly command: string;
}

function text(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch {
        // Of a process that has ended meanwhile, or of another user.
        return "";
    }
}

function link(path: string): string {
    try {
        return readlinkSync(path);
    } catch {
        return "";
    }
}

function entries(path: string): string[] {
    try {
        return readdirSync(path);
    } catch {
        return [];
    }
}

const command = (pid: number): string => text(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();

const others = (): number[] =>
    entries("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)
        .filter((pid) => pid !== process.pid);

export function allProcesses(): Process[] {
    return others().map((pid) => ({ pid, command: command(pid) }));
}

/** Looks that a process which has not changed is passed over; it would have to become another program meanwhile. */
const patience = 20;

/** Tells again and again what runs, and asks the kernel seldom of what has run for long: most processes of a machine. */
export class ProcessWatch {
    private known = new Map<number, { readonly command: string; looks: number }>();

    commands(): Set<string> {
        const now = new Map<number, { readonly command: string; looks: number }>();
        for (const pid of others()) {
            const before = this.known.get(pid);
            const looks = (before?.looks ?? 0) + 1;
            const old = before !== undefined && looks > patience && looks % patience !== 0;
            const line = old ? before.command : command(pid);
            now.set(pid, { command: line, looks: line === before?.command ? looks : 1 });
        }
        this.known = now;
        return new Set([...now.values()].map((one) => one.command));
    }
}

/** Processes that work in a folder, or have it in their command line or environment; no zombies. */
export function processesOf(folder: string): Process[] {
    return allProcesses().filter(
        ({ pid, command: line }) =>
            line !== "" &&
            (line.includes(folder) ||
                link(`/proc/${pid}/cwd`).startsWith(folder) ||
                text(`/proc/${pid}/environ`).includes(`=${folder}`)),
    );
}

/** By which this process itself translates and follows programs; it has the environment of when it was first asked. */
const isOwnCompiler = ({ pid, command: line }: Process): boolean =>
    / --service=[\d.]+ --ping/.test(line) && text(`/proc/${pid}/status`).includes(`\nPPid:\t${process.pid}\n`);

/** Ends whatever works in a folder, as `processesOf` finds it: of a test that has failed half-way. */
export function endProcessesOf(folder: string): void {
    for (const { pid } of processesOf(folder).filter((one) => !isOwnCompiler(one)))
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It has ended meanwhile.
        }
}

export interface Listener {
    readonly pid: number;
    /** As the kernel writes it: `0100007F:2382`, or 32 hexadecimal digits of an IPv6 address and a port. */
    readonly address: string;
    readonly port: number;
    readonly loopback: boolean;
}

const loopback4 = "0100007F";
const loopback6 = "00000000000000000000000001000000";
const mappedLoopback = "0000000000000000FFFF00000100007F";

/** TCP sockets that processes listen on. */
export function listenersOf(processes: readonly Process[]): Listener[] {
    const byInode = new Map<string, string>();
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"])
        for (const line of text(table).split("\n").slice(1)) {
            const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
            // 0A is LISTEN: include/net/tcp_states.h.
            if (state === "0A" && local !== undefined && inode !== undefined) byInode.set(`socket:[${inode}]`, local);
        }
    return processes.flatMap(({ pid }) =>
        entries(`/proc/${pid}/fd`).flatMap((descriptor) => {
            const address = byInode.get(link(`/proc/${pid}/fd/${descriptor}`));
            if (address === undefined) return [];
            const [host = "", port = ""] = address.split(":");
            const loopback = [loopback4, loopback6, mappedLoopback].includes(host);
            return [{ pid, address, port: Number.parseInt(port, 16), loopback }];
        }),
    );
}
