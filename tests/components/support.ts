import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../components/provider/handler";
import type { Tools } from "../../components/provider/tools";

const tools: Tools = {
    java: { path: "/nowhere/java" },
    kafka: { version: "0", libs: "/nowhere/kafka" },
    flink: { version: "0", lib: "/nowhere/flink" },
    weed: "/nowhere/weed",
};

export interface TestContext extends Context {
    readonly logged: string[];
    readonly controller: AbortController;
}

export function testContext(): TestContext {
    const controller = new AbortController();
    const logged: string[] = [];
    return {
        controller,
        logged,
        signal: controller.signal,
        log: (text) => logged.push(text),
        tools: async () => tools,
    };
}

/** A directory that is removed after the test. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
    const path = await mkdtemp(join(tmpdir(), "tidegate-test-"));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Polls until `holds`, at most 5 s. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, seconds = 5): Promise<void> {
    const begun = Date.now();
    while (!(await holds())) {
        if (Date.now() - begun > seconds * 1000) throw new Error(`after ${seconds} s still not: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
