import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isGone, lockOf, thisHolder } from "../../automation/ledger/holder";
import {
    holding,
    Lease,
    leaseSeconds,
    type Holder,
    type LockClock,
    type LockOptions,
} from "../../automation/ledger/lock";
import { FileStore, type LedgerStore } from "../../automation/ledger/store";
import { inspect } from "../../components/provider/daemon/processes";
import { TestClock } from "../_helpers/testClock";

/** A store in memory that can be out of reach, or lose its answers. */
class MemoryStore implements LedgerStore {
    readonly where = "memory";
    readonly objects = new Map<string, string>();
    fault: "none" | "unreachable" | "silent" | "answer lost" = "none";

    async create(name: string, content: string): Promise<boolean> {
        await this.demand();
        if (this.objects.has(name)) return false;
        this.objects.set(name, content);
        if (this.fault === "answer lost") throw new Error("connection reset");
        return true;
    }
    async read(name: string): Promise<string | undefined> {
        await this.demand();
        return this.objects.get(name);
    }
    async list(folder: string): Promise<string[]> {
        await this.demand();
        const names = [...this.objects.keys()].filter((name) => name.startsWith(`${folder}/`));
        return names.map((name) => name.slice(folder.length + 1)).sort();
    }
    async remove(name: string): Promise<void> {
        await this.demand();
        this.objects.delete(name);
    }
    private async demand(): Promise<void> {
        await Promise.resolve();
        if (this.fault === "silent") await new Promise(() => {});
        if (this.fault === "unreachable") throw new Error("no route to host");
    }
}

/** One machine's clock: `skewMs` away from the time that all share. */
class SkewedClock implements LockClock {
    constructor(
        private readonly clock: TestClock,
        private readonly skewMs = 0,
    ) {}
    now = (): number => this.clock.now() + this.skewMs;
    monotonic = (): number => this.clock.now();
    sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
        this.clock.sleep(milliseconds, signal).catch(() => undefined);
}

const holder = (name: string): Holder => ({
    host: name,
    machine: name,
    pid: 7,
    started: "1",
    user: "me",
    doing: "up",
});

