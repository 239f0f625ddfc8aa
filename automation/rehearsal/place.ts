/**
 * Where a rehearsal is kept, and how everything that takes part in it knows of it: one variable of the environment, which
 * `tidegate rehearse` sets for itself and for all that it starts. The stacks' program, plain `pulumi` and the plugins see
 * the same simulated cloud and the same state, and never those of the real environment.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { faultPlanSchema } from "./faults";

/** Absolute folder of the rehearsal. */
export const rehearsalVariable = "TIDEGATE_REHEARSAL";

/** Whether this process takes part in one. */
export const rehearses = (variables: Readonly<NodeJS.ProcessEnv> = process.env): boolean =>
    (variables[rehearsalVariable] ?? "") !== "";

/**
 * Of what is real, within a rehearsal: nothing of that may be touched, and no proof of a rehearsal counts for it.
 * @throws TidegateError `rehearsal-of-another`
 */
export function refuseReal(environment: string, graph: string): void {
    if (!rehearses()) return;
    throw new TidegateError(
        `${rehearsalVariable} says that this shell takes part in a rehearsal, and '${environment}' of ${graph} is real. Nothing was touched.`,
        {
            code: "rehearsal-of-another",
            hint: `Unset ${rehearsalVariable} in this shell to work on a real environment.`,
            exitCode: exitCodes.usage,
        },
    );
}

const settingsSchema = z.strictObject({
    environment: z.string(),
    faults: faultPlanSchema.default({ faults: [] }),
    /** Of faults by chance; null: there are none. */
    chaos: z.number().int().nullable().default(null),
    /** Real seconds for each second of the cloud. */
    secondsPerSecond: z.number().min(0).max(1).default(0),
    /** Names and ids in the clouds that somebody else has made: of a cluster that is adopted. */
    elsewhere: z.array(z.string()).default([]),
    /** Kubeconfig of a real API server that objects of Kubernetes go through to; null: there is none. */
    apiServer: z.string().nullable().default(null),
});
export type RehearsalSettings = z.infer<typeof settingsSchema>;

const markFile = "rehearsal.json";

/** The folder that says that it is a rehearsal's, whatever else is in it. */
export const isRehearsal = (directory: string): boolean => existsSync(join(directory, markFile));

/** The rehearsal that a folder is, or lies in at any depth; undefined where it does in none. It need not exist yet. */
export function rehearsalAround(directory: string): string | undefined {
    let folder = directory;
    while (!existsSync(folder)) folder = dirname(folder);
    folder = realpathSync(folder);
    for (; !isRehearsal(folder); folder = dirname(folder)) if (folder === dirname(folder)) return undefined;
    return folder;
}

export const cloudOf = (directory: string): string => join(directory, "cloud");

/** @throws TidegateError `rehearsal-missing` */
export function readRehearsal(directory: string): RehearsalSettings {
    const file = join(directory, markFile);
    try {
        return settingsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
        throw new TidegateError(`${directory} is no rehearsal: ${file} cannot be read.`, {
            code: "rehearsal-missing",
            hint: `\`npx tidegate rehearse\` makes one; ${rehearsalVariable} is for it alone.`,
            cause: error,
            exitCode: exitCodes.usage,
        });
    }
}

export function writeRehearsal(directory: string, settings: z.input<typeof settingsSchema>): void {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // A plugin may read it at any time.
    const draft = join(directory, `${markFile}.${process.pid}`);
    writeFileSync(draft, `${JSON.stringify(settingsSchema.parse(settings), null, 4)}\n`);
    renameSync(draft, join(directory, markFile));
}

/**
 * What providers of the clouds, and clients of what runs in them, read of an environment: credentials, and what chooses an
 * account or an endpoint. A rehearsal has none of it, so that nothing that is real could be reached even by mistake.
 */
const credentials = new RegExp(
    `^(${[
        "AWS_|AMAZON_|ECS_CONTAINER_METADATA_|BOTO_",
        "ARM_|AZURE_|AZCOPY_|MSI_|IDENTITY_",
        "GOOGLE_|GCLOUD_|CLOUDSDK_|GCP_|GCE_|GOOGLEAPIS_",
        "CONFLUENT_|KAFKA_|SCHEMA_REGISTRY_|AIVEN_",
        "KUBECONFIG$|KUBE_|KUBERNETES_|K8S_|HELM_",
        "DOCKER_|VAULT_|DBT_CLOUD_|DBT_ENV_SECRET_",
        // What CI trades for credentials.
        "ACTIONS_ID_TOKEN_REQUEST_|SYSTEM_ACCESSTOKEN$|CI_JOB_JWT|SYSTEM_OIDC",
        "PULUMI_ACCESS_TOKEN$|PULUMI_API$|PULUMI_BACKEND_URL$|PULUMI_CONFIG|PULUMI_CREDENTIALS_PATH$|PULUMI_STACK$|PULUMI_HOME$",
    ].join("|")})`,
);

/** Takes them out; answers with their names. */
export function stripCredentials(variables: NodeJS.ProcessEnv): string[] {
    const found = Object.keys(variables).filter((name) => credentials.test(name));
    for (const name of found) delete variables[name];
    return found;
}
