/** What the provider makes in a Lakekeeper, as a server answers its handlers. */
import { locationOf, warehouseStorage } from "../../../clients/lakekeeperStorage";
import type { Row } from "../../row";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import { setting } from "../latencies";
import { at, type Values } from "../../../../components/provider/values";

const bootstrap = "tidegate:lakekeeper:Bootstrap";
const warehouse = "tidegate:lakekeeper:Warehouse";
/** Of what it keeps in its database. */
export const lakekeeperTokens: readonly string[] = [bootstrap, warehouse];
const api = "https://docs.lakekeeper.io/docs/nightly/api/management/";

const urlOf = (inputs: Values): unknown => valuesAt(inputs, ["connection", "url"])[0];
const bootstrapped = (inputs: Values, cloud: SimulatedCloud): boolean =>
    cloud.all(bootstrap).some((one) => urlOf(one.inputs) === urlOf(inputs));

const uuid = ({ token }: { readonly token: string }): string =>
    `${token.slice(0, 8)}-${token.slice(8)}-4000-8000-${token}`;
const locationIn = (inputs: Values): string => {
    const parsed = warehouseStorage.safeParse(inputs["storage"]);
    return parsed.success ? locationOf(parsed.data) : "";
};

export const rows: readonly Row[] = [
    {
        token: bootstrap,
        source: "components/provider/resources/lakekeeperBootstrap.ts",
        replaceOn: [],
        required: ["connection", "acceptTermsOfUse"],
        unique: ["connection.url"],
        idempotent: true,
        id: uuid,
        computed: { serverId: uuid, version: () => "0.13.3", authzBackend: () => "allow-all" },
        refuses: [
            {
                what: "to be bootstrapped by who does not accept the terms of use",
                source: api,
                because: ({ acceptTermsOfUse }) =>
                    acceptTermsOfUse === true ? undefined : "TermsOfUseNotAccepted: You must accept the terms of use",
                refused: { acceptTermsOfUse: false },
            },
        ],
        latency: { ...setting, create: 5, source: "a call after the server has become known; no published figure" },
        permissions: ["a token that Lakekeeper takes; who comes first administers it"],
    },
    {
        token: warehouse,
        source: "components/provider/resources/lakekeeperWarehouse.ts",
        replaceOn: [
            ...["projectId", "storage.type", "storage.bucket", "storage.keyPrefix"],
            ...["storage.accountName", "storage.filesystem", "storage.host"],
        ],
        deleteBeforeReplace: true,
        required: ["connection", "name", "storage", "credential"],
        unique: ["connection.url", "projectId", "name"],
        idempotent: true,
        id: uuid,
        computed: {
            warehouseId: uuid,
            location: ({ inputs }) => locationIn(inputs),
            credentialType: ({ inputs }) => String(valuesAt(inputs, ["credential", "type"])[0]),
            active: () => true,
        },
        refuses: [
            {
                what: "a warehouse of a Lakekeeper that was not bootstrapped",
                source: api,
                because: (inputs, cloud) =>
                    bootstrapped(inputs, cloud) ? undefined : `CatalogNotBootstrapped: ${String(urlOf(inputs))}`,
                refused: { connection: { url: "https://another.example" } },
            },
            {
                what: "two warehouses of one Lakekeeper of which one lies in the other",
                source: api,
                because: (inputs, cloud) => {
                    const place = `${locationIn(inputs)}/`;
                    const other = cloud
                        .all(warehouse)
                        .filter((one) => urlOf(one.inputs) === urlOf(inputs) && one.inputs["name"] !== inputs["name"])
                        .find((one) => {
                            const taken = `${locationIn(one.inputs)}/`;
                            return taken.startsWith(place) || place.startsWith(taken);
                        });
                    return other === undefined ? undefined : `StorageProfileOverlap: ${String(other.inputs["name"])}`;
                },
                refused: {
                    name: "another",
                    // The whole bucket of the example's.
                    connection: { url: { example: `${warehouse}#taken`, by: "connection.url" } },
                    storage: { type: "gcs", bucket: "example" },
                },
            },
            {
                what: "S3 that is not AWS's and has no address",
                source: "components/provider/resources/lakekeeperWarehouse.ts",
                because: ({ storage }) =>
                    at(storage, ["flavor"]) === "s3-compat" && at(storage, ["endpoint"]) === undefined
                        ? "storage.endpoint: a server that is not AWS's has to be named"
                        : undefined,
                refused: { storage: { type: "s3", flavor: "s3-compat", bucket: "example", region: "local" } },
            },
        ],
        keeps: ({ inputs }) =>
            inputs["protected"] === false ? undefined : `The warehouse '${String(inputs["name"])}' is protected`,
        latency: { create: 10, update: 10, delete: 1, source: "it tries the storage first; no published figure" },
        permissions: ["the project's administrator in Lakekeeper"],
    },
];

const url = "https://catalog.example";
const connection = { url: { example: bootstrap, by: "connection.url" }, auth: { mode: "none" } };
const gcs = (keyPrefix: string) => ({
    connection,
    storage: { type: "gcs", bucket: "example", keyPrefix },
    credential: { type: "gcp-system-identity" },
    protected: false,
});

export const examples: Readonly<Record<string, Values>> = {
    [bootstrap]: { connection: { url, auth: { mode: "none" } }, acceptTermsOfUse: true },
    [warehouse]: { name: "example", ...gcs("one"), projectId: "00000000-0000-0000-0000-000000000000" },
    [`${warehouse}#taken`]: { name: "taken", ...gcs("two") },
    [`${warehouse}#adls`]: {
        name: "azure",
        connection,
        storage: { type: "adls", accountName: "example", filesystem: "warehouse", host: "dfs.core.windows.net" },
        credential: { type: "azure-system-identity" },
        protected: false,
    },
};
