// Compiled from policy/production/main.ts by `npm run policies`: change that.
"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// policy/analyzer/server.ts
var grpc = __toESM(require("@grpc/grpc-js"));
var import_analyzer_grpc_pb = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
var analyzer = __toESM(require("@pulumi/pulumi/proto/analyzer_pb.js"));
var plugin = __toESM(require("@pulumi/pulumi/proto/plugin_pb.js"));

// components/provider/values.ts
var signatureKey = "4dabf18193072939515e22adb298388d";
var secretSignature = "1b47061264138c4ac30d75fd1eb44270";
var unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
var unknownValues = /* @__PURE__ */ new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  // array
  "030794c1-ac77-496b-92df-f27374a8bd58",
  // asset
  "e48ece36-62e2-4504-bad9-02848725956a",
  // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"
  // object
]);
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function unwrap(values) {
  const secrets = [];
  const unknowns = [];
  const visit = (value, path) => {
    if (typeof value === "string" && unknownValues.has(value)) {
      unknowns.push(path);
      return unknownValue;
    }
    if (Array.isArray(value)) return value.map((element2, index) => visit(element2, [...path, index]));
    if (!isRecord(value)) return value;
    if (value[signatureKey] === secretSignature) {
      secrets.push(path);
      return visit(value["value"], path);
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member, [...path, key])]));
  };
  return { values: visit(values, []), secrets, unknowns };
}
function at(values, path) {
  return path.reduce(
    (value, key) => typeof value === "object" && value !== null ? value[key] : void 0,
    values
  );
}
function related(one, other) {
  return one.slice(0, other.length).every((key, index) => String(key) === String(other[index]));
}
function pathText(path) {
  return path.map(
    (key, index) => typeof key === "number" ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `${index === 0 ? "" : "."}${key}` : `[${JSON.stringify(key)}]`
  ).join("");
}

// policy/analyzer/server.ts
var maxMessage = 400 * 1024 * 1024;
var levels = {
  advisory: analyzer.EnforcementLevel.ADVISORY,
  mandatory: analyzer.EnforcementLevel.MANDATORY,
  disabled: analyzer.EnforcementLevel.DISABLED
};
function levelOf(level) {
  if (level === analyzer.EnforcementLevel.ADVISORY) return "advisory";
  return level === analyzer.EnforcementLevel.DISABLED ? "disabled" : "mandatory";
}
var valuesOf = (struct) => struct?.toJavaScript() ?? {};
var entriesOf = (map) => [...map?.entries() ?? []];
function resourceOf(request) {
  const whole = request instanceof analyzer.AnalyzerResource ? request : void 0;
  const dependencies = entriesOf(whole?.getPropertydependenciesMap()).map(
    ([property, from]) => [property, from.getUrnsList()]
  );
  return {
    type: request.getType(),
    name: request.getName(),
    urn: request.getUrn(),
    ...unwrap(valuesOf(request.getProperties())),
    protect: request.getOptions()?.getProtect() ?? false,
    parent: whole?.getParent() || (request.getOptions()?.getParent() ?? ""),
    dependencies: Object.fromEntries(dependencies)
  };
}
var handled = (handler) => async (call, reply) => {
  try {
    reply(null, await handler(call.request));
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    reply({ code: grpc.status.UNKNOWN, details });
  }
};
var Analyzer = class {
  constructor(pack) {
    this.pack = pack;
  }
  pack;
  context = {
    project: "",
    stack: "",
    directory: void 0,
    configuration: /* @__PURE__ */ new Map(),
    secretKeys: /* @__PURE__ */ new Set()
  };
  settings = /* @__PURE__ */ new Map();
  shake(directory) {
    if (directory) this.context = { ...this.context, directory };
  }
  configureStack(stack) {
    this.context = { ...this.context, ...stack };
  }
  configure(settings) {
    this.settings = settings;
  }
  async analyze(resource) {
    return this.run((policy, settings) => policy.resource?.(resource, this.context, settings) ?? []);
  }
  async analyzeStack(resources) {
    return this.run((policy, settings) => policy.stack?.(resources, this.context, settings) ?? []);
  }
  async run(look) {
    const found2 = [];
    for (const policy of this.pack.policies) {
      const { level, settings } = this.settings.get(policy.name) ?? {
        level: policy.level ?? "mandatory",
        settings: {}
      };
      if (level === "disabled") continue;
      for (const violation of await look(policy, settings)) found2.push({ policy, level, violation });
    }
    return found2;
  }
};
function answer(pack, found2) {
  const diagnostics = found2.map(
    ({ policy, level, violation }) => new analyzer.AnalyzeDiagnostic().setPolicyname(policy.name).setPolicypackname(pack.name).setPolicypackversion(pack.version).setDescription(policy.description).setMessage(violation.message).setEnforcementlevel(levels[level]).setUrn(violation.urn ?? "")
  );
  return new analyzer.AnalyzeResponse().setDiagnosticsList(diagnostics);
}
function describe(pack) {
  const policies = pack.policies.map(
    (policy) => new analyzer.PolicyInfo().setName(policy.name).setDescription(policy.description).setEnforcementlevel(levels[policy.level ?? "mandatory"]).setPolicyType(
      policy.resource !== void 0 ? analyzer.PolicyType.POLICY_TYPE_RESOURCE : analyzer.PolicyType.POLICY_TYPE_STACK
    )
  );
  return new analyzer.AnalyzerInfo().setName(pack.name).setVersion(pack.version).setDescription(pack.description).setSupportsconfig(true).setPoliciesList(policies);
}
var empty = () => new import_analyzer_grpc_pb.AnalyzerService.configure.responseType();
function implementation(pack) {
  const analyser = new Analyzer(pack);
  return {
    handshake: handled((request) => {
      analyser.shake(request.getProgramDirectory() || request.getRootDirectory());
      return new analyzer.AnalyzerHandshakeResponse();
    }),
    configureStack: handled((request) => {
      analyser.configureStack({
        project: request.getProject(),
        stack: request.getStack(),
        configuration: new Map(request.getConfigMap().toArray()),
        secretKeys: new Set(request.getConfigSecretKeysList())
      });
      return new analyzer.AnalyzerStackConfigureResponse();
    }),
    configure: handled((request) => {
      analyser.configure(
        new Map(
          entriesOf(request.getPolicyconfigMap()).map(([name, config]) => {
            const level = levelOf(config.getEnforcementlevel());
            return [name, { level, settings: valuesOf(config.getProperties()) }];
          })
        )
      );
      return empty();
    }),
    analyze: handled(
      async (request) => answer(pack, await analyser.analyze(resourceOf(request)))
    ),
    analyzeStack: handled(
      async (request) => answer(pack, await analyser.analyzeStack(request.getResourcesList().map(resourceOf)))
    ),
    remediate: handled(() => new analyzer.RemediateResponse()),
    getAnalyzerInfo: handled(() => describe(pack)),
    getPluginInfo: handled(() => new plugin.PluginInfo().setVersion(pack.version)),
    cancel: handled(empty)
  };
}
function serve(pack) {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessage });
  server.addService(import_analyzer_grpc_pb.AnalyzerService, implementation(pack));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}
