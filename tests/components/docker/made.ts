/** What tests look at of containers. */
import assert from "node:assert/strict";
import type { Layer } from "../../../stacks/contracts";
import type { Made, Program } from "../mocks";
import { broker, catalog, observability, runtime, secret, storage, upstream } from "./platform";

export const containerType = "docker:index/container:Container";
export const volumeType = "docker:index/volume:Volume";

export interface Inputs {
    readonly name: string;
    readonly user?: string;
    readonly image?: string;
    readonly readOnly?: boolean;
    readonly start?: boolean;
    readonly restart?: string;
    readonly envs?: readonly string[];
    readonly command?: readonly string[];
    readonly entrypoints?: readonly string[];
    readonly capabilities?: object;
    readonly securityOpts?: readonly string[];
    readonly memory?: number;
    readonly memorySwap?: number;
    readonly wait?: boolean;
    readonly networkMode?: string;
    readonly networksAdvanced?: readonly { readonly name: string }[];
    readonly healthcheck?: { readonly tests: readonly string[] };
    readonly ports?: readonly { readonly ip: string; readonly internal: number; readonly external: number }[];
    readonly uploads?: readonly { readonly file: string; readonly content: string; readonly permissions: string }[];
    readonly volumes?: readonly {
        readonly volumeName: string;
        readonly containerPath: string;
        readonly readOnly?: boolean;
    }[];
    readonly labels?: readonly { readonly label: string; readonly value: string }[];
}

export const inputsOf = (made: Made): Inputs => made.inputs as unknown as Inputs;
export const containers = (program: Program): readonly Inputs[] => program.all(containerType).map(inputsOf);
/** Those that run on. */
export const services = (program: Program): readonly Inputs[] =>
    containers(program).filter(({ start, restart }) => start !== false && restart !== "no");
export const container = (program: Program, what: string): Inputs =>
    containers(program).find(({ name }) => name === `tidegate-docker-${what}`) ?? assert.fail(`there is no ${what}`);
/** A file of a container. */
export const file = (program: Program, what: string, name: string): string =>
    container(program, `${what}-carrier`).uploads?.find((one) => one.file === `/tidegate/${name}`)?.content ??
    assert.fail(`${what} has no file ${name}`);

export const layers: readonly [Layer, () => Promise<Program>][] = [
    ["storage", storage],
    ["broker", () => broker({ security: "sasl_ssl" })],
    ["catalog", catalog],
    [
        "runtime",
        () =>
            runtime({
                broker: upstream("broker", {
                    securityProtocol: "SASL_SSL",
                    saslMechanism: "SCRAM-SHA-512",
                    caPem: "CA",
                    credentials: { username: "tidegate", password: secret },
                }),
            }),
    ],
    ["observability", observability],
];
