/** The files that may have secrets in clear: those of the tables in docs/secrets.md, and no others. */

export interface Excepted {
    /** As docs/secrets.md names it. */
    readonly named: string;
    readonly mode: number;
    /** Of the folder that it is in. */
    readonly folderMode?: number;
    /** From the folder that holds all that an organisation writes. Undefined of what only the lakehouse writes: tests/embedded/surface.embedded.test.ts. */
    readonly path?: RegExp;
}

/** While a command of the graph runs. */
export const outputsOfStep: Excepted = {
    named: "`tidegate-step-*/outputs.json` in the folder for temporary files",
    mode: 0o600,
    folderMode: 0o700,
    path: /^tmp\/tidegate-step-\w+\/outputs\.json$/,
};

export const pulumiLogs: Excepted = {
    named: "Pulumi's own logs, `$PULUMI_HOME/logs`",
    mode: 0o644,
    folderMode: 0o700,
    path: /^pulumi\/logs\/[^/]+$/,
};

export const excepted: readonly Excepted[] = [
    { named: "`runtime/*/conf/jaas.conf` of the data directory", mode: 0o600 },
    { named: "`passphrase` of the data directory", mode: 0o600 },
    outputsOfStep,
    pulumiLogs,
];