`);
  });
}

// policy/analyzer/look.ts
var partsOf = (path) => path.split(".").flatMap((part) => part.endsWith("[*]") ? [part.slice(0, -3), "*"] : [part]);
function placesAt({ values, unknowns }, path) {
  let found2 = [[]];
  for (const part of partsOf(path))
    found2 = found2.flatMap((above2) => {
      if (part !== "*") return [[...above2, part]];
      const inside = at(values, above2);
      if (typeof inside !== "object" || inside === null) return [];
      const keys = Array.isArray(inside) ? inside.map((_, index) => index) : Object.keys(inside);
      return keys.map((key) => [...above2, key]);
    });
  return found2.filter((one) => !unknowns.some((unknown) => unknown.length <= one.length && related(unknown, one))).map((one) => ({ path: one, value: at(values, one) ?? void 0 }));
}
var valueAt = (resource, path) => placesAt(resource, path)[0]?.value;
var isGiven = ({ values }, path) => (at(values, path.split(".")) ?? void 0) !== void 0;
var typeOf = ({ type }) => type.replace(/^(azure-native:[a-z]+)\/v\d\w*:/, "$1:");
var demand = (type, path, is, fix2, unless) => ({
  type,
  at: path,
  is,
  fix: fix2,
  ...unless === void 0 ? {} : { unless }
});
function* unmet(demands8, resource) {
  const type = typeOf(resource);
  for (const one of demands8) {
    if (one.type !== type || one.unless?.(resource) === true) continue;
    for (const { path, value } of placesAt(resource, one.at))
      if (!one.is(value)) yield { message: `${pathText(path)}: ${one.fix}.`, urn: resource.urn };
  }
}
var table = (name, description, demands8) => ({
  name,
  description,
  resource: (resource) => unmet(demands8, resource)
});
var isTrue = (value) => value === true || value === "true";
var isNotTrue = (value) => !isTrue(value);
var isThere = (value) => value !== void 0 && value !== "";
var oneOf = (...allowed) => (value) => allowed.includes(value);
var atLeast = (least) => (value) => Number(value) >= least;
var textOf = (value) => typeof value === "string" ? value : "";
var listOf = (value) => Array.isArray(value) ? value : value === void 0 ? [] : [value];
function companions(resources, type, property, of) {
  const names = [of.values["id"], of.values["bucket"], of.values["name"], of.values["arn"]].filter(
    (name) => typeof name === "string" && name !== ""
  );
  return resources.filter(
    (one) => typeOf(one) === type && ((one.dependencies[property] ?? []).includes(of.urn) || placesAt(one, property).some(({ value }) => names.includes(value)))
  );
}

// policy/production/policies/catalog.ts
var onlyFor = /^local(-|$)/;
var inSql = /'catalog-type'\s*=\s*'hadoop'|HadoopCatalog\b/i;
var fix = "take a REST catalog: several writers lose each other's commits in files";
function* found(resource) {
  const { urn } = resource;
  const type = typeOf(resource);
  if (type === "tidegate:catalog:Hadoop") yield { message: `${fix}.`, urn };
  if (type === "kubernetes:core/v1:ConfigMap") {
    for (const { path, value } of placesAt(resource, "data[*]"))
      if (inSql.test(textOf(value))) yield { message: `data["${String(path[1])}"]: ${fix}.`, urn };
  }
  if (type === "tidegate:embedded:FlinkSqlJob") {
    for (const { path, value } of placesAt(resource, "statements[*]"))
      if (inSql.test(textOf(value))) yield { message: `${path.join(".")}: ${fix}.`, urn };
  }
}
var catalog = {
  name: "no-hadoop-catalog",
  description: "No catalog is of the type hadoop but in the environment local.",
  *resource(resource, { stack }) {
    if (!onlyFor.test(stack)) yield* found(resource);
  }
};

// automation/rollout/stateful.ts
var under = (prefix, ...names) => names.map((name) => `${prefix}${name}`);
var knownStateful = [
  ...under("aws:s3/", "bucket:Bucket", "bucketV2:BucketV2", "directoryBucket:DirectoryBucket"),
  ...under("aws:s3tables/", "tableBucket:TableBucket", "namespace:Namespace", "table:Table"),
  ...under("aws:dynamodb/", "table:Table", "globalTable:GlobalTable"),
  ...under("aws:rds/", "instance:Instance", "cluster:Cluster", "clusterInstance:ClusterInstance"),
  ...under("aws:rds/", "globalCluster:GlobalCluster", "snapshot:Snapshot", "clusterSnapshot:ClusterSnapshot"),
  ...under("aws:", "docdb/cluster:Cluster", "neptune/cluster:Cluster", "keyspaces/table:Table", "qldb/ledger:Ledger"),
  ...under("aws:", "redshift/cluster:Cluster", "redshiftserverless/namespace:Namespace"),
  ...under("aws:elasticache/", "cluster:Cluster", "replicationGroup:ReplicationGroup"),
  ...under("aws:", "memorydb/cluster:Cluster", "opensearch/domain:Domain", "elasticsearch/domain:Domain"),
  ...under("aws:msk/", "cluster:Cluster", "serverlessCluster:ServerlessCluster", "topic:Topic"),
  ...under("aws:", "kinesis/stream:Stream", "sqs/queue:Queue", "mq/broker:Broker"),
  ...under("aws:", "efs/fileSystem:FileSystem", "ebs/volume:Volume", "ebs/snapshot:Snapshot"),
  ...under("aws:fsx/", "*FileSystem", "*Volume"),
  ...under("aws:", "kms/key:Key", "kms/replicaKey:ReplicaKey", "secretsmanager/secret:Secret"),
  ...under("aws:", "ecr/repository:Repository", "backup/vault:Vault", "timestreamwrite/table:Table"),
  ...under("aws:", "glue/catalogDatabase:CatalogDatabase", "glue/catalogTable:CatalogTable"),
  "aws:cognito/userPool:UserPool",
  ...under("gcp:", "storage/bucket:Bucket", "filestore/instance:Instance"),
  ...under("gcp:", "sql/databaseInstance:DatabaseInstance", "sql/database:Database"),
  ...under("gcp:", "bigquery/dataset:Dataset", "bigquery/table:Table", "firestore/database:Database"),
  ...under("gcp:", "spanner/instance:Instance", "spanner/database:Database"),
  ...under("gcp:", "bigtable/instance:Instance", "bigtable/table:Table"),
  ...under("gcp:", "alloydb/cluster:Cluster", "alloydb/instance:Instance"),
  ...under("gcp:", "managedkafka/cluster:Cluster", "managedkafka/topic:Topic"),
  ...under("gcp:pubsub/", "topic:Topic", "subscription:Subscription", "liteTopic:LiteTopic"),
  ...under("gcp:", "redis/instance:Instance", "memorystore/instance:Instance"),
  ...under("gcp:compute/", "disk:Disk", "regionDisk:RegionDisk", "snapshot:Snapshot"),
  ...under("gcp:kms/", "keyRing:KeyRing", "cryptoKey:CryptoKey", "cryptoKeyVersion:CryptoKeyVersion"),
  ...under("gcp:secretmanager/", "secret:Secret", "secretVersion:SecretVersion"),
  ...under("gcp:biglake/", "catalog:Catalog", "icebergCatalog:IcebergCatalog", "database:Database", "table:Table"),
  "gcp:artifactregistry/repository:Repository",
  // Those of Azure come with a version in between as well: azure-native:storage/v20240101:BlobContainer.
  ...under("azure-native:storage*:", "StorageAccount", "BlobContainer", "FileShare", "Queue", "Table"),
  ...under("azure-native:sql*:", "Server", "Database", "ManagedInstance", "ManagedDatabase"),
  ...under("azure-native:dbfor*:", "Server", "Database"),
  ...under("azure-native:cosmosdb*:", "DatabaseAccount", "*Database", "*Container", "*Collection", "*Graph"),
  ...under("azure-native:cosmosdb*:", "*Keyspace", "*Table"),
  ...under("azure-native:eventhub*:", "Namespace", "EventHub"),
  ...under("azure-native:servicebus*:", "Namespace", "Queue", "Topic", "Subscription"),
  ...under("azure-native:keyvault*:", "Vault", "Key", "Secret"),
  ...under("azure-native:compute*:", "Disk", "Snapshot"),
  ...under("azure-native:", "redis*:Redis", "kusto*:Cluster", "kusto*:*Database", "containerregistry*:Registry"),
  ...under("azure-native:netapp*:", "CapacityPool", "CapacityPoolVolume"),
  ...under("azure-native:", "synapse*:Workspace", "recoveryservices*:Vault"),
  ...under("kubernetes:core/v1:", "PersistentVolumeClaim", "PersistentVolume"),
  // With them goes everything that is in them, or of them.
  ...under("kubernetes:", "core/v1:Namespace", "apiextensions.k8s.io/v1:CustomResourceDefinition"),
  ...under("kubernetes:", "kafka.strimzi.io/*:Kafka", "kafka.strimzi.io/*:KafkaTopic"),
  ...under("kubernetes:", "kafka.strimzi.io/*:KafkaNodePool", "postgresql.cnpg.io/*:Cluster"),
  ...under("kubernetes:", "flink.apache.org/*:FlinkDeployment"),
  "docker:index/volume:Volume",
  ...under("confluentcloud:index/", "environment:Environment", "kafkaCluster:KafkaCluster", "kafkaTopic:KafkaTopic"),
  ...under("aiven:index/", "kafka:Kafka", "kafkaTopic:KafkaTopic", "pg:Pg", "clickhouse:Clickhouse"),
  // A process keeps what it writes in a folder of its own, which goes with it.
  ...under("tidegate:embedded:", "Process", "Directory", "Bucket", "TableBucket", "KafkaTopic", "FlinkSqlJob"),
  ...under("tidegate:lakekeeper:", "Warehouse")
];
function isStateful(type, own = []) {
  const out = own.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  if (out.some((pattern) => matches(pattern, type))) return false;
  return [...own.filter((pattern) => !pattern.startsWith("!")), ...knownStateful].some(
    (pattern) => matches(pattern, type)
  );
}
function matches(pattern, type) {
  if (!pattern.includes("*")) return pattern === type;
  const text2 = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join(".*");
  return new RegExp(`^${text2}$`).test(type);
}

// policy/production/policies/deletion.ts
var demands = [
  demand(
    "aws:s3/bucket:Bucket",
    "forceDestroy",
    isNotTrue,
    "leave it out: it deletes a bucket with all that is in it"
  ),
  demand(
    "gcp:storage/bucket:Bucket",
    "forceDestroy",
    isNotTrue,
    "leave it out: it deletes a bucket with all that is in it"
  ),
  demand("aws:eks/cluster:Cluster", "deletionProtection", isTrue, "set it to true"),
  demand("aws:rds/instance:Instance", "deletionProtection", isTrue, "set it to true"),
  demand("aws:rds/cluster:Cluster", "deletionProtection", isTrue, "set it to true"),
  demand(
    "gcp:container/cluster:Cluster",
    "deletionProtection",
    (flag) => flag === void 0 || isTrue(flag),
    "set it to true"
  ),
  demand("gcp:managedkafka/cluster:Cluster", "deletionPolicy", oneOf("PREVENT"), "set it to PREVENT"),
  demand("aiven:index/kafka:Kafka", "terminationProtection", isTrue, "set it to true"),
  demand("confluentcloud:index/kafkaCluster:KafkaCluster", "deletionProtection", isTrue, "set it to true")
];
var hourMs = 36e5;
function isPassing(resource) {
  if (typeOf(resource) === "kubernetes:flink.apache.org/v1beta1:FlinkDeployment") return isBatch(resource);
  if (/:(KafkaTopic|Topic|EventHub)$/.test(typeOf(resource))) return retentionMs(resource) <= hourMs;
  if (typeOf(resource) === "docker:index/volume:Volume")
    return listOf(valueAt(resource, "labels")).some(
      (one) => at(one, ["label"]) === "tidegate.holds" && at(one, ["value"]) === "scratch"
    );
  if (typeOf(resource) === "kubernetes:core/v1:Namespace") return !isOfPlatform(resource);
  return typeOf(resource) === "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
}
function isBatch(resource) {
  const { ["pulumi.com/waitFor"]: awaited } = valueAt(resource, "metadata.annotations") ?? {};
  return typeof awaited === "string" && awaited.endsWith("=FINISHED");
}
function isOfPlatform(resource) {
  const labels = valueAt(resource, "metadata.labels") ?? {};
  const name = valueAt(resource, "metadata.name");
  return typeof name === "string" && name.startsWith(`${String(labels["environment"])}-`);
}
function retentionMs(topic) {
  const configs = valueAt(topic, "configs") ?? valueAt(topic, "config");
  const settings = (typeof configs === "string" ? parsed(configs) : configs) ?? {};
  const { "retention.ms": ms, retentionMs: camel } = settings;
  const hours = valueAt(topic, "retentionDescription.retentionTimeInHours");
  const given = Number(ms ?? camel ?? (hours === void 0 ? Infinity : Number(hours) * hourMs));
  return given < 0 ? Infinity : given;
}
function parsed(text2) {
  try {
    return JSON.parse(text2);
  } catch {
    return void 0;
  }
}
var deletion = {
  name: "deletion-protection",
  description: "What holds data, or the key to data, is protected from deletion.",
  *resource(resource) {
    yield* unmet(demands, resource);
    if (!resource.protect && isStateful(resource.type) && !isPassing(resource))
      yield { message: "give it the option `protect: true`: with it goes what it holds.", urn: resource.urn };
  }
};

// policy/production/policies/flink.ts
var wanted = [
  {
    names: ["high-availability.type", "high-availability"],
    ok: (value) => /^(kubernetes|zookeeper|org\..*)$/i.test(value),
    fix: "set it to kubernetes"
  },
  { names: ["high-availability.storageDir"], ok: isDurable, fix: "name a folder in a bucket" },
  { names: ["execution.checkpointing.interval"], ok: (value) => /[1-9]/.test(value), fix: "let it make checkpoints" },
  {
    names: ["execution.checkpointing.dir", "state.checkpoints.dir"],
    ok: isDurable,
    fix: "name a folder in a bucket"
  },
  {
    names: ["execution.checkpointing.savepoint-dir", "state.savepoints.dir"],
    ok: isDurable,
    fix: "name a folder in a bucket"
  }
];
function isDurable(value) {
  return /^[a-z0-9+.-]+:\/\//i.test(value) && !/^file:/i.test(value);
}
var settingOf = (settings, name) => {
  const flat = at(settings, [name]);
  return flat ?? at(settings, name.split("."));
};
var flink = {
  name: "flink-fault-tolerance",
  description: "A streaming FlinkDeployment has high availability, checkpoints in a bucket, and keeps its state in an upgrade.",
  *resource(resource) {
    if (typeOf(resource) !== "kubernetes:flink.apache.org/v1beta1:FlinkDeployment" || isBatch(resource)) return;
    const { urn, unknowns } = resource;
    if (unknowns.some(
      (path) => path.length <= 2 && path[0] === "spec" && (path[1] ?? "flinkConfiguration") === "flinkConfiguration"
    ))
      return;
    const settings = valueAt(resource, "spec.flinkConfiguration");
    for (const { names, ok, fix: fix2 } of wanted) {
      if (unknowns.some((path) => path[1] === "flinkConfiguration" && names.includes(String(path[2])))) continue;
      const value = names.map((name) => settingOf(settings, name)).find((one) => one !== void 0);
      if (typeof value === "object" || !ok(String(value ?? "")))
        yield { message: `spec.flinkConfiguration["${names[0]}"]: ${fix2}.`, urn };
    }
    if (valueAt(resource, "spec.job") !== void 0 && (valueAt(resource, "spec.job.upgradeMode") ?? "stateless") === "stateless")
      yield {
        message: "spec.job.upgradeMode: set it to savepoint or last-state; stateless forgets all that it knew.",
        urn
      };
  }
};

// policy/production/policies/images.ts
var import_node_fs2 = require("node:fs");
var import_node_path2 = require("node:path");

// policy/analyzer/project.ts
var import_node_fs = require("node:fs");
var import_node_path = require("node:path");
var import_yaml = require("yaml");

// automation/core/stackFile.ts
var stackFileName = (stack) => `Pulumi.${shortStackName(stack)}.yaml`;
var shortStackName = (stack) => stack.slice(stack.lastIndexOf("/") + 1);

// policy/analyzer/project.ts
var isRecord2 = (value) => typeof value === "object" && value !== null;
var text = (value) => typeof value === "string" ? value : void 0;
function* above(directory) {
  for (let folder = directory; ; folder = (0, import_node_path.dirname)(folder)) {
    yield folder;
    if (folder === (0, import_node_path.dirname)(folder)) return;
  }
}
function projectFolder({ directory, project }, places2 = [
  process.env["TIDEGATE_PROJECT_DIRECTORY"],
  process.env["PWD"],
  process.cwd()
]) {
  for (const place of [directory, ...places2]) {
    if (place === void 0 || place === "") continue;
    for (const folder of above(place)) {
      const file = (0, import_node_path.join)(folder, "Pulumi.yaml");
      if (!(0, import_node_fs.existsSync)(file)) continue;
      const described = read(file);
      if (described?.["name"] !== project) continue;
      const main = (0, import_node_path.resolve)(folder, text(described["main"]) ?? ".");
      return {
        directory: folder,
        source: /\.\w+$/.test(main) ? (0, import_node_path.dirname)(main) : main,
        stacks: (0, import_node_path.resolve)(folder, text(described["stackConfigDir"]) ?? ".")
      };
    }
  }
  return void 0;
}
var projectUnseen = ({ project }) => `its files were not looked at, for no Pulumi.yaml of the project '${project}' is where pulumi was called or above; call it there, or name the folder by TIDEGATE_PROJECT_DIRECTORY.`;
function read(file) {
  try {
    const content = (0, import_yaml.parse)((0, import_node_fs.readFileSync)(file, "utf8"));
    return isRecord2(content) ? content : void 0;
  } catch {
    return void 0;
  }
}
function readStackFile({ stacks }, stack) {
  const path = (0, import_node_path.join)(stacks, stackFileName(stack));
  if (!(0, import_node_fs.existsSync)(path)) return void 0;
  const named = text(read(path)?.["secretsprovider"]);
  return { path, content: (0, import_node_fs.readFileSync)(path, "utf8"), secretsProvider: named ?? "passphrase" };
}

// components/runtime/rolePods.ts
var flinkRoles = ["jobManager", "taskManager"];
var mainContainer = "flink-main-container";
var mergesByName = "kubernetes.operator.pod-template.merge-arrays-by-name";
var reach = (values, ...path) => path.reduce(
  (inside, key) => isRecord(inside) ? inside[key] : inside === unknownValue ? unknownValue : void 0,
  values
);
var nameOf = (element2) => reach(element2, "name");
var isNamed = (element2) => nameOf(element2) !== void 0;
function element(base, over, byName2) {
  if (base === unknownValue || over === unknownValue) return unknownValue;
  return isRecord(base) ? merge(base, over, byName2) : base;
}
function mergeLists(base, over, byName2) {
  const all = [...base, ...over];
  if (byName2 !== false && all.some((one) => nameOf(one) === unknownValue)) return unknownValue;
  const named = all.every(isNamed);
  if (named && byName2 === void 0) return unknownValue;
  if (named && byName2 === true) {
    const merged = new Map(base.map((one) => [nameOf(one), one]));
    for (const one of over) merged.set(nameOf(one), merge(merged.get(nameOf(one)), one, byName2));
    return [...merged.values()];
  }
  return [
    ...base.map((one, index) => index < over.length ? element(one, over[index], byName2) : one),
    ...over.slice(base.length)
  ];
}
function merge(base, over, byName2) {
  if (over === void 0 || over === null) return base;
  if (base === void 0 || base === null) return over;
  if (base === unknownValue) return typeof over === "object" ? unknownValue : over;
  if (over === unknownValue) return unknownValue;
  if (Array.isArray(base) && Array.isArray(over)) return mergeLists(base, over, byName2);
  if (!isRecord(base)) return over;
  if (!isRecord(over)) return base;
  const keys = /* @__PURE__ */ new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key], byName2)]));
}
function withMain(spec) {
  if (spec === unknownValue) return unknownValue;
  const pod = isRecord(spec) ? spec : {};
  const given = pod["containers"];
  if (given === unknownValue) return pod;
  const containers = Array.isArray(given) ? given : [];
  return containers.some((one) => nameOf(one) === mainContainer || nameOf(one) === unknownValue) ? pod : { ...pod, containers: [...containers, { name: mainContainer }] };
}
function rolePods(deployment) {
  const setting = reach(deployment, "spec", "flinkConfiguration", mergesByName);
  const byName2 = setting === unknownValue ? void 0 : String(setting).toLowerCase() === "true";
  return flinkRoles.map((role2) => {
    const own = reach(deployment, "spec", role2, "podTemplate");
    const template2 = merge(reach(deployment, "spec", "podTemplate"), own, byName2);
    const metadata = reach(template2, "metadata");
    return { role: role2, metadata: isRecord(metadata) ? metadata : {}, spec: withMain(reach(template2, "spec")) };
  });
}

// policy/production/policies/podSpecs.ts
var template = "spec.template.spec";
var templates = {
  "kubernetes:core/v1:Pod": "spec",
  "kubernetes:core/v1:ReplicationController": template,
  "kubernetes:apps/v1:Deployment": template,
  "kubernetes:apps/v1:StatefulSet": template,
  "kubernetes:apps/v1:DaemonSet": template,
  "kubernetes:apps/v1:ReplicaSet": template,
  "kubernetes:batch/v1:Job": template,
  "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template.spec"
};
var isRecord3 = (value) => typeof value === "object" && value !== null;
function known(spec, look) {
  if (!isRecord3(spec)) return [];
  const { unknowns } = unwrap(spec);
  const containers = ["containers", "initContainers"].flatMap((kind) => {
    const list = spec[kind];
    return (Array.isArray(list) ? list : []).flatMap(
      (container, index) => isRecord3(container) ? [{ path: [kind, index], container }] : []
    );
  });
  return [...look({ spec, containers })].filter(
    ([path, , decidedBy = path]) => !unknowns.some((unknown) => related(unknown, path) || related(unknown, decidedBy))
  );
}
function byName(spec, path) {
  const [kind, index, ...rest] = path;
  if (kind === void 0 || typeof index !== "number") return path;
  const name = at(spec, [kind, index, "name"]);
  return typeof name === "string" ? [kind, name, ...rest] : path;
}
function* inFlinkPods({ values }, look) {
  const found2 = /* @__PURE__ */ new Map();
  for (const { role: role2, spec } of rolePods(values))
    for (const [inside, what] of known(spec, look)) {
      const path = byName(spec, inside);
      const key = `${pathText(path)} ${what}`;
      const one = found2.get(key) ?? { path, what, roles: /* @__PURE__ */ new Set() };
      found2.set(key, one);
      one.roles.add(role2);
    }
  for (const { path, what, roles } of found2.values()) {
    const above2 = roles.size === flinkRoles.length ? [] : [...roles];
    yield { path: ["spec", ...above2, "podTemplate", "spec", ...path], what };
  }
}
function* inPods(resource, look) {
  const type = typeOf(resource);
  if (type === "kubernetes:flink.apache.org/v1beta1:FlinkDeployment") return yield* inFlinkPods(resource, look);
  const where = templates[type]?.split(".");
  if (where === void 0) return;
  for (const [path, what] of known(at(resource.values, where), look)) yield { path: [...where, ...path], what };
}

// policy/production/policies/images.ts
var pinned = /@sha256:[0-9a-f]{64}$/;
var imageId = /^sha256:[0-9a-f]{64}$/;
var ofContainers = ({ containers }) => containers.flatMap(
  ({ path, container: { image } }) => typeof image === "string" ? [[[...path, "image"], image]] : []
);
function* imagesOf(resource) {
  const type = typeOf(resource);
  for (const { path, what } of inPods(resource, ofContainers)) yield { path, image: what };
  const found2 = [
    ...type === "kubernetes:flink.apache.org/v1beta1:FlinkDeployment" ? placesAt(resource, "spec.image") : [],
    ...type === "docker:index/container:Container" ? placesAt(resource, "image").filter(({ value }) => !imageId.test(String(value))) : [],
    ...type === "docker:index/remoteImage:RemoteImage" ? placesAt(resource, "name") : []
  ];
  for (const { path, value } of found2) if (typeof value === "string") yield { path, image: value };
}
function lockedDigests(context) {
  const folder = projectFolder(context)?.source;
  const file = folder === void 0 ? void 0 : (0, import_node_path2.join)(folder, "images.lock");
  if (file === void 0 || !(0, import_node_fs2.existsSync)(file)) return void 0;
  return new Set((0, import_node_fs2.readFileSync)(file, "utf8").match(/sha256:[0-9a-f]{64}/g) ?? []);
}
var images = {
  name: "pinned-images",
  description: "Each image is named by a digest; where the project has an images.lock, by one of its own.",
  *resource(resource, context, settings) {
    const found2 = [...imagesOf(resource)];
    if (found2.length === 0) return;
    const locked = settings["lock"] === false ? void 0 : lockedDigests(context);
    for (const { path, image } of found2) {
      const place = pathText(path);
      if (!pinned.test(image))
        yield {
          message: `${place}: name the image by its digest; its tag may be another one tomorrow.`,
          urn: resource.urn
        };
      else if (locked !== void 0 && !locked.has(image.slice(image.lastIndexOf("sha256:"))))
        yield {
          message: `${place}: this digest is not in images.lock; \`npx tidegate images lock\` writes it.`,
          urn: resource.urn
        };
    }
  }
};

