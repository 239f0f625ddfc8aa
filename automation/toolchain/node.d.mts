/** Whether a version such as `v20.1.0` comes before `minimum`. */
export function isOlder(version: string, minimum: string): boolean;
export function ensureNode(say: (line: string) => void): Promise<string>;
export function modulesAreCurrent(folder?: string): boolean;
export function npmCommand(): [command: string, args: string[]];
export function ensureModules(say: (line: string) => void, folder?: string): Promise<void>;
