/** The secrets that an environment names: which a layer needs, and what they are, as far as this machine uses them. */
import { layers, type BrokerContract, type Layer, type Platform } from "../../stacks/contracts";
import type { Environment } from "../../stacks/environment";
import { secretRefKind, secretRefsIn, type FoundRef } from "../../stacks/secretRef";
import type { Redactor } from "../core/redactor";
import type { Outputs } from "../engine/snapshot";
import { storesOf } from "../secrets";
import { SecretResolver } from "../secrets/resolver";
import { platformOf } from "./platform";

export interface NamedSecret extends FoundRef {
    /** What it has to hold, where it is a JSON object. */
    readonly members: readonly string[];
}

const userAndPassword = ["username", "password"] as const;

/** Of references that name the whole of a secret. */
const membersAt: Readonly<Record<string, readonly string[]>> = {
    "broker.secretRef": userAndPassword,
    "catalog.auth.secretRef": ["clientId", "clientSecret"],
};

/**
 * The secrets that have to be there before a layer is deployed. Those that are kept in the platform's own cluster have to
 * be there before the workloads are: when the layer that names them is deployed, there may be no cluster yet.
 */
export function secretsOf(environment: Environment, layer: Layer): NamedSecret[] {
    const late = environment.foundation !== undefined && environment.runtime !== undefined;
    const neededBy = ({ path, ref }: FoundRef): Layer | undefined =>
        late && secretRefKind(ref) === "k8s" ? "runtime" : layers.find((one) => one === path[0]);
    return layers
        .flatMap((one) => secretRefsIn(environment[one], [one]))
        .filter((found) => neededBy(found) === layer)
        .map((found) => ({ ...found, members: membersAt[found.path.join(".")] ?? [] }));
}

/** Looks references up as who runs this; `outputs` tells which cluster is the platform's. */
export function secretResolver(
    { aws, secrets }: Pick<Environment, "aws" | "secrets">,
    redactor: Redactor,
    outputs: () => ReadonlyMap<string, Outputs> = () => new Map(),
): SecretResolver {
    const stores = storesOf({
        variables: process.env,
        awsRegion: aws?.region,
        vaultServer: secrets.vault?.server,
        kubeconfig: () => {
            const found = outputs().get("foundation")?.["kubeconfig"];
            return Promise.resolve(typeof found === "string" ? found : undefined);
        },
    });
    return new SecretResolver({ stores, redactor });
}

/** As `withLogin`; where Flink is on a cluster, nothing on this machine signs in. */
export const signedIn = async <B extends Pick<BrokerContract, "credentials" | "secretRef">>(
    environment: Pick<Environment, "runtime" | "file">,
    broker: B,
    secrets: SecretResolver,
    signal?: AbortSignal,
): Promise<B> =>
    environment.runtime?.profile === "kubernetes" ? broker : withLogin(broker, secrets, environment.file, signal);

/**
 * The broker's contract with user and password, where they are kept elsewhere and this machine is who signs in.
 * @throws TidegateError of the resolver
 */
export async function withLogin<B extends Pick<BrokerContract, "credentials" | "secretRef">>(
    broker: B,
    secrets: SecretResolver,
    file: string,
    signal?: AbortSignal,
): Promise<B> {
    if (broker.credentials !== null || broker.secretRef === null) return broker;
    const where = `${file}: broker.secretRef`;
    const credentials = await secrets.members({ ref: broker.secretRef, where }, userAndPassword, signal);
    return { ...broker, credentials };
}

/** The contracts of a platform that runs, with which this machine can sign in at its broker. */
export async function signedInPlatform(
    environment: Environment,
    outputs: ReadonlyMap<string, Outputs>,
    secrets: SecretResolver,
    signal?: AbortSignal,
): Promise<Platform> {
    const platform = platformOf(environment, outputs);
    return { ...platform, broker: await signedIn(environment, platform.broker, secrets, signal) };
}

/**
 * What a Flink on this machine is told of a secret that is kept elsewhere: one that was changed there changes what is deployed.
 * Of one that cannot be had the preflight tells.
 */
export async function loginOf(
    { runtime, broker, file }: Pick<Environment, "runtime" | "broker" | "file">,
    secrets: SecretResolver,
): Promise<Readonly<Record<string, string>>> {
    if (runtime?.profile !== "embedded" || broker?.profile !== "external" || broker.secretRef === undefined) return {};
    const wanted = { ref: broker.secretRef, where: `${file}: broker.secretRef` };
    return { login: await secrets.resolve(wanted).catch(() => "not to be had") };
}