// policy/production/policies/buckets.ts
function takesLogs(bucket, resources) {
  const type = typeOf(bucket);
  if (type === "aws:s3/bucket:Bucket")
    return companions(resources, "aws:s3/bucketLogging:BucketLogging", "targetBucket", bucket).length > 0;
  if (type !== "gcp:storage/bucket:Bucket") return false;
  return resources.some(
    (one) => typeOf(one) === type && one.urn !== bucket.urn && ((one.dependencies["logging"] ?? []).includes(bucket.urn) || namesLogs(one) === bucket.values["name"])
  );
}
function namesLogs({ values }) {
  const logging = values["logging"];
  return typeof logging === "object" && logging !== null && "logBucket" in logging ? logging.logBucket : false;
}

// policy/production/policies/ownKeys.ts
var leastKeyDays = 7;
var demands2 = [
  demand("aws:kms/key:Key", "enableKeyRotation", isTrue, "set it to true"),
  demand(
    "aws:kms/key:Key",
    "deletionWindowInDays",
    (days) => days === void 0 || atLeast(leastKeyDays)(days),
    `keep a deleted key for at least ${leastKeyDays} days`
  ),
  demand(
    "aws:msk/cluster:Cluster",
    "encryptionInfo.encryptionAtRestKmsKeyArn",
    isThere,
    "name a key of KMS; without one MSK takes AWS's"
  ),
  demand(
    "aws:eks/cluster:Cluster",
    "encryptionConfig.provider.keyArn",
    isThere,
    "name a key for Kubernetes' secrets"
  ),
  demand("aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings[*].ebs.encrypted", isTrue, "set it to true"),
  demand("aws:ebs/volume:Volume", "kmsKeyId", isThere, "name a key of KMS"),
  demand("aws:rds/instance:Instance", "storageEncrypted", isTrue, "set it to true"),
  demand("aws:rds/instance:Instance", "kmsKeyId", isThere, "name a key of KMS"),
  demand("aws:rds/cluster:Cluster", "storageEncrypted", isTrue, "set it to true"),
  demand("aws:rds/cluster:Cluster", "kmsKeyId", isThere, "name a key of KMS"),
  demand("gcp:kms/cryptoKey:CryptoKey", "rotationPeriod", isThere, "let it be rotated"),
  demand("gcp:container/cluster:Cluster", "databaseEncryption.state", oneOf("ENCRYPTED"), "set it to ENCRYPTED"),
  demand("gcp:container/cluster:Cluster", "databaseEncryption.keyName", isThere, "name a key of Cloud KMS"),
  demand("gcp:managedkafka/cluster:Cluster", "gcpConfig.kmsKey", isThere, "name a key of Cloud KMS"),
  demand("gcp:sql/databaseInstance:DatabaseInstance", "encryptionKeyName", isThere, "name a key of Cloud KMS"),
  demand(
    "azure-native:storage:StorageAccount",
    "encryption.keySource",
    oneOf("Microsoft.Keyvault"),
    "set it to Microsoft.Keyvault and name a key"
  ),
  demand(
    "azure-native:eventhub:Namespace",
    "encryption.keySource",
    oneOf("Microsoft.KeyVault"),
    "set it to Microsoft.KeyVault and name a key, which takes sku Premium"
  ),
  demand(
    "azure-native:containerservice:ManagedCluster",
    "agentPoolProfiles[*].enableEncryptionAtHost",
    isTrue,
    "set it to true"
  ),
  demand("azure-native:containerservice:AgentPool", "enableEncryptionAtHost", isTrue, "set it to true")
];
var encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
var byDefault = "rules[*].applyServerSideEncryptionByDefault";
function* buckets(resources) {
  for (const bucket of resources) {
    if (takesLogs(bucket, resources)) continue;
    if (typeOf(bucket) === "aws:s3/bucket:Bucket") {
      const rules2 = companions(resources, encryption, "bucket", bucket).flatMap(
        (one) => listOf(placesAt(one, `${byDefault}.sseAlgorithm`)).map(() => one)
      );
      const own = rules2.some(
        (one) => placesAt(one, `${byDefault}.sseAlgorithm`).some(({ value }) => textOf(value).startsWith("aws:kms"))
      );
      const named = rules2.some(
        (one) => one.unknowns.length > 0 || placesAt(one, `${byDefault}.kmsMasterKeyId`).some(({ value }) => isThere(value))
      );
      if (!own || !named)
        yield {
          message: "has no BucketServerSideEncryptionConfiguration with aws:kms and a key of one's own.",
          urn: bucket.urn
        };
    } else if (typeOf(bucket) === "gcp:storage/bucket:Bucket") {
      for (const { value } of placesAt(bucket, "encryption.defaultKmsKeyName"))
        if (!isThere(value))
          yield { message: "encryption.defaultKmsKeyName: name a key of Cloud KMS.", urn: bucket.urn };
    }
  }
}
var ownKeys = {
  name: "own-keys",
  description: "Data at rest is encrypted with a key of one's own, which is rotated.",
  resource: (resource) => unmet(demands2, resource),
  *stack(resources) {
    yield* buckets(resources);
  }
};

