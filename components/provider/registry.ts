/** The provider's resource types. A further one is a file in resources/, a line here and a class in ../embedded
 * or, where it is about a server on a cluster too, beside the components of its layer. */
import type { AnyHandler } from "./handler";
import { bucketHandler } from "./resources/bucket";
import { certificateHandler } from "./resources/certificate";
import { credentialHandler } from "./resources/credential";
import { directoryHandler } from "./resources/directory";
import { flinkSqlJobHandler } from "./resources/flinkSqlJob";
import { kafkaTopicHandler } from "./resources/kafkaTopic";
import { lakekeeperBootstrapHandler } from "./resources/lakekeeperBootstrap";
import { lakekeeperWarehouseHandler } from "./resources/lakekeeperWarehouse";
import { processHandler } from "./resources/process";
import { tableBucketHandler } from "./resources/tableBucket";

/** By token. Each handler is called only with values that its own schemas have accepted. */
export const handlers: ReadonlyMap<string, AnyHandler> = new Map<string, AnyHandler>([
    ["tidegate:embedded:Process", processHandler as unknown as AnyHandler],
    ["tidegate:embedded:Directory", directoryHandler as unknown as AnyHandler],
    ["tidegate:embedded:Credential", credentialHandler as unknown as AnyHandler],
    ["tidegate:embedded:Certificate", certificateHandler as unknown as AnyHandler],
    ["tidegate:embedded:Bucket", bucketHandler as unknown as AnyHandler],
    ["tidegate:embedded:TableBucket", tableBucketHandler as unknown as AnyHandler],
    ["tidegate:embedded:KafkaTopic", kafkaTopicHandler as unknown as AnyHandler],
    ["tidegate:embedded:FlinkSqlJob", flinkSqlJobHandler as unknown as AnyHandler],
    ["tidegate:lakekeeper:Bootstrap", lakekeeperBootstrapHandler as unknown as AnyHandler],
    ["tidegate:lakekeeper:Warehouse", lakekeeperWarehouseHandler as unknown as AnyHandler],
]);
