// Compiled from policy/no-secrets/main.ts by `npm run policies`: change that.
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
    if (Array.isArray(value)) return value.map((element, index) => visit(element, [...path, index]));
    if (!isRecord(value)) return value;
    if (value[signatureKey] === secretSignature) {
      secrets.push(path);
      return visit(value["value"], path);
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member, [...path, key])]));
  };
  return { values: visit(values, []), secrets, unknowns };
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

// policy/no-secrets/configuration.ts
var import_node_fs2 = require("node:fs");
var import_node_path2 = require("node:path");
var import_yaml2 = require("yaml");

// policy/analyzer/project.ts
var import_node_fs = require("node:fs");
var import_node_path = require("node:path");
var import_yaml = require("yaml");
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
  for (const place2 of [directory, ...places2]) {
    if (place2 === void 0 || place2 === "") continue;
    for (const folder of above(place2)) {
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
function read(file) {
  try {
    const content = (0, import_yaml.parse)((0, import_node_fs.readFileSync)(file, "utf8"));
    return isRecord2(content) ? content : void 0;
  } catch {
    return void 0;
  }
}

// policy/no-secrets/rules.ts
function ruleFor(path, value, _which = "all") {
  return Promise.resolve(/canary-secret/.test(value) ? "canary" : void 0);
}

// policy/no-secrets/configuration.ts
function leavesOfFile(content, under) {
  const counter = new import_yaml2.LineCounter();
  const document = (0, import_yaml2.parseDocument)(content, { lineCounter: counter });
  const found2 = [];
  const visit = (node, path) => {
    if ((0, import_yaml2.isMap)(node)) {
      const [only] = node.items;
      const isSecure = node.items.length === 1 && (0, import_yaml2.isScalar)(only?.key) && only.key.value === "secure";
      if (isSecure && under !== void 0) return;
      for (const { key, value } of node.items) visit(value, [...path, (0, import_yaml2.isScalar)(key) ? String(key.value) : "?"]);
    } else if ((0, import_yaml2.isSeq)(node)) node.items.forEach((item, index) => visit(item, [...path, index]));
    else if ((0, import_yaml2.isScalar)(node) && typeof node.value === "string")
      found2.push({ path, value: node.value, line: counter.linePos(node.range?.[0] ?? 0).line });
  };
  const start = under === void 0 ? document.contents : document.get(under, true);
  visit(start, []);
  return found2;
}
function sourcesOf({ directory, stacks, source }, stack) {
  const environment = process.env["TIDEGATE_ENVIRONMENT_FILE"] || (0, import_node_path2.join)(stacks, `${stack.split("-")[0] ?? stack}.yaml`);
  return [
    { file: (0, import_node_path2.join)(stacks, `Pulumi.${stack}.yaml`), under: "config" },
    { file: (0, import_node_path2.join)(directory, "Pulumi.yaml"), under: "config" },
    ...source === directory ? [] : [{ file: (0, import_node_path2.join)(source, "Pulumi.yaml"), under: "config" }],
    { file: environment }
  ].filter(({ file }) => (0, import_node_fs2.existsSync)(file));
}
var dotted = (path) => path.map(String).join(".");
async function* inFiles(context) {
  const folder = projectFolder(context);
  if (folder === void 0) return;
  for (const { file, under } of sourcesOf(folder, context.stack)) {
    const name = (0, import_node_path2.relative)(folder.source, file);
    const place2 = name.startsWith("..") ? file : name;
    for (const { path, value, line } of leavesOfFile((0, import_node_fs2.readFileSync)(file, "utf8"), under)) {
      const rule = await ruleFor(path, value);
      if (rule === void 0) continue;
      const key = dotted(path);
      const fix2 = under === void 0 ? "name it by a `secretRef`" : `\`pulumi config set --secret ${key} --stack ${context.stack}\` encrypts it`;
      yield { key, message: `${place2}:${line}: ${key} holds a secret in clear (${rule}); ${fix2}.` };
    }
  }
}
function configurationPolicy() {
  return {
    name: "no-plain-secret-configuration",
    description: "No secret stands in clear in what a stack is configured by.",
    // The first of all resources: nothing has been made yet.
    async resource({ type }, context) {
      if (type !== "pulumi:pulumi:Stack") return [];
      const found2 = [];
      const told = /* @__PURE__ */ new Set();
      for await (const { key, message } of inFiles(context)) {
        found2.push({ message });
        told.add(key);
      }
      for (const [key, value] of context.configuration) {
        if (context.secretKeys.has(key) || told.has(key)) continue;
        const rule = await ruleFor([key], value);
        if (rule !== void 0)
          found2.push({
            message: `the configuration's key ${key} holds a secret in clear (${rule}); set it with --secret.`
          });
      }
      return found2;
    }
  };
}

// policy/analyzer/look.ts
var typeOf = ({ type }) => type.replace(/^(azure-native:[a-z]+)\/v\d\w*:/, "$1:");

// policy/no-secrets/leaves.ts
function* leavesOf(value, except = [], path = []) {
  if (except.some(
    (one) => one.length === path.length && one.every((key, index) => String(key) === String(path[index]))
  ))
    return;
  if (typeof value === "string") yield { path, value };
  else if (Array.isArray(value))
    for (const [index, element] of value.entries()) yield* leavesOf(element, except, [...path, index]);
  else if (typeof value === "object" && value !== null)
    for (const [key, member] of Object.entries(value)) yield* leavesOf(member, except, [...path, key]);
}

// policy/no-secrets/places.ts
var place = (type, at2) => ({ type, at: at2 });
var podEnv = /(^|\.)(containers|initContainers)\.\d+\.(env\.\d+\.value|args|command)/;
var places = [
  place(/^kubernetes:core\/v1:ConfigMap$/, /^(data|binaryData)\./),
  place(/^kubernetes:(core|apps|batch)\//, podEnv),
  place(/^kubernetes:flink\.apache\.org\//, /^spec\.(flinkConfiguration|logConfiguration)|^spec\.job\.args/),
  place(/^kubernetes:flink\.apache\.org\//, podEnv),
  place(/^kubernetes:helm\.sh\//, /^(values|set)\b/),
  place(/^kubernetes:/, /^metadata\.(labels|annotations)\./),
  place(/^kubernetes:/, /^spec\.(config|settings|values)\b/),
  place(/^docker:index\/container:Container$/, /^(envs|command|entrypoints|labels)/),
  place(
    /^(aws|gcp|azure-native):.*(instance|launchTemplate|virtualMachine)/i,
    /user_?data|startup|customData|metadata\./i
  ),
  place(/^aws:(lambda|ecs)\//, /environment|containerDefinitions/),
  place(/^(aws|gcp|azure-native|aiven|confluentcloud):/, /^(tags|labels|resourceLabels)\b/),
  place(/^aws:msk\/configuration/, /^serverProperties$/),
  // This project's own processes.
  place(/^tidegate:embedded:Process$/, /^(command|environment|files)\b/),
  place(/^tidegate:embedded:FlinkSqlJob$/, /./),
  place(/^pulumi:pulumi:Stack$/, /./),
  place(/^pulumi:providers:/, /./)
];
function isPlaceOfSecrets(type, path) {
  const text2 = path.map(String).join(".");
  return places.some(({ type: of, at: at2 }) => of.test(type) && at2.test(text2));
}

// policy/no-secrets/inputs.ts
var fix = "take it from a secret of the configuration or a `secretRef`, or mark it by `pulumi.secret`";
async function* found(resource, known) {
  const { values, secrets, urn } = resource;
  for (const { path, value } of leavesOf(values, secrets)) {
    if (value.includes(unknownValue)) continue;
    const origin = known.within(value);
    if (origin !== void 0) {
      yield {
        message: `${pathText(path)}: ${origin} stands here in clear; it has lost its mark on the way. Let it come from an Output that is secret, and never \`unsecret\` it.`,
        urn
      };
      continue;
    }
    const rule = await ruleFor(path, value, isPlaceOfSecrets(typeOf(resource), path) ? "all" : "certain");
    if (rule !== void 0) yield { message: `${pathText(path)} holds a secret in clear (${rule}); ${fix}.`, urn };
  }
}
async function learn({ values, secrets, urn }, known) {
  const name = urn.split("::").pop() ?? urn;
  for (const secret of secrets)
    for (const { path, value } of leavesOf(valueUnder(values, secret), [], secret))
      if (await ruleFor(path, value) !== void 0)
        known.add(value, `the secret at ${pathText(path)} of '${name}'`);
}
var valueUnder = (values, path) => path.reduce(
  (value, key) => typeof value === "object" && value !== null ? value[key] : void 0,
  values
);
var isComponent = ({ type }) => type === "pulumi:pulumi:Stack" || /^[^:]+:[^:]+:[^:/]+$/.test(type);
function inputsPolicy(known) {
  const all = async (resources, context) => {
    known.learn(context);
    const violations = [];
    for (const resource of resources) await learn(resource, known);
    for (const resource of resources)
      for await (const violation of found(resource, known)) violations.push(violation);
    return violations;
  };
  return {
    name: "no-plain-secret-input",
    description: "No secret stands in clear in an input of a resource, nor in an output of a component or the stack.",
    resource: (resource, context) => all([resource], context),
    stack: (resources, context) => all(resources.filter(isComponent), context)
  };
}

// policy/no-secrets/known.ts
var shortest = 8;
var Known = class {
  origins = /* @__PURE__ */ new Map();
  seen;
  /** `origin`: how a message names it, never the value. */
  add(value, origin) {
    if (value.length >= shortest && !this.origins.has(value)) this.origins.set(value, origin);
  }
  /** Once for each configuration: what is under a secret key may be a whole object, of which each text counts. */
  learn({ configuration, secretKeys }) {
    if (this.seen === configuration) return;
    this.seen = configuration;
    for (const key of secretKeys)
      for (const value of textsOf(configuration.get(key) ?? "")) this.add(value, `the secret ${key}`);
  }
  /** How what stands in a text is named; undefined where nothing does. */
  within(text2) {
    for (const [value, origin] of this.origins) if (text2.includes(value)) return origin;
    return void 0;
  }
};
function textsOf(value) {
  if (!/^\s*[[{]/.test(value)) return [value];
  try {
    const found2 = [];
    JSON.parse(value, (_key, part) => {
      if (typeof part === "string") found2.push(part);
      return part;
    });
    return found2;
  } catch {
    return [value];
  }
}

// policy/no-secrets/pack.ts
function noSecrets() {
  const known = new Known();
  return {
    name: "tidegate-no-secrets",
    version: "1.0.0",
    description: "No secret stands in clear in configuration, inputs or outputs",
    policies: [configurationPolicy(), inputsPolicy(known)]
  };
}

// policy/no-secrets/main.ts
serve(noSecrets());