// policy/production/policies/pods.ts
var systemNamespace = /^kube-/;
var demands3 = [
  demand(
    "kubernetes:core/v1:Namespace",
    "metadata.labels",
    (labels) => at(labels, ["pod-security.kubernetes.io/enforce"]) === "restricted",
    "set pod-security.kubernetes.io/enforce to restricted",
    (namespace) => systemNamespace.test(String(at(namespace.values, ["metadata", "name"])))
  )
];
var volumes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
  "name"
];
function* problems({ spec, containers }) {
  for (const flag of ["hostNetwork", "hostPID", "hostIPC"]) if (spec[flag] === true) yield [[flag], "leave it out"];
  for (const [index, volume] of Object.entries(spec["volumes"] ?? {}))
    for (const kind of Object.keys(volume ?? {}))
      if (!volumes.includes(kind)) yield [["volumes", Number(index), kind], "use another kind of volume"];
  const own = (name) => at(spec, ["securityContext", ...name.split(".")]);
  for (const { path: where, container } of containers) {
    const context = (name) => at(container, ["securityContext", ...name.split(".")]);
    const security = [...where, "securityContext"];
    const decides = (name) => [
      ...context(name) === void 0 ? [] : where,
      "securityContext",
      ...name.split(".")
    ];
    if ((context("runAsNonRoot") ?? own("runAsNonRoot")) !== true)
      yield [[...security, "runAsNonRoot"], "set it to true", decides("runAsNonRoot")];
    if ((context("runAsUser") ?? own("runAsUser")) === 0)
      yield [[...security, "runAsUser"], "take another user than root", decides("runAsUser")];
    if (context("allowPrivilegeEscalation") !== false)
      yield [[...security, "allowPrivilegeEscalation"], "set it to false"];
    if (context("privileged") === true) yield [[...security, "privileged"], "leave it out"];
    const dropped = context("capabilities.drop");
    if (!Array.isArray(dropped) || !dropped.includes("ALL"))
      yield [[...security, "capabilities", "drop"], "drop ALL"];
    const added = context("capabilities.add");
    if (Array.isArray(added) && added.some((one) => one !== "NET_BIND_SERVICE"))
      yield [[...security, "capabilities", "add"], "add none but NET_BIND_SERVICE"];
    const seccomp = context("seccompProfile.type") ?? own("seccompProfile.type");
    if (seccomp !== "RuntimeDefault" && seccomp !== "Localhost")
      yield [[...security, "seccompProfile", "type"], "set it to RuntimeDefault", decides("seccompProfile.type")];
  }
}
var pods = {
  name: "restricted-pods",
  description: "Pods pass Pod Security `restricted`, and each namespace enforces it.",
  *resource(resource) {
    yield* unmet(demands3, resource);
    for (const { path, what } of inPods(resource, problems))
      yield { message: `${pathText(path)}: ${what}.`, urn: resource.urn };
  }
};

