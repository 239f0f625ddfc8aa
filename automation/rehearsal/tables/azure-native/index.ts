/** What is known of Microsoft Azure, as @pulumi/azure-native makes it. */
import sdk from "@pulumi/azure-native/package.json";
import type { PackageTable } from "../../row";
import { subscriptionId, tenantId } from "./common";
import * as containerservice from "./containerservice";
import * as dbforpostgresql from "./dbforpostgresql";
import * as eventhub from "./eventhub";
import * as keyvault from "./keyvault";
import * as network from "./network";
import * as resources from "./resources";
import * as storage from "./storage";

const services = [resources, keyvault, storage, network, eventhub, dbforpostgresql, containerservice];

export const table: PackageTable = {
    version: sdk.version,
    rows: services.flatMap(({ rows }) => rows),
    invokes: {
        "azure-native:authorization:getClientConfig": (_args, settings) => ({
            clientId: "00000000-0000-4000-8000-00000000c11e",
            objectId: "00000000-0000-4000-8000-00000000b1ec",
            subscriptionId: subscriptionId(settings),
            tenantId: tenantId(settings),
        }),
        "azure-native:containerservice:listManagedClusterUserCredentials": (args, _settings, cloud) =>
            containerservice.userCredentials(args, cloud),
    },
    examples: Object.assign({}, ...services.map(({ examples }) => examples)) as PackageTable["examples"],
};
