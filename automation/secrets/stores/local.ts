/** Secrets of this machine: a variable of its environment, a file. */
import { open } from "node:fs/promises";
import { SecretStoreError, type RefOf, type SecretStore } from "../store";

/** Bytes; what is longer is no password that somebody has put down. */
const longest = 2 ** 20;

export class VariableSecrets implements SecretStore<"env"> {
    constructor(private readonly variables: Readonly<NodeJS.ProcessEnv>) {}

    async read({ variable }: RefOf<"env">): Promise<string> {
        const value = this.variables[variable];
        if (value === undefined) throw new SecretStoreError("missing", `the variable ${variable} is not set`);
        return value;
    }
}

export class FileSecrets implements SecretStore<"file"> {
    /** Without the one line break at its end, which editors and `echo` put there. */
    async read({ path }: RefOf<"file">): Promise<string> {
        try {
            const handle = await open(path, "r");
            try {
                const stat = await handle.stat();
                if (!stat.isFile()) throw new SecretStoreError("refused", `${path} is no file`);
                if (stat.size > longest) throw new SecretStoreError("refused", `${path} is longer than 1 MiB`);
                return (await handle.readFile("utf8")).replace(/\r?\n$/, "");
            } finally {
                await handle.close();
            }
        } catch (error) {
            if (error instanceof SecretStoreError) throw error;
            const { code = "unknown" } = error as NodeJS.ErrnoException;
            const failure =
                code === "ENOENT" ? "missing" : code === "EACCES" || code === "EPERM" ? "denied" : "refused";
            throw new SecretStoreError(failure, `${path} cannot be read (${code})`, { cause: error });
        }
    }
}
