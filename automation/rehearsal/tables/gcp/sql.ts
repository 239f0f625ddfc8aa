/** Cloud SQL, and the peering by which it is in a network. */
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { google, inProject, page, projectOf } from "./common";
import { networkToken } from "./compute";
import { cryptoKeyToken } from "./kms";

const instanceToken = "gcp:sql/databaseInstance:DatabaseInstance";
const databaseToken = "gcp:sql/database:Database";
const userToken = "gcp:sql/user:User";
const addressToken = "gcp:compute/globalAddress:GlobalAddress";
const connectionToken = "gcp:servicenetworking/connection:Connection";

const of = (inputs: Values, ...path: string[]): unknown => valuesAt(inputs, ["settings", ...path])[0];

/** Whether Cloud SQL's own account may use a key. */
const mayUse = (key: unknown, cloud: SimulatedCloud): boolean =>
    cloud
        .all("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
        .some(({ inputs }) => inputs["cryptoKeyId"] === key && String(inputs["member"]).includes("@gcp-sa-cloud-sql."));

const inInstance = { input: "instance", type: instanceToken, by: "name" };
const privateIp = google("sql/docs/postgres/configure-private-services-access");

export const rows: readonly Row[] = [
    {
        token: addressToken,
        source: page("compute", "globaladdress"),
        replaceOn: ["address", "addressType", "ipVersion", "name", "network", "prefixLength", "project", "purpose"],
        autoName: { input: "name" },
        unique: ["name"],
        references: [{ input: "network", type: networkToken }],
        id: (making) => `projects/${projectOf(making)}/global/addresses/${String(making.inputs["name"])}`,
        computed: { ...inProject, selfLink: ({ id }) => `https://www.googleapis.com/compute/v1/${id}` },
        refuses: [
            {
                what: "a range for peering without a length, or of one outside 8 to 29",
                source: privateIp,
                because: ({ purpose, prefixLength }) =>
                    purpose !== "VPC_PEERING" || (Number(prefixLength) >= 8 && Number(prefixLength) <= 29)
                        ? undefined
                        : `Error 400: Invalid value for field 'resource.prefixLength': '${String(prefixLength)}'`,
                refused: { prefixLength: 30 },
            },
        ],
        latency: setting,
        permissions: [
            "compute.globalAddresses.createInternal",
            "compute.globalAddresses.deleteInternal",
            "compute.globalAddresses.get",
        ],
    },
    {
        token: connectionToken,
        source: page("servicenetworking", "connection"),
        replaceOn: ["network", "service"],
        required: ["network", "reservedPeeringRanges", "service"],
        unique: ["network", "service"],
        references: [
            { input: "network", type: networkToken },
            { input: "reservedPeeringRanges", type: addressToken, by: "name", holds: false },
        ],
        id: ({ inputs }) => `${encodeURIComponent(String(inputs["network"]))}:${String(inputs["service"])}`,
        computed: { peering: () => "servicenetworking-googleapis-com" },
        refuses: [
            {
                what: "peering with services without a range for them",
                source: privateIp,
                because: ({ reservedPeeringRanges: ranges }) =>
                    Array.isArray(ranges) && ranges.length > 0
                        ? undefined
                        : "Error 400: at least one range has to be allocated",
                refused: { reservedPeeringRanges: [] },
            },
        ],
        latency: {
            create: 60,
            update: 60,
            delete: 60,
            source: "a long-running operation of the API; no published figure, counted as a minute",
        },
        permissions: ["compute.networks.addPeering", "servicenetworking.services.addPeering"],
    },
    {
        token: instanceToken,
        source: page("sql", "databaseinstance"),
        replaceOn: [
            ...["encryptionKeyName", "instanceType", "masterInstanceName", "name", "project", "region"],
            ...["settings.timeZone", "settings.ipConfiguration.allocatedIpRange"],
        ],
        required: ["databaseVersion"],
        autoName: { input: "name" },
        unique: ["name"],
        references: [
            { input: "settings.ipConfiguration.privateNetwork", type: networkToken },
            { input: "encryptionKeyName", type: cryptoKeyToken, holds: false },
        ],
        id: ({ inputs }) => String(inputs["name"]),
        computed: {
            ...inProject,
            connectionName: (making) =>
                `${projectOf(making)}:${String(making.inputs["region"])}:${String(making.inputs["name"])}`,
            privateIpAddress: ({ token }) =>
                `10.64.${parseInt(token.slice(0, 2), 16)}.${parseInt(token.slice(2, 4), 16)}`,
            selfLink: ({ id }) => `https://sqladmin.googleapis.com/sql/v1beta4/instances/${id}`,
        },
        refuses: [
            {
                what: "a key of one's own that Cloud SQL's account may not use",
                source: google("sql/docs/postgres/configure-cmek"),
                because: ({ encryptionKeyName: key }, cloud) =>
                    key === undefined || mayUse(key, cloud)
                        ? undefined
                        : "Error 400: The service account does not have permission to access the KMS key",
                refused: { encryptionKeyName: { example: cryptoKeyToken } },
            },
            {
                what: "a private address in a network that is not joined to Google's services",
                source: privateIp,
                because: (inputs, cloud) => {
                    const network = of(inputs, "ipConfiguration", "privateNetwork");
                    return network === undefined ||
                        cloud.all(connectionToken).some((one) => one.inputs["network"] === network)
                        ? undefined
                        : "Error 400: Failed to create subnetwork. Please create Service Networking connection with service 'servicenetworking.googleapis.com'";
                },
                refused: {
                    settings: {
                        tier: "db-custom-2-7680",
                        ipConfiguration: { ipv4Enabled: false, privateNetwork: { example: networkToken } },
                    },
                },
            },
            {
                what: "an instance that has no address at all",
                source: privateIp,
                because: (inputs) =>
                    of(inputs, "ipConfiguration", "ipv4Enabled") === false &&
                    of(inputs, "ipConfiguration", "privateNetwork") === undefined
                        ? "Error 400: Invalid request: At least one of Public IP or Private IP or PSC connectivity must be enabled"
                        : undefined,
                refused: { settings: { tier: "db-custom-2-7680", ipConfiguration: { ipv4Enabled: false } } },
            },
        ],
        keeps: ({ inputs, id }) =>
            inputs["deletionProtection"] === false
                ? undefined
                : `Error, failed to delete instance because deletion_protection is set to true. Set it to false to proceed with instance deletion: ${id}`,
        latency: {
            create: 600,
            update: 120,
            delete: 120,
            source: "about ten minutes in logs of https://github.com/hashicorp/terraform-provider-google/issues/2470 and others; no published figure",
        },
        permissions: [
            "cloudsql.instances.create",
            "cloudsql.instances.delete",
            "cloudsql.instances.get",
            "cloudsql.instances.update",
            "servicenetworking.services.get",
        ],
    },
    {
        token: databaseToken,
        source: page("sql", "database"),
        replaceOn: ["instance", "name", "project"],
        required: ["instance"],
        autoName: { input: "name" },
        unique: ["instance", "name"],
        references: [inInstance],
        id: (making) =>
            `projects/${projectOf(making)}/instances/${String(making.inputs["instance"])}/databases/${String(making.inputs["name"])}`,
        computed: { ...inProject, charset: () => "UTF8", collation: () => "en_US.UTF8" },
        latency: setting,
        permissions: ["cloudsql.databases.create", "cloudsql.databases.delete", "cloudsql.databases.get"],
    },
    {
        token: userToken,
        source: page("sql", "user"),
        replaceOn: ["host", "instance", "name", "project", "type"],
        required: ["instance"],
        autoName: { input: "name" },
        unique: ["instance", "name"],
        references: [inInstance],
        id: ({ inputs }) => `${String(inputs["name"])}//${String(inputs["instance"])}`,
        computed: { ...inProject },
        refuses: [
            {
                what: "a user of a database without a password",
                source: google("sql/docs/postgres/create-manage-users"),
                because: ({ password, type }) =>
                    password === undefined && type === undefined
                        ? "Error 400: Invalid request: Password is required"
                        : undefined,
                refused: { password: undefined },
            },
        ],
        latency: setting,
        permissions: ["cloudsql.users.create", "cloudsql.users.delete", "cloudsql.users.list", "cloudsql.users.update"],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [addressToken]: {
        name: "example",
        purpose: "VPC_PEERING",
        addressType: "INTERNAL",
        prefixLength: 20,
        network: { example: networkToken },
    },
    [connectionToken]: {
        network: { example: networkToken },
        service: "servicenetworking.googleapis.com",
        reservedPeeringRanges: [{ example: addressToken, by: "name" }],
    },
    [instanceToken]: {
        name: "example",
        region: "europe-west1",
        databaseVersion: "POSTGRES_17",
        deletionProtection: false,
        settings: { tier: "db-custom-2-7680", ipConfiguration: { ipv4Enabled: true } },
    },
    [`${instanceToken}#private`]: {
        name: "private",
        region: "europe-west1",
        databaseVersion: "POSTGRES_17",
        deletionProtection: false,
        settings: {
            tier: "db-custom-2-7680",
            ipConfiguration: { ipv4Enabled: false, privateNetwork: { example: networkToken } },
            // It wants the peering, which no input names.
            userLabels: { peering: { example: connectionToken, by: "peering" } },
        },
    },
    [databaseToken]: { name: "example", instance: { example: instanceToken, by: "name" } },
    [userToken]: { name: "example", instance: { example: instanceToken, by: "name" }, password: "of-an-example" },
};
