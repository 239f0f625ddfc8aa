/**
 * The toolchain: finds or fetches what the local environment runs on. A provider process loads this file too, so it
 * loads what fetches only when something is to be fetched.
 */
import type { Progress } from "../core/progress";
import type { EnsureOptions } from "./ensure";
import type { ToolReport, Tools } from "./tools";

export { locateTools, toolEnvironment } from "./locate";
export { cacheRoot } from "./bootstrap.mjs";
export type { PulumiOrigin, ToolReport, Tools } from "./tools";
export type { EnsureOptions } from "./ensure";

/** See ensure.ts. */
export async function ensureTools(progress: Progress, options?: EnsureOptions): Promise<Tools> {
    return (await import("./ensure.js")).ensureTools(progress, options);
}

/** See ensure.ts. */
export async function inspectTools(): Promise<ToolReport[]> {
    return (await import("./ensure.js")).inspectTools();
}
