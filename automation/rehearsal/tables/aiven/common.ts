/** What rows of Aiven have in common. */
import { createHash } from "node:crypto";
import type { SimulatedCloud, Thing } from "../../cloud";
import type { Reference } from "../../row";
import type { Values } from "../../../../components/provider/values";

export const serviceToken = "aiven:index/kafka:Kafka";

export const page = (resource: string): string =>
    `https://www.pulumi.com/registry/packages/aiven/api-docs/${resource}/`;

/** What everything in a service says of where it is, and what another of it makes. */
export const place = ["project", "serviceName"] as const;

/** The service takes with it what is in it. */
export const inService: readonly Reference[] = [
    { input: "serviceName", type: serviceToken, by: "serviceName", holds: false },
];

export const serviceOf = ({ project, serviceName }: Values, cloud: SimulatedCloud): Thing | undefined =>
    cloud
        .all(serviceToken)
        .find(({ inputs }) => inputs["project"] === project && inputs["serviceName"] === serviceName);

/** PROJECT/SERVICE[/NAME], as Aiven names things. */
export const idIn = ({ project, serviceName }: Values, ...names: unknown[]): string =>
    [project, serviceName, ...names].map(String).join("/");

/** Of the shape of a certificate; it certifies nothing. */
export const certificateAuthority = (project: string): string =>
    `-----BEGIN CERTIFICATE-----\n${createHash("sha512").update(`simulated ${project}`).digest("base64")}\n-----END CERTIFICATE-----\n`;