// components/cloud/internet.ts
var import_node_net = require("node:net");

// components/cloud/cidr.ts
function blockOf(text2) {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(String(text2))?.slice(1).map(Number);
  if (parts === void 0) return void 0;
  const bits = parts[4] ?? 0;
  const octets = parts.slice(0, 4);
  if (bits > 32 || octets.some((octet) => octet > 255)) return void 0;
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return first % 2 ** (32 - bits) === 0 ? { first, bits } : void 0;
}
var privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(blockOf);

// components/cloud/internet.ts
function numberOf4(address) {
  const block2 = blockOf(`${address}/32`);
  return block2 === void 0 ? void 0 : BigInt(block2.first);
}
function numberOf6(address) {
  if (!(0, import_node_net.isIPv6)(address) || address.includes("%")) return void 0;
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = [], tail] = short.split("::").map((half) => half.split(":").filter((part) => part !== ""));
  const parts = tail === void 0 ? head : [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  return BigInt(`0x${parts.map((part) => part.padStart(4, "0")).join("")}`);
}
var families = [
  {
    bits: 32,
    // Above it is multicast. Source: https://www.iana.org/assignments/ipv4-address-space
    internet: { first: 0n, last: 0xdfffffffn },
    numberOf: numberOf4,
    // Source: https://www.iana.org/assignments/iana-ipv4-special-registry
    nobody: [
      ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"],
      ...["169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
    ]
  },
  {
    bits: 128,
    // 2000::/3. Source: https://www.iana.org/assignments/ipv6-address-space
    internet: { first: 1n << 125n, last: (1n << 126n) - 1n },
    numberOf: numberOf6,
    nobody: []
  }
];
function spanOf(cidr, { bits, numberOf }) {
  const [address = "", length = ""] = cidr.split("/");
  const number = numberOf(address);
  if (number === void 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits) return void 0;
  const free = BigInt(bits - Number(length));
  const first = number >> free << free;
  return { first, last: first + (1n << free) - 1n };
}
function covers(spans, { first, last }) {
  let open = first;
  for (const span of [...spans].sort((one, other) => one.first < other.first ? -1 : 1)) {
    if (span.first > open) return false;
    if (span.last >= open) open = span.last + 1n;
    if (open > last) return true;
  }
  return false;
}
var isInternet = (networks) => families.some(
  (family) => covers(
    [...networks, ...family.nobody].map((cidr) => spanOf(cidr, family)).filter((span) => span !== void 0),
    family.internet
  )
);

// policy/production/policies/statements.ts
var isRecord4 = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
var texts = (value) => (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
function statementsOf(resource, property) {
  return placesAt(resource, property).flatMap(({ path, value }) => {
    const document = typeof value === "string" ? parsed2(value) : value;
    if (!isRecord4(document)) return [];
    const { Statement: given = [] } = document;
    return (Array.isArray(given) ? given : [given]).filter(isRecord4).map((one, index) => statement(one, `${pathText(path)}.Statement[${index}]`));
  });
}
function statement(one, path) {
  const principal = one["Principal"];
  return {
    effect: String(one["Effect"]),
    actions: texts(one["Action"]),
    allButActions: "NotAction" in one,
    resources: texts(one["Resource"]),
    allButResources: "NotResource" in one,
    principals: isRecord4(principal) ? Object.values(principal).flatMap(texts) : texts(principal),
    ofPlain: isOfPlain(one["Condition"]),
    conditioned: isRecord4(one["Condition"]) && Object.keys(one["Condition"]).length > 0,
    path
  };
}
function isOfPlain(condition) {
  if (!isRecord4(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) => /^Bool(IfExists)?$/i.test(operator) && isRecord4(keys) && Object.entries(keys).some(
      ([key, value]) => /^aws:SecureTransport$/i.test(key) && /^false$/i.test(String(value))
    )
  );
}
function parsed2(text2) {
  try {
    return JSON.parse(text2);
  } catch {
    return void 0;
  }
}

// policy/production/policies/publicAccess.ts
var everywhere = /^(0\.0\.0\.0|::)\/0$|^\*$|^(Internet|Any)$/i;
var notEverywhere = (range) => !everywhere.test(textOf(range));
var anybody = /^(allUsers|allAuthenticatedUsers)$/;
var notAnybody = (member) => !anybody.test(textOf(member));
var someOnly = (ranges) => listOf(ranges).every(notEverywhere) && !isInternet(listOf(ranges).map(textOf));
var closed = "name the addresses that need it, not the whole internet";
var block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
var members = [
  "storage/bucketIAM",
  "projects/iAM",
  "kms/cryptoKeyIAM",
  "serviceaccount/iAM",
  "kms/keyRingIAM"
].flatMap((prefix) => {
  const token = (kind) => `gcp:${prefix}${kind}:${(prefix.split("/")[1] ?? "").replace(/^./, (c) => c.toUpperCase())}${kind}`;
  const fix2 = "name who needs it: it lets everybody in";
  return [
    demand(token("Member"), "member", notAnybody, fix2),
    demand(token("Binding"), "members[*]", notAnybody, fix2)
  ];
});
var demands4 = [
  ...["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map(
    (flag) => demand(block, flag, isTrue, "set it to true")
  ),
  demand("aws:s3/bucket:Bucket", "acl", (acl) => !textOf(acl).startsWith("public"), "leave it out"),
  demand(
    "aws:msk/cluster:Cluster",
    "brokerNodeGroupInfo.connectivityInfo.publicAccess.type",
    oneOf("DISABLED", void 0),
    "set it to DISABLED"
  ),
  demand(
    "aws:eks/cluster:Cluster",
    "vpcConfig.publicAccessCidrs",
    (cidrs) => listOf(cidrs).length > 0 && someOnly(cidrs),
    closed,
    (cluster) => valueAt(cluster, "vpcConfig.endpointPublicAccess") === false
  ),
  demand("aws:ec2/securityGroup:SecurityGroup", "ingress[*].cidrBlocks[*]", notEverywhere, closed),
  demand("aws:ec2/securityGroup:SecurityGroup", "ingress[*].ipv6CidrBlocks[*]", notEverywhere, closed),
  demand("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv4", notEverywhere, closed),
  demand("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv6", notEverywhere, closed),
  demand("aws:ec2/securityGroupRule:SecurityGroupRule", "cidrBlocks", someOnly, closed, isEgress),
  demand("aws:ec2/securityGroupRule:SecurityGroupRule", "ipv6CidrBlocks", someOnly, closed, isEgress),
  demand("aws:rds/instance:Instance", "publiclyAccessible", isNotTrue, "set it to false"),
  demand("gcp:storage/bucket:Bucket", "publicAccessPrevention", oneOf("enforced"), "set it to enforced"),
  demand("gcp:storage/bucket:Bucket", "uniformBucketLevelAccess", isTrue, "set it to true: no access lists"),
  ...members,
  demand("gcp:container/cluster:Cluster", "privateClusterConfig.enablePrivateNodes", isTrue, "set it to true"),
  demand(
    "gcp:container/cluster:Cluster",
    "masterAuthorizedNetworksConfig",
    isThere,
    "name who reaches the API server"
  ),
  demand(
    "gcp:container/cluster:Cluster",
    "masterAuthorizedNetworksConfig.cidrBlocks[*].cidrBlock",
    notEverywhere,
    closed
  ),
  demand(
    "gcp:compute/firewall:Firewall",
    "sourceRanges",
    someOnly,
    closed,
    ({ values }) => values["direction"] === "EGRESS" || !isGiven({ values }, "allows")
  ),
  demand(
    "gcp:sql/databaseInstance:DatabaseInstance",
    "settings.ipConfiguration.ipv4Enabled",
    isNotTrue,
    "set it to false"
  ),
  demand("azure-native:storage:StorageAccount", "allowBlobPublicAccess", (flag) => flag === false, "set it to false"),
  demand(
    "azure-native:storage:StorageAccount",
    "networkRuleSet.defaultAction",
    oneOf("Deny"),
    "set it to Deny",
    ({ values }) => values["publicNetworkAccess"] === "Disabled"
  ),
  demand("azure-native:storage:BlobContainer", "publicAccess", oneOf("None", void 0), "set it to None"),
  demand("azure-native:eventhub:NamespaceNetworkRuleSet", "defaultAction", oneOf("Deny"), "set it to Deny"),
  demand("azure-native:keyvault:Vault", "properties.networkAcls.defaultAction", oneOf("Deny"), "set it to Deny"),
  demand(
    "azure-native:containerservice:ManagedCluster",
    "apiServerAccessProfile.authorizedIPRanges",
    (ranges) => listOf(ranges).length > 0 && someOnly(ranges),
    closed,
    (cluster) => valueAt(cluster, "apiServerAccessProfile.enablePrivateCluster") === true
  ),
  demand(
    "azure-native:network:SecurityRule",
    "sourceAddressPrefix",
    notEverywhere,
    closed,
    ({ values }) => values["direction"] === "Outbound" || values["access"] === "Deny"
  ),
  demand(
    "aiven:index/kafka:Kafka",
    "kafkaUserConfig.ipFilterObjects",
    (filters) => listOf(filters).length > 0 && someOnly(listOf(filters).map((filter) => filter.network)),
    "name the networks that connect: without any Aiven lets the whole internet",
    (kafka) => isGiven(kafka, "projectVpcId")
  ),
  demand(
    "kubernetes:core/v1:Service",
    "spec.loadBalancerSourceRanges",
    (ranges) => listOf(ranges).length > 0 && someOnly(ranges),
    closed,
    (service) => valueAt(service, "spec.type") !== "LoadBalancer" || isInternal(service)
  ),
  demand("kubernetes:core/v1:Service", "spec.type", (type) => type !== "NodePort", "use ClusterIP")
];
function isEgress({ values }) {
  return values["type"] === "egress";
}
function isInternal(service) {
  const notes = valueAt(service, "metadata.annotations") ?? {};
  return Object.entries(notes).some(
    ([key, value]) => /load-balancer-(internal|type|scheme)$/.test(key) && /^(true|internal)$/i.test(textOf(value))
  );
}
function* openPolicies(resource) {
  if (typeOf(resource) !== "aws:s3/bucketPolicy:BucketPolicy") return;
  for (const { effect, principals, conditioned, path } of statementsOf(resource, "policy"))
    if (effect === "Allow" && principals.includes("*") && !conditioned)
      yield { message: `${path}: it lets everybody in; name a principal or a condition.`, urn: resource.urn };
}
var publicAccess = {
  name: "no-public-access",
  description: "Nothing can be reached by everybody.",
  *resource(resource) {
    yield* unmet(demands4, resource);
    yield* openPolicies(resource);
  },
  *stack(resources) {
    for (const resource of resources) {
      if (typeOf(resource) === "aws:s3/bucket:Bucket" && companions(resources, block, "bucket", resource).length === 0)
        yield { message: "has no BucketPublicAccessBlock.", urn: resource.urn };
    }
  }
};

// policy/production/policies/recovery.ts
var demands5 = [
  demand(
    "azure-native:keyvault:Vault",
    "properties.enableSoftDelete",
    (flag) => flag === void 0 || isTrue(flag),
    "set it to true"
  ),
  demand("azure-native:keyvault:Vault", "properties.enablePurgeProtection", isTrue, "set it to true"),
  demand("azure-native:storage:BlobServiceProperties", "deleteRetentionPolicy.enabled", isTrue, "set it to true"),
  demand(
    "azure-native:storage:BlobServiceProperties",
    "containerDeleteRetentionPolicy.enabled",
    isTrue,
    "set it to true"
  ),
  demand(
    "aws:rds/instance:Instance",
    "backupRetentionPeriod",
    (days) => Number(days) > 0,
    "keep backups for some days"
  ),
  demand("aws:rds/instance:Instance", "skipFinalSnapshot", isNotTrue, "leave it out"),
  demand(
    "gcp:sql/databaseInstance:DatabaseInstance",
    "settings.backupConfiguration.enabled",
    isTrue,
    "set it to true"
  )
];
var recoverable = {
  "aws:s3/bucket:Bucket": (bucket, all) => companions(all, "aws:s3/bucketVersioning:BucketVersioning", "bucket", bucket).some(
    (one) => valueAt(one, "versioningConfiguration.status") === "Enabled"
  ) ? void 0 : "has no BucketVersioning with the status Enabled.",
  "gcp:storage/bucket:Bucket": (bucket) => isTrue(valueAt(bucket, "versioning.enabled")) || Number(valueAt(bucket, "softDeletePolicy.retentionDurationSeconds") ?? 0) > 0 ? void 0 : "versioning, softDeletePolicy: set one of them; without it what is deleted is gone.",
  "azure-native:storage:StorageAccount": (account, all) => companions(all, "azure-native:storage:BlobServiceProperties", "accountName", account).length > 0 ? void 0 : "has no BlobServiceProperties with soft delete.",
  "tidegate:database:Cluster": () => "nobody makes a backup of this PostgreSQL: take a managed one, or one that somebody looks after (database.kind: external)."
};
var recovery = {
  name: "recoverable-data",
  description: "What was overwritten or deleted can be had back: versions or soft delete of objects, backups of databases.",
  resource: (resource) => unmet(demands5, resource),
  *stack(resources) {
    for (const resource of resources) {
      const message = recoverable[typeOf(resource)]?.(resource, resources);
      if (message !== void 0 && !takesLogs(resource, resources)) yield { message, urn: resource.urn };
    }
  }
};

// policy/production/policies/secretsProvider.ts
var defaultKinds = ["awskms", "gcpkms", "azurekeyvault", "hashivault"];
var secretsProvider = {
  name: "secrets-provider",
  description: "The secrets of a stack are encrypted by a provider that the environment allows; not by a passphrase where nobody says.",
  // The first of all resources: nothing has been made yet.
  *resource({ type }, context, settings) {
    if (type !== "pulumi:pulumi:Stack") return;
    if (settings["simulated"] === true) return;
    const allowed = settings["allowed"] === void 0 ? defaultKinds : listOf(settings["allowed"]).map(String);
    const folder = projectFolder(context);
    if (folder === void 0) {
      yield { message: projectUnseen(context) };
      return;
    }
    const file = readStackFile(folder, context.stack);
    if (file === void 0) {
      if (!allowed.includes("service"))
        yield {
          message: `there is no ${stackFileName(context.stack)} in ${folder.stacks}, so what encrypts its secrets is not told: put it back, or allow \`service\` where Pulumi Cloud does.`
        };
      return;
    }
    const kind = file.secretsProvider.split(":")[0] ?? "";
    if (!allowed.includes(kind))
      yield {
        message: `${file.path}: its secrets are encrypted by ${kind}; allowed is ${allowed.join(", ")}. \`pulumi stack change-secrets-provider\` changes it.`
      };
  }
};

// policy/production/policies/tags.ts
var defaultKeys = ["environment", "managed-by"];
var places = {
  ...Object.fromEntries(
    [
      ...["s3/bucket:Bucket", "kms/key:Key", "msk/cluster:Cluster", "msk/serverlessCluster:ServerlessCluster"],
      ...["eks/cluster:Cluster", "eks/nodeGroup:NodeGroup", "ec2/vpc:Vpc", "ec2/natGateway:NatGateway"],
      ...["ec2/eip:Eip", "rds/instance:Instance", "rds/cluster:Cluster", "cloudwatch/logGroup:LogGroup"],
      ...["iam/role:Role", "ec2/securityGroup:SecurityGroup", "ec2/launchTemplate:LaunchTemplate"]
    ].map((type) => [`aws:${type}`, "tags"])
  ),
  "gcp:storage/bucket:Bucket": "labels",
  "gcp:kms/cryptoKey:CryptoKey": "labels",
  "gcp:managedkafka/cluster:Cluster": "labels",
  "gcp:container/cluster:Cluster": "resourceLabels",
  "gcp:container/nodePool:NodePool": "nodeConfig.resourceLabels",
  ...Object.fromEntries(
    [
      ...["storage:StorageAccount", "eventhub:Namespace", "keyvault:Vault", "containerservice:ManagedCluster"],
      ...["containerservice:AgentPool", "resources:ResourceGroup", "network:VirtualNetwork"],
      ...["managedidentity:UserAssignedIdentity", "operationalinsights:Workspace"]
    ].map((type) => [`azure-native:${type}`, "tags"])
  ),
  "aiven:index/kafka:Kafka": "tags",
  "kubernetes:core/v1:Namespace": "metadata.labels",
  "kubernetes:flink.apache.org/v1beta1:FlinkDeployment": "metadata.labels"
};
function has(tags2, key) {
  if (Array.isArray(tags2)) return tags2.some((tag) => at(tag, ["key"]) === key);
  return at(tags2, [key]) !== void 0;
}
var tags = {
  name: "required-tags",
  description: "What costs money or holds data says whose it is, in tags or labels.",
  *resource(resource, _context, settings) {
    const property = places[typeOf(resource)];
    if (property === void 0) return;
    const keys = isGiven({ values: settings }, "keys") ? listOf(settings["keys"]).map(String) : defaultKeys;
    for (const { value } of placesAt(resource, property)) {
      const missing = keys.filter((key) => !has(value, key));
      if (missing.length > 0) yield { message: `${property}: add ${missing.join(", ")}.`, urn: resource.urn };
    }
  }
};

// policy/production/policies/tlsOnly.ts
var modern = /1_?\.?[23]$/;
var isModern = (version) => modern.test(textOf(version));
var tls = "set it to TLS 1.2 or newer";
var demands6 = [
  demand(
    "aws:msk/cluster:Cluster",
    "encryptionInfo.encryptionInTransit.clientBroker",
    oneOf("TLS", void 0),
    "set it to TLS"
  ),
  demand(
    "aws:msk/cluster:Cluster",
    "encryptionInfo.encryptionInTransit.inCluster",
    (flag) => flag === void 0 || isTrue(flag),
    "set it to true"
  ),
  demand("aws:msk/cluster:Cluster", "clientAuthentication.unauthenticated", isNotTrue, "set it to false"),
  demand(
    "azure-native:storage:StorageAccount",
    "enableHttpsTrafficOnly",
    (flag) => flag === void 0 || isTrue(flag),
    "set it to true"
  ),
  demand("azure-native:storage:StorageAccount", "minimumTlsVersion", isModern, tls),
  demand("azure-native:eventhub:Namespace", "minimumTlsVersion", isModern, tls),
  demand(
    "gcp:sql/databaseInstance:DatabaseInstance",
    "settings.ipConfiguration.sslMode",
    oneOf("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"),
    "set it to ENCRYPTED_ONLY"
  ),
  demand(
    "kubernetes:networking.k8s.io/v1:Ingress",
    "spec.tls",
    (blocks) => listOf(blocks).length > 0,
    "name a certificate for each host"
  ),
  demand(
    "kubernetes:flink.apache.org/v1beta1:FlinkDeployment",
    "spec.flinkConfiguration",
    (settings) => !Object.entries(settings ?? {}).some(
      ([key, value]) => /(^|\.)s3\.endpoint$|fs\.s3a\.endpoint$/.test(key) && /^http:/.test(textOf(value))
    ),
    "an endpoint of S3 in it is reached without TLS; take https"
  )
];
function deniesPlain(policy) {
  if (policy.unknowns.some((path) => path[0] === "policy")) return true;
  return statementsOf(policy, "policy").some(({ effect, ofPlain }) => effect === "Deny" && ofPlain);
}
var tlsOnly = {
  name: "tls-only",
  description: "Data in flight is encrypted, and what is not is refused.",
  resource: (resource) => unmet(demands6, resource),
  *stack(resources) {
    for (const resource of resources) {
      if (typeOf(resource) !== "aws:s3/bucket:Bucket") continue;
      if (!companions(resources, "aws:s3/bucketPolicy:BucketPolicy", "bucket", resource).some(deniesPlain))
        yield {
          message: "has no BucketPolicy that denies what comes without aws:SecureTransport.",
          urn: resource.urn
        };
    }
  }
};

// policy/production/policies/topics.ts
var leastReplicas = 3;
var leastInSync = 2;
var shapes = {
  "aws:msk/topic:Topic": { replicas: "replicationFactor", settings: "configs" },
  "gcp:managedkafka/topic:Topic": { replicas: "replicationFactor", settings: "configs" },
  "confluentcloud:index/kafkaTopic:KafkaTopic": { settings: "config" },
  "aiven:index/kafkaTopic:KafkaTopic": { replicas: "replication", settings: "config", name: "minInsyncReplicas" },
  "kafka:index/topic:Topic": { replicas: "replicationFactor", settings: "config" },
  "kubernetes:kafka.strimzi.io/v1beta2:KafkaTopic": { replicas: "spec.replicas", settings: "spec.config" },
  "kubernetes:kafka.strimzi.io/v1:KafkaTopic": { replicas: "spec.replicas", settings: "spec.config" },
  // One broker on one machine: it never has more, and is for nothing but this machine.
  "tidegate:embedded:KafkaTopic": { replicas: "replicationFactor", settings: "config" }
};
function settingOf2(resource, { settings, name = "min.insync.replicas" }) {
  const given = valueAt(resource, settings);
  const read2 = typeof given === "string" ? parsed3(given) : given;
  return typeof read2 === "object" && read2 !== null ? read2[name] : void 0;
}
function parsed3(text2) {
  try {
    return JSON.parse(text2);
  } catch {
    return void 0;
  }
}
var topics = {
  name: "replicated-topics",
  description: `Each topic has at least ${leastReplicas} replicas and min.insync.replicas of at least ${leastInSync}.`,
  *resource(resource) {
    const shape = shapes[typeOf(resource)];
    if (shape === void 0) return;
    const { urn, unknowns } = resource;
    const isKnown = (property) => !unknowns.some((path) => path[0] === property.split(".")[0]);
    if (shape.replicas !== void 0 && isKnown(shape.replicas)) {
      if (!(Number(valueAt(resource, shape.replicas)) >= leastReplicas))
        yield { message: `${shape.replicas}: it has to be at least ${leastReplicas}.`, urn };
    }
    const { settings, name = "min.insync.replicas" } = shape;
    if (isKnown(settings) && !(Number(settingOf2(resource, shape)) >= leastInSync))
      yield { message: `${settings}: ${name} has to be at least ${leastInSync}.`, urn };
  }
};

// policy/production/policies/wildcards.ts
var documents = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy"
};
var isReading = (action) => /^[a-z0-9-]+:(List|Describe)[A-Za-z*]*$/.test(action);
var almighty = /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;
var almightyAzure = /(8e3af657-a8ff-443c-a75c-2fe8c4bcb635|b24988ac-6180-42a0-ab88-20f7382dd24c|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9|f58310d9-a9f6-439a-9e8d-f62e7b41a168)$/i;
var notOwner = (role2) => !/^roles\/(owner|editor)$/.test(textOf(role2));
var narrower = "take a role for what is needed: this one lets its holder do almost everything";
var notStar = (value) => value !== "*";
var rules = ["Role", "ClusterRole"].flatMap(
  (kind) => ["verbs", "resources", "apiGroups"].map(
    (what) => demand(`kubernetes:rbac.authorization.k8s.io/v1:${kind}`, `rules[*].${what}[*]`, notStar, "name each of them")
  )
);
var demands7 = [
  ...[
    "rolePolicyAttachment:RolePolicyAttachment",
    "userPolicyAttachment:UserPolicyAttachment",
    "policyAttachment:PolicyAttachment"
  ].map((type) => demand(`aws:iam/${type}`, "policyArn", (arn) => !almighty.test(textOf(arn)), narrower)),
  demand("aws:iam/role:Role", "managedPolicyArns[*]", (arn) => !almighty.test(textOf(arn)), narrower),
  ...[
    "projects/iAMMember:IAMMember",
    "projects/iAMBinding:IAMBinding",
    "folder/iAMMember:IAMMember",
    "organizations/iAMMember:IAMMember",
    "storage/bucketIAMMember:BucketIAMMember"
  ].map((type) => demand(`gcp:${type}`, "role", notOwner, narrower)),
  demand(
    "azure-native:authorization:RoleAssignment",
    "roleDefinitionId",
    (role2) => !almightyAzure.test(textOf(role2)),
    narrower
  ),
  demand("azure-native:authorization:RoleDefinition", "permissions[*].actions[*]", notStar, "name each of them"),
  demand("azure-native:authorization:RoleDefinition", "permissions[*].dataActions[*]", notStar, "name each of them"),
  ...rules,
  ...["RoleBinding", "ClusterRoleBinding"].map(
    (kind) => demand(
      `kubernetes:rbac.authorization.k8s.io/v1:${kind}`,
      "roleRef.name",
      (name) => name !== "cluster-admin",
      narrower
    )
  ),
  demand(
    "confluentcloud:index/roleBinding:RoleBinding",
    "roleName",
    (role2) => role2 !== "OrganizationAdmin",
    narrower
  ),
  ...["kafkaAcl:KafkaAcl"].map(
    (type) => demand(`confluentcloud:index/${type}`, "operation", (operation) => operation !== "ALL", "name each operation")
  ),
  demand(
    "aiven:index/kafkaNativeAcl:KafkaNativeAcl",
    "operation",
    (operation) => textOf(operation).toLowerCase() !== "all",
    "name each operation"
  )
];
function* wide({
  effect,
  actions,
  allButActions,
  resources,
  allButResources,
  conditioned,
  path
}) {
  if (effect !== "Allow") return;
  if (allButActions) yield `${path}.NotAction: it allows everything else; name what is allowed.`;
  if (actions.some((action) => action === "*" || action.endsWith(":*")))
    yield `${path}.Action: it allows all actions of a service; name those that are needed.`;
  const everything = allButResources || resources.includes("*");
  if (everything && !conditioned && !actions.every(isReading))
    yield `${path}.Resource: it is about everything; name the resources, or a condition.`;
}
function* inDocuments(resource) {
  const property = documents[typeOf(resource)];
  if (property !== void 0)
    for (const one of statementsOf(resource, property))
      for (const message of wide(one)) yield { message, urn: resource.urn };
  for (const { path } of placesAt(resource, "inlinePolicies[*].policy"))
    for (const one of statementsOf(resource, path.join(".")))
      for (const message of wide(one)) yield { message: `${pathText(path)}: ${message}`, urn: resource.urn };
}
var wildcards = {
  name: "no-wildcards",
  description: "What an identity may do is named, action by action and resource by resource.",
  *resource(resource) {
    yield* unmet(demands7, resource);
    yield* inDocuments(resource);
  }
};

// policy/production/policies/workloadIdentity.ts
var never = (type, instead) => demand(type, "", () => false, instead);
var role = "give the workload a role instead of a key that can be copied";
var workloadIdentity = table("workload-identity", "No static key stands for an identity of a cloud.", [
  never("aws:iam/accessKey:AccessKey", role),
  never("aws:iam/user:User", "give people access by your directory, and workloads a role"),
  never("gcp:serviceaccount/key:Key", role),
  never("gcp:storage/hmacKey:HmacKey", role),
  never("azuread:index/applicationPassword:ApplicationPassword", role),
  never("azuread:index/servicePrincipalPassword:ServicePrincipalPassword", role),
  demand("azure-native:storage:StorageAccount", "allowSharedKeyAccess", (flag) => flag === false, "set it to false"),
  demand("azure-native:storage:StorageAccount", "isLocalUserEnabled", isNotTrue, "set it to false"),
  demand("azure-native:eventhub:Namespace", "disableLocalAuth", isTrue, "set it to true"),
  demand("azure-native:containerservice:ManagedCluster", "oidcIssuerProfile.enabled", isTrue, "set it to true"),
  demand(
    "azure-native:containerservice:ManagedCluster",
    "securityProfile.workloadIdentity.enabled",
    isTrue,
    "set it to true"
  ),
  demand("azure-native:containerservice:ManagedCluster", "disableLocalAccounts", isTrue, "set it to true"),
  demand(
    "gcp:container/cluster:Cluster",
    "workloadIdentityConfig.workloadPool",
    (pool) => textOf(pool) !== "",
    "name the pool of the project",
    // An Autopilot cluster has it in any case, and refuses to be told.
    (cluster) => isTrue(valueAt(cluster, "enableAutopilot"))
  ),
  demand(
    "gcp:container/nodePool:NodePool",
    "nodeConfig.workloadMetadataConfig.mode",
    (mode) => mode === "GKE_METADATA",
    "set it to GKE_METADATA, or pods get the token of their node"
  ),
  demand(
    "aws:ec2/launchTemplate:LaunchTemplate",
    "metadataOptions.httpTokens",
    (tokens) => tokens === "required",
    "set it to required, or pods get the role of their node"
  ),
  demand("aws:msk/cluster:Cluster", "clientAuthentication.sasl.iam", isTrue, "set it to true"),
  demand(
    "aws:msk/cluster:Cluster",
    "clientAuthentication.sasl.scram",
    isNotTrue,
    "set it to false: clients sign in with their role"
  ),
  demand(
    "kubernetes:core/v1:Secret",
    "type",
    (type) => type !== "kubernetes.io/service-account-token",
    "let Kubernetes mount tokens that expire"
  )
]);

// policy/production/pack.ts
var production = {
  name: "tidegate-production",
  version: "1.0.0",
  description: "Guardrails of a streaming lakehouse in production",
  policies: [
    ownKeys,
    publicAccess,
    tlsOnly,
    deletion,
    recovery,
    wildcards,
    workloadIdentity,
    topics,
    flink,
    pods,
    images,
    catalog,
    tags,
    secretsProvider
  ]
};

// policy/production/main.ts
serve(production);