describe("the lock of an environment", () => {
    let store: MemoryStore;
    let clock: TestClock;
    let dead: Set<string>;
    let lost: string[];
    const leases: Lease[] = [];
    beforeEach(() => {
        store = new MemoryStore();
        clock = new TestClock();
        dead = new Set();
        lost = [];
    });
    afterEach(async () => {
        store.fault = "none";
        for (const lease of leases.splice(0)) await lease.rest();
    });
    const deps = (name: string, skewMs = 0) => ({
        environment: "dev",
        store,
        holder: holder(name),
        clock: new SkewedClock(clock, skewMs),
        isGone: ({ host }: Holder) => Promise.resolve(dead.has(host)),
    });
    const take = async (name: string, options: Partial<LockOptions> & { skewMs?: number } = {}): Promise<Lease> => {
        const { skewMs = 0, ...rest } = options;
        const lease = await Lease.take(deps(name, skewMs), {
            onLost: ({ code, message }) => lost.push(`${name}: ${code}: ${message}`),
            ...rest,
        });
        leases.push(lease);
        return lease;
    };
    /** Its process ends without a word. */
    const kill = (lease: Lease): Promise<void> => lease.rest();
    const later = (seconds: number): Promise<void> => clock.sleep(seconds * 1000);

    it("has one holder, whom everybody else is told", async () => {
        const lease = await take("a");
        await assert.rejects(take("b"), (error: Error & { code: string; exitCode: number }) => {
            assert.equal(error.code, "environment-busy");
            assert.equal(error.exitCode, 4);
            assert.match(error.message, /^dev is held: up by me on a \(process 7\), since 2024-01-01T00:00:00.000Z/);
            return true;
        });
        await lease.release();
        await (await take("b")).release();
        assert.deepEqual(lost, []);
    });

    it("has one holder of fifty that want it at once, over and over", async () => {
        for (let round = 0; round < 20; round++) {
            const taken = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => take(`m${index}`)));
            const held = taken.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
            assert.equal(held.length, 1, `round ${round}`);
            await held[0]?.release();
        }
        assert.equal(store.objects.size, 1, "old numbers are taken away");
    });

    it("is waited for, for as long as was said", async () => {
        const lease = await take("a");
        const said: string[] = [];
        const waiting = take("b", { waitSeconds: 60, say: (text) => said.push(text) });
        await later(45);
        await lease.release();
        await (await waiting).release();
        assert.deepEqual(said, ["waiting up to 60 s for the lock of dev: up by me on a (process 7) holds it"]);
        const other = await take("a");
        await assert.rejects(take("b", { waitSeconds: 60 }), { code: "environment-busy" });
        await other.release();
    });

    it("stays with a holder that works for hours", async () => {
        const lease = await take("a");
        for (let minute = 0; minute < 120; minute += 7) {
            await later(7 * 60);
            await assert.rejects(take("b"), { code: "environment-busy" });
        }
        await lease.release();
        assert.deepEqual(lost, []);
        assert.equal(store.objects.size, 1);
    });

    it("of a process of this machine that is no more is free at once, and it is known whose it was", async () => {
        await kill(await take("a"));
        dead.add("a");
        const lease = await take("b");
        assert.deepEqual(lease.takenOver, { holder: holder("a"), why: "gone" });
        assert.equal(clock.now(), Date.UTC(2024, 0, 1));
        await lease.release();
    });

    it("of a silent holder expires", async () => {
        await kill(await take("a"));
        await later(5);
        await assert.rejects(take("b"), { code: "environment-busy" });
        await later(leaseSeconds);
        const said: string[] = [];
        const lease = await take("b", { say: (text) => said.push(text) });
        assert.equal(lease.takenOver?.why, "silent");
        assert.match(said.join(), /up by me on a .* last spoke at .*: listening 30 s for it/);
        await lease.release();
    });

    for (const skewMs of [-3_600_000, -45_000, 45_000, 3_600_000])
        it(`stays with a living holder whose clock is ${skewMs / 1000} s off, and expires after it`, async () => {
            const lease = await take("a", { skewMs });
            await assert.rejects(take("b"), { code: "environment-busy" });
            await later(600);
            await assert.rejects(take("b"), { code: "environment-busy" });
            assert.deepEqual(lost, []);
            await kill(lease);
            await later(skewMs === 45_000 ? 2 * leaseSeconds + 45 : 1);
            assert.equal((await take("b")).takenOver?.why, "silent");
        });

    it("is taken by force, and its holder ends", async () => {
        await take("a");
        const lease = await take("b", { force: true });
        assert.deepEqual(lease.takenOver, { holder: holder("a"), why: "forced" });
        await later(15);
        assert.deepEqual(lost, ["a: lock-lost: The lock of dev was taken over: up by me on b (process 7) holds it."]);
        await assert.rejects(leases[0]?.release() ?? Promise.resolve(), { code: "lock-lost" });
        await lease.release();
    });

    it("is forced by one of many", async () => {
        await take("a");
        const taken = await Promise.allSettled(
            Array.from({ length: 20 }, (_, index) => take(`m${index}`, { force: true })),
        );
        assert.equal(taken.filter(({ status }) => status === "fulfilled").length, 1);
    });

    it("is kept through a store that is out of reach for a moment, and given up before somebody else may take it", async () => {
        const lease = await take("a");
        store.fault = "unreachable";
        await later(15);
        store.fault = "none";
        await later(60);
        assert.deepEqual(lost, []);
        store.fault = "unreachable";
        const begun = clock.now();
        while (lost.length === 0) await later(1);
        assert.ok(clock.now() - begun <= leaseSeconds * 1000, `after ${clock.now() - begun} ms`);
        assert.match(lost[0] ?? "", /could not be kept for 30 s, for memory does not answer: no route to host/);
        store.fault = "none";
        await assert.rejects(lease.release(), { code: "lock-lost" });
    });

    it("is given up in time where the store does not even say that it cannot be reached", async () => {
        const lease = await take("a");
        store.fault = "silent";
        const begun = clock.now();
        while (lost.length === 0) await later(1);
        assert.ok(clock.now() - begun <= leaseSeconds * 1000, `after ${clock.now() - begun} ms`);
        assert.match(lost[0] ?? "", /could not be kept for 30 s, for memory does not answer$/);
        store.fault = "none";
        await assert.rejects(lease.release(), { code: "lock-lost" });
    });

    it("is kept where an answer is lost and the write was not", async () => {
        const lease = await take("a");
        store.fault = "answer lost";
        await later(11);
        store.fault = "none";
        await later(60);
        assert.deepEqual(lost, []);
        await lease.release();
        await (await take("b")).release();
    });

    it("is not had by whoever creates a number again that was taken away", async () => {
        const slow = Object.create(store) as MemoryStore;
        let first = true;
        // What it has read is minutes old when it writes.
        slow.create = async (name, content) => {
            if (first) await later(300);
            first = false;
            return store.create(name, content);
        };
        const lease = await take("a");
        await lease.release();
        const late = Lease.take({ ...deps("slow"), store: slow }, { onLost: () => {} });
        late.then(
            (held) => leases.push(held),
            () => undefined,
        );
        const again = await take("b");
        await assert.rejects(late, { code: "environment-busy" });
        await later(60);
        assert.deepEqual(lost, []);
        await again.release();
    });

    it("whose last object is torn is taken over after a lease", async () => {
        store.objects.set("lock/0000000004.json", '{"version":1,"sta');
        const begun = clock.now();
        const lease = await take("b");
        assert.equal(clock.now() - begun, leaseSeconds * 1000);
        assert.deepEqual(lease.takenOver, { holder: undefined, why: "silent" });
    });

    it("is given back however the work ends, and tells of its loss before all else", async () => {
        const options = { onLost: () => {} };
        const failing = holding(deps("a"), options, () => Promise.reject(new Error("broken")));
        await assert.rejects(failing, /broken/);
        assert.equal(await holding(deps("b"), options, () => Promise.resolve(5)), 5);
        const robbed = holding(deps("a"), options, async () => {
            await take("b", { force: true });
            await later(20);
            throw new Error("interrupted");
        });
        await assert.rejects(robbed, { code: "lock-lost" });
    });
});

describe("the lock of an environment in files", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-lock-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("knows a process that is no more from one that lives", async () => {
        const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
        await once(child, "spawn");
        const me = await thisHolder("up");
        assert.equal(await isGone(me), false);
        const other = { ...me, pid: child.pid ?? 0, started: (await inspect(child.pid ?? 0))?.startTime ?? "" };
        assert.equal(await isGone(other), false);
        child.kill("SIGKILL");
        await once(child, "exit");
        assert.equal(await isGone(other), true);
        assert.equal(await isGone({ ...me, started: "1" }), true, "another process has its pid");
        assert.equal(await isGone({ ...other, machine: "elsewhere" }), false, "it cannot be told from here");
    });

    it("writes nothing where its place has gone with what it protected", async () => {
        const place = join(folder, "state");
        const lock = await lockOf("dev", new FileStore(place), "down");
        await holding(lock, { onLost: () => {} }, async (lease) => {
            await lease.rest();
            rmSync(place, { recursive: true });
        });
        assert.deepEqual(readdirSync(folder), []);
    });
});
