/** Flink and dbt. A file for each profile. */
import { z } from "zod";
import { docker } from "./runtime/docker";
import { embedded } from "./runtime/embedded";
import { external } from "./runtime/external";
import { kubernetes } from "./runtime/kubernetes";
import { dbtRules } from "./dbt";

export const runtimeSettings = z.discriminatedUnion("profile", [embedded, docker, kubernetes, external]);

export const dbtSettings = z.strictObject(dbtRules).prefault({});

/** Who starts dbt, where nobody has said. */
export const dbtRuntimeOf = ({
    dbt,
    runtime,
}: {
    readonly dbt: z.infer<typeof dbtSettings>;
    readonly runtime?: z.infer<typeof runtimeSettings> | undefined;
}) => dbt.runtime ?? (runtime?.profile === "kubernetes" ? "kubernetes" : "local");
