/**
 * The toolchain: finds or fetches what the local environment runs on. A provider process loads this file too, so it
 * loads what fetches only when something is to be fetched.
 */
import type { Progress } from "../core/progress";
import type { EnsureOptions } from "./ensure";
import type { EngineTools, ToolReport, Tools } from "./tools";

export { locateEngine, locateTools, toolEnvironment } from "./locate";
export { cacheRoot } from "./bootstrap.mjs";
export type { EngineTools, PulumiOrigin, ToolReport, Tools } from "./tools";
export type { EnsureOptions } from "./ensure";

/** See ensure.ts. */
export async function ensureTools(progress: Progress, options?: EnsureOptions): Promise<Tools> {
    return (await import("./ensure.js")).ensureTools(progress, options);
}

/** See ensure.ts. */
export async function ensureEngine(progress: Progress, signal: AbortSignal): Promise<EngineTools> {
    return (await import("./ensure.js")).ensureEngine(progress, signal);
}

/** See ensure.ts. */
export async function inspectTools(): Promise<ToolReport[]> {
    return (await import("./ensure.js")).inspectTools();
}
