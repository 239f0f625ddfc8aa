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
function unwrap(values2) {
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
  return { values: visit(values2, []), secrets, unknowns };
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
  configure(settings2) {
    this.settings = settings2;
  }
  async analyze(resource) {
    return this.run((policy, settings2) => policy.resource?.(resource, this.context, settings2) ?? []);
  }
  async analyzeStack(resources) {
    return this.run((policy, settings2) => policy.stack?.(resources, this.context, settings2) ?? []);
  }
  async run(look) {
    const found2 = [];
    for (const policy of this.pack.policies) {
      const { level, settings: settings2 } = this.settings.get(policy.name) ?? {
        level: policy.level ?? "mandatory",
        settings: {}
      };
      if (level === "disabled") continue;
      for (const violation of await look(policy, settings2)) found2.push({ policy, level, violation });
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

// automation/core/stackFile.ts
var stackFileName = (stack) => `Pulumi.${shortStackName(stack)}.yaml`;
var shortStackName = (stack) => stack.slice(stack.lastIndexOf("/") + 1);

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
var projectUnseen = ({ project }) => `its files were not looked at, for no Pulumi.yaml of the project '${project}' is where pulumi was called or above; call it there, or name the folder by TIDEGATE_PROJECT_DIRECTORY.`;
function read(file) {
  try {
    const content = (0, import_yaml.parse)((0, import_node_fs.readFileSync)(file, "utf8"));
    return isRecord2(content) ? content : void 0;
  } catch {
    return void 0;
  }
}

// automation/core/json.ts
function parseJson(text2) {
  try {
    return JSON.parse(text2 ?? "");
  } catch {
    return void 0;
  }
}

// policy/secrets/structures.ts
var quoted = `"(?<double>(?:[^"\\\\]|\\\\.)*)"|'(?<single>(?:[^'\\\\]|\\\\.)*)'`;
var secretName = "[\\w.-]{0,100}(?:password|passwd|passphrase|pass|pwd|secret|token|api[-_]?key|secret[-_]?key|access[-_]?key|account[-_]?key|private[-_]?key|credentials?)";
var decoded = (text2) => Buffer.from(text2, "base64").toString("latin1");
var isUserAndPassword = (text2) => /^[\x21-\x7e]*:[\x20-\x7e]+$/.test(decoded(text2));
var structures = [
  {
    rule: "url-password",
    form: /\b[a-z][a-z0-9+.-]{0,40}:\/\/[^\s:@/'"<>]*:(?<value>(?!\d+\/)[^\s'"<>@]{1,1000})@/gi
  },
  {
    rule: "url-password",
    form: /\bhttps?:\/\/(?<value>[A-Za-z0-9_-]{20,})@/g,
    holds: (value) => /\d/.test(value) && /[a-z]/i.test(value)
  },
  {
    rule: "url-password",
    form: /jdbc:oracle:\w{1,20}:[^/\s]{1,100}\/(?<value>[^@\s'"]{1,1000})@/gi
  },
  {
    rule: "azure-sas",
    form: /[?&]sig=(?<value>[A-Za-z0-9%+/=_-]{30,})/g,
    holds: (_, text2) => /\b(sv|se|sp|sr)=/.test(text2)
  },
  { rule: "azure-sas", form: /SharedAccessSignature\s*=\s*(?<value>[^\s;'"]{20,})/gi },
  { rule: "aws-presigned-url", form: /[?&]X-Amz-Signature=(?<value>[a-f0-9]{64})/g },
  {
    rule: "url-parameter",
    form: new RegExp(`[?&;](?<name>${secretName})=(?<value>[^&;\\s'"<>]+)`, "gi")
  },
  {
    rule: "azure-connection-string",
    form: /\b(?<name>AccountKey|SharedAccessKey|SharedSecretValue|AccessKey)\s*=\s*(?<value>[^;\s'"]+)/gi
  },
  {
    rule: "connection-string",
    form: /(?:^|[;\s'"])(?<name>Password|Pwd)\s*=\s*(?<value>[^;'"\s]+)(?=;)/gi,
    holds: (_, text2) => /\b(server|data source|host|user id|uid|database|initial catalog)\s*=/i.test(text2)
  },
  {
    rule: "connection-string",
    form: /\bpassword=(?<value>[^\s'";]+)/g,
    holds: (_, text2) => /\b(host|dbname)=/.test(text2)
  },
  {
    rule: "sasl-jaas",
    form: new RegExp(
      `\\b(?<name>password|clientSecret|client_secret|clientPassword|keyStorePassword|storePass|keyPass|sslKeyPassword|[\\w.]{0,100}(?:password|secret))\\s*=\\s*(?:\\\\?"(?<double>[^"\\\\]*)\\\\?"|'(?<single>[^']*)'|(?<bare>[^\\s;"']+))`,
      "gi"
    ),
    holds: (_, text2) => /LoginModule\b/.test(text2)
  },
  // The users of a broker's own PlainLoginModule.
  {
    rule: "sasl-jaas",
    form: /\buser_[\w.-]+\s*=\s*\\?["'](?<value>[^"'\\]+)/g,
    holds: (_, text2) => /LoginModule\b/.test(text2)
  },
  {
    rule: "authorization",
    form: /\bBasic\s+(?<value>[A-Za-z0-9+/]{8,}={0,2})(?![A-Za-z0-9+/=])/g,
    holds: isUserAndPassword
  },
  {
    rule: "authorization",
    form: /\b(?:Bearer|Token|ApiKey|GenieKey|Splunk|SSWS)\s+(?<value>[A-Za-z0-9._~+/=-]{16,})/g,
    holds: (value) => /\d/.test(value) && /[A-Za-z]/.test(value)
  },
  {
    rule: "authorization",
    form: /\bX-(?:[A-Za-z]+-)*(?:Key|Token|Secret|Auth)\s*:\s*(?<value>[^\s'"]{8,})/gi
  },
  // `--header "PRIVATE-TOKEN: …"`, under any name of a secret.
  {
    rule: "authorization",
    form: /\s(?:-H|--header)[ =]?["']?(?<name>[A-Za-z][\w-]*):\s*(?<value>[^\s"'$]{6,})/g
  },
  {
    rule: "docker-login",
    form: /"auth"\s*:\s*"(?<value>[A-Za-z0-9+/]{8,}={0,2})"/g,
    holds: isUserAndPassword
  },
  {
    rule: "command-line",
    form: new RegExp(
      `(?<!\\bconfig\\s+set)(?:^|[\\s"'[,])--?(?<name>${secretName})(?:=|\\s+)(?:${quoted}|(?<bare>(?!(?:id|type|src|source|target|env)=|(?:file|env|fd|pass):)[^\\s"'<>|&;)-][^\\s"']*))`,
      "gi"
    )
  },
  {
    rule: "command-line",
    form: /\bcurl\b[^\n]*?\s(?:-u|--user|--proxy-user)[ =]?\s*["']?[^\s:"'$]+:(?<value>[^\s"']+)/g,
    ofLine: true
  },
  {
    rule: "command-line",
    form: /\b(?:docker|podman|nerdctl|buildah|helm|oras|az|skopeo|crane|rpk|sshpass|mongo(?:sh|dump|restore|export|import)?)\b[^\n|]*?\s-p\s*["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
    // Of most of them it is a port, or another thing.
    holds: (_, __, whole) => /^(?:sshpass|mongo)/.test(whole) || /\s(?:login|user)\b/.test(whole),
    ofLine: true
  },
  // What stands apart from the `-p` of these is a database, and after the one of Redis a port.
  {
    rule: "command-line",
    form: /\b(?:mysql(?:dump|admin|import|show|check)?|mariadb(?:-\w+)?)\s[^\n|]*?(?<=\s)-p["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
    ofLine: true
  },
  {
    rule: "command-line",
    form: /\bredis-cli\s[^\n|]*?(?<=\s)-a\s*["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
    ofLine: true
  },
  // openssl's way to say where a passphrase is: `pass:`, next to `file:` and `env:`.
  {
    rule: "command-line",
    form: /\s-pass(?:in|out)?\s+["']?pass:(?<value>[^\s"'$]+)/g
  },
  {
    rule: "command-line",
    form: /\becho\s+(?:-\w+\s+)?["']?[a-z_][\w-]*:(?<value>[^\s"'$|]+)["']?\s*\|[^\n]*\bchpasswd\b/g,
    ofLine: true
  },
  {
    rule: "command-line",
    form: /(?:^|[\s;&|(])https?\s[^\n|]*?(?:-a|--auth)[ =]["']?[^\s:"'$]+:(?<value>[^\s"'<>|&;]+)/g,
    ofLine: true
  },
  {
    rule: "command-line",
    form: /\bConvertTo-SecureString\s+(?:-String\s+)?["'](?<value>[^"']+)["']/gi
  },
  {
    rule: "command-line",
    form: /\b(?:sqlcmd|bcp)\b[^\n|]*?\s-P\s*["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
    ofLine: true
  },
  {
    rule: "command-line",
    form: /\bmc\s+(?:(?:alias\s+set|config\s+host\s+add)\s+\S+|admin\s+user\s+add)\s+\S+\s+\S+\s+["']?(?<value>[^\s"'<>|&;-][^\s"']+)/g,
    ofLine: true
  },
  {
    rule: "command-line",
    form: /\becho\s+(?:-n\s+)?["']?(?<value>[^\s"'$|]+)["']?\s*\|[^\n]*(?:--password-stdin|\bpasswd\s+--stdin)/g,
    ofLine: true
  },
  // By their place alone.
  {
    rule: "command-line",
    form: /\b(?:confluent\s+api-key\s+store\s+\S+|rabbitmqctl\s+(?:add_user|change_password)\s+\S+|htpasswd\s+(?:-\w+\s+)*(?:-\w*n\w*b\w*|-\w*b\w*n\w*)\s+[\w.-]+|htpasswd\s+(?:-\w+\s+)*-(?!\w*n)\w*b\w*\s+\S+\s+[\w.-]+)\s+["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
    ofLine: true
  },
  {
    rule: "command-line",
    form: /\bconfig(?:ure)?\s+set(?:-all)?\s+(?:-\S+\s+)*(?<name>\w[\w.:-]*)\s+["']?(?<value>[^\s"'<>|&;-][^\s"']*)/g,
    ofLine: true
  },
  {
    rule: "xml",
    form: new RegExp(`<(?<name>${secretName})>\\s*(?<value>[^<\\s][^<]*?)\\s*</`, "gi")
  },
  {
    rule: "xml",
    form: new RegExp(`<name>\\s*(?<name>[\\w.-]+)\\s*</name>\\s*<value>\\s*(?<value>[^<]+?)\\s*</value>`, "gi")
  },
  {
    rule: "sql-password",
    form: /\b(?:PASSWORD|IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)|SECRET|SESSION_TOKEN|CLIENT_SECRET|TOKEN|SECRET_ACCESS_KEY|AWS_SECRET_KEY|CONNECTION_STRING)\s*=?\s+'(?<value>[^']+)'/g
  },
  { rule: "sql-password", form: /\bPASSWORD='(?<value>[^']+)'/g },
  // Of stages and external tables: `CREDENTIALS=(AWS_KEY_ID='…' AWS_SECRET_KEY='…')`.
  {
    rule: "sql-password",
    form: /\b(?:(?:client|aws)_secret(?:_key)?|(?:aws_)?secret_access_key|(?:session|sas|aws)_token|azure_sas_token|master_key)='(?<value>[^']+)'/gi
  },
  { rule: "sql-password", form: /\b(?:password|identified\s+by)\s+'(?<value>[^']+)'/g },
  { rule: "sql-password", form: /\bIDENTIFIED\s+BY\s+"(?<value>[^"]+)"/gi },
  // host:port:database:user:password
  { rule: "pgpass", form: /^[ \t]*[\w.*-]+:(?:\d{2,5}|\*):[^:\s]+:[^:\s]+:(?<value>[^:\s]+)$/gm },
  { rule: "netrc", form: /\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?<value>\S+)/g }
];
var structureRules = structures.map(({ rule }) => rule);
var inOneWord = (text2) => text2.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name) => "${{" + name + "}}");
function captures(written) {
  const text2 = inOneWord(written);
  const found2 = [];
  const lines = linesOf(text2);
  for (const { rule, form, holds, ofLine } of structures)
    for (const part of ofLine ? lines : [text2])
      for (const { 0: whole, groups = {} } of part.matchAll(form)) {
        const value = groups.value ?? groups.double ?? groups.single ?? groups.bare;
        if (value === void 0 || value === "" || holds?.(value, text2, whole) === false) continue;
        found2.push({ rule, value, ...groups.name === void 0 ? {} : { name: groups.name } });
      }
  return found2;
}
var [lineMax, overlap] = [8192, 1024];
function linesOf(text2) {
  return text2.split("\n").flatMap((line) => {
    if (line.length <= lineMax) return [line];
    const pieces = Math.ceil((line.length - overlap) / (lineMax - overlap));
    return Array.from(
      { length: pieces },
      (_, index) => line.slice(index * (lineMax - overlap), index * (lineMax - overlap) + lineMax)
    );
  });
}
var unquoted = (text2) => {
  const [, double, single] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/s.exec(text2) ?? [];
  return double ?? single ?? text2.replace(/\s+#.*$/, "").trim();
};
function assignments(text2, sql) {
  const found2 = [];
  let named;
  for (const [line, content] of text2.split(/\r?\n/).entries()) {
    if (/^\s*(#|;|\/\/|--\s)/.test(content) && !/[=:]/.test(content)) continue;
    const add = (key, value) => {
      if (key !== void 0 && value !== void 0) found2.push({ key, value: unquoted(value.trim()), line });
    };
    for (const [, key, value] of content.matchAll(/(?<!\w)'([\w.-]+)'\s*(?:=|:|,|=>)\s*'((?:[^']|'')*)'/g))
      add(key, value?.replaceAll("''", "'"));
    if (sql) {
      const [, setting, text4] = /^\s*SET\s+(?:(?:GLOBAL|SESSION|LOCAL|PERSISTENT)\s+)?([\w.]+)\s*(?:=|\bTO\b)\s*('(?:[^']|'')*')/i.exec(
        content
      ) ?? [];
      add(setting, text4);
      continue;
    }
    const [, whole, wholeValue] = /^\s*(?:[-+]\s+|[#;]+\s*)?(?:export\s+|set\s+|ENV\s+|ARG\s+|local\s+|readonly\s+|-D)?["']?([A-Za-z_][\w.$/-]*)["']?\s*(?:(?:::?|[?+])?=|:(?=\s))\s*(.+?),?\s*$/.exec(
      content
    ) ?? [];
    const [, variable, text3] = /^\s*(?:\$(?:\w+:)?|(?:def|final|String|var|val|let|const)\s+)([A-Za-z_]\w*)\s*=\s*("[^"]*"|'[^']*')\s*;?\s*$/.exec(
      content
    ) ?? [];
    add(variable, text3);
    if (/^value$/i.test(whole ?? "") && named !== void 0) add(named, wholeValue);
    named = /^name$/i.test(whole ?? "") ? unquoted(wholeValue ?? "") : void 0;
    add(whole, wholeValue);
    const [, variableOfImage, rest2] = /^\s*ENV\s+([A-Za-z_]\w*)\s+([^=\s].*?)\s*$/.exec(content) ?? [];
    add(variableOfImage, rest2);
    for (const [, key, value] of content.matchAll(
      /(?:^|[\s;&|"'(,{])(?:-D|-e\s?|--env\s|--set\s|--set-string\s|--from-literal[=\s])?([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:\$\{\{?[^{}]*\}?\}|\$\([^()]*\)|[^\s;&|,"')}])+)/g
    ))
      if (key !== whole) add(key, value);
    for (const [, key, value] of content.matchAll(/\$\{([A-Za-z_]\w*):?[=-]([^{}]+)\}/g))
      if (key !== whole) add(key, value);
    for (const [, key, value] of content.matchAll(
      /[{,]\s*([A-Za-z_][\w.-]*):\s+("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,{}"'[\]]+)\s*(?=[,}])/g
    ))
      if (key !== whole) add(key, value);
    for (const [, key, value] of content.matchAll(/[(,[]\s*([A-Za-z_]\w*):\s*("[^"]*"|'[^']*')\s*(?=[,)\]])/g))
      if (key !== whole) add(key, value);
    for (const [, , key, value] of content.matchAll(
      /\bname:\s*(["'])([\w.-]+)\1\s*,\s*(?:value|defaultValue):\s*("[^"]*"|'[^']*')/g
    ))
      add(key, value);
    for (const [, key, value] of content.matchAll(/"([A-Za-z_][\w.-]*)"\s*:\s*("(?:[^"\\]|\\.)*")/g))
      if (key !== whole) add(key, value);
  }
  return found2;
}

// policy/secrets/finding.ts
var import_node_crypto = require("node:crypto");
function findingOf(rule, keyPath, value) {
  let fingerprint;
  return {
    rule,
    keyPath,
    get fingerprint() {
      return fingerprint ??= (0, import_node_crypto.scryptSync)(value, `tidegate\0${rule}\0${keyPath}`, 8, {
        N: 2 ** 14,
        r: 8,
        p: 1
      }).toString("hex");
    }
  };
}

// policy/secrets/keyNames.ts
function wordsOf(keyPath) {
  const words = keyPath.replace(/\[\d+\]/g, "").replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2").toLowerCase().replace(/fn::secret/g, "").split(/[^a-z0-9]+/).filter((word) => word !== "");
  while (words.length > 1 && /^(value|default|plaintext|literal|string|content)$/.test(words.at(-1) ?? ""))
    words.pop();
  return words;
}
var nouns = /^(?:[a-z0-9]*(?:password|passwd|passphrase|passwort)s?|pass|pwd|pw|[a-z]{2,}pwd|[a-z0-9]*(?<!non)secrets?|[a-z]*tokens?|[a-z]*credentials?|apikeys?|secretkeys?|privatekeys?|accountkeys?|masterkeys?|authkeys?|accesstokens?|connectionstrings?|psk|(?:pg|require|(?:src|dest)?(?:key|store)|trust|truststore|user|db|admin|root|smtp|ldap|bind|mail|proxy)pass|sharedkey|secretaccesskey|sastoken|masterauth)$/;
var keyOwners = /^(api|apikey|secret|private|account|signing|sign|encryption|encrypt|master|shared|storage|auth|service|session|cookie|jwt|hmac|application|app|admin|subscription|integration|license|shared access|webhook|deploy|registration|ingestion|routing)$/;
var likely = /^(key|keys|auth|authorization|signature|sig|cookie|session|pin|dsn|login|pat|sas|seed|salt|jwt|bearer|license|webhook|authentication|basic|private|otp|totp|access)$/;
var known = /^(ids?|uuid|guid|sha|sha1|sha256|sha512|md5|digest|digests|checksum|checksums|hash|hashes|fingerprint|fingerprints|thumbprint|thumbprints|thumbprintlist|etag|integrity|commit|revision|version|tag|image|images|public|publickey|certificate|certificates|cert|crt|ca|cacert|arn|urn|uri|host|hostname|endpoint|name|names|nonce|encryptionsalt|encryptedkey|challenge|kid|x5t|x5c|link|selflink|path|file|uses|ref|location|kms|oidc|issuer|schema|serial|logicalid|generation|ciphertext|resolved|providers?|location|query|sum)$/;
var howOfPasswords = /^(policy|policies|source|backend|store|manager|encoding|algorithm|format|charset|reset)$/;
function kindOf(keyPath) {
  const words = wordsOf(keyPath);
  const [beforeLast = "", last = ""] = [words.at(-2), words.at(-1)];
  if (/(^|[.\]])secrets\[[^\]]*\]\.value$/.test(keyPath)) return "secret";
  const joined = words.join(" ");
  if (/^(checksum|digest|hash|sha256|fingerprint)$/.test(beforeLast)) return "public";
  if (/\baccount key\b/.test(joined) && /core (windows|chinacloudapi|usgovcloudapi)/.test(joined)) return "secret";
  if (/\b(external|sealed) secrets$/.test(joined)) return "public";
  if (/\bencrypted data\b/.test(joined)) return "public";
  if (/\b(existing|pull) ?[a-z ]*secrets?( [a-z]+)?$/.test(joined) || /\bsecret( key)? ref\b/.test(joined))
    return "public";
  if (/^(ssm|kms|cmk|customer|hosted|cache|restore|partition|sort|foreign|object|idempotency)$/.test(beforeLast)) {
    if (/^keys?$/.test(last)) return "public";
  }
  if (/^(keys|jwk)$/.test(beforeLast) && /^([nexy]|kty|crv|alg|use)$/.test(last)) return "public";
  if (/^(keys|jwk)$/.test(beforeLast) && /^([dpqk]|dp|dq|qi)$/.test(last)) return "likely";
  if (/\bjaas user \w+$/.test(joined)) return "secret";
  if (/\b(access key)( id)?$/.test(joined) || last === "accesskey" || last === "accesskeyid")
    return /secret access key$/.test(joined) ? "secret" : "likely";
  if (/\b(auth )?user info$/.test(joined) || /\bclient secret$/.test(joined)) return "secret";
  if (/\bsecret key base$/.test(joined)) return "secret";
  if (last === "config" && beforeLast === "jaas") return "likely";
  if (nouns.test(last)) {
    if (/^(primary|foreign|partition|next|page|continuation|sync|max|min|num|count)$/.test(beforeLast) && /token/.test(last))
      return "neutral";
    return "secret";
  }
  if ((last === "key" || last === "keys") && keyOwners.test(beforeLast)) return "secret";
  if (/^passw(or)?ds$/.test(beforeLast) && !known.test(last) && !howOfPasswords.test(last)) return "secret";
  if (/^\d+$/.test(last) && nouns.test(beforeLast)) return "secret";
  if (/^(vault|approle)$/.test(words.at(-3) ?? "") && beforeLast === "secret" && last === "id") return "secret";
  if (known.test(last) || /^(public|certificate|cert|checksum)$/.test(beforeLast)) return "public";
  if (likely.test(last)) return "likely";
  return "neutral";
}
var isPassword = (keyPath) => /pass(word|wd|phrase|wort)?s?$|pwd$|^pw$/.test(wordsOf(keyPath).at(-1) ?? "");

// policy/secrets/leaves.ts
function* leavesOf(value, keyPath = "") {
  if (typeof value === "string") yield { keyPath, value };
  else if (typeof value === "number") yield { keyPath, value: String(value) };
  else if (Array.isArray(value))
    for (const [index, inner] of value.entries()) yield* leavesOf(inner, `${keyPath}[${nameInList(value, index)}]`);
  else if (typeof value === "object" && value !== null) {
    const named = namedPath(value, keyPath);
    for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, memberPath(named, key));
  }
}
var memberPath = (keyPath, key) => keyPath === "" ? key : `${keyPath}.${key}`;
var names = ["name", "Name", "key", "Key", "parameterName", "ParameterKey"];
var values = ["value", "Value", "parameterValue", "ParameterValue"];
function nameOf(entry) {
  if (typeof entry !== "object" || entry === null) return void 0;
  const given = entry;
  if (!values.some((name2) => name2 in given)) return void 0;
  const name = names.map((one) => given[one]).find((one) => typeof one === "string");
  return typeof name === "string" ? name : void 0;
}
function namedPath(entry, keyPath) {
  const name = nameOf(entry);
  return name === void 0 || keyPath.endsWith("]") ? keyPath : `${keyPath}[${name}]`;
}
function nameInList(list, index) {
  const [before, entry] = [list[index - 1], list[index]];
  const isOption = typeof before === "string" && /^--?[A-Za-z][\w.-]{2,}$/.test(before) && !before.startsWith("--no-");
  if (isPasswordOption(list, index)) return "--password";
  return nameOf(entry) ?? (isOption && typeof entry === "string" && !entry.startsWith("-") ? before : index);
}
function isPasswordOption(list, index) {
  const [before, entry] = [list[index - 1], list[index]];
  if (typeof entry !== "string") return false;
  const isOf = (programs) => list.slice(0, index).some((one) => typeof one === "string" && programs.test(one));
  if (/^-p.+/.test(entry)) return isOf(/(^|\/)(mysql(dump|admin|import|show|check)?|mariadb(-\w+)?|sshpass)$/);
  if (entry.startsWith("-")) return false;
  return before === "-a" && isOf(/(^|\/)redis-cli$/) || before === "-p" && isOf(/(^|\/)(sshpass|mongosh)$|^login$/);
}

// policy/secrets/randomness.ts
var uuid = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
var hex = /^(0x)?[0-9a-f]+$/i;
var candidate = /^[A-Za-z0-9+/=_~.!%*@#&^:-]+$/;
var container = /^(MII[A-Za-z0-9+/]{100}|H4sI|UEsDB|iVBORw0|JVBERi|AAAAB3Nza|AAAAC3Nza|AAAAE2Vj)/;
function entropy(text2) {
  const counts = /* @__PURE__ */ new Map();
  for (const character of text2) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count / text2.length * Math.log2(count / text2.length);
  return bits;
}
var kindOf2 = (character) => /[a-z]/.test(character) ? "a" : /[A-Z]/.test(character) ? "A" : /[0-9]/.test(character) ? "0" : "-";
function changes(text2) {
  let changed = 0;
  for (let at3 = 1; at3 < text2.length; at3++) if (kindOf2(text2[at3] ?? "") !== kindOf2(text2[at3 - 1] ?? "")) changed++;
  return changed / Math.max(1, text2.length - 1);
}
function looksRandom(text2, strictness) {
  if (!candidate.test(text2) || uuid.test(text2) || container.test(text2)) return false;
  if (/^(sha(1|256|384|512)|md5)[-:]/i.test(text2) || /^(arn|urn):/.test(text2) || text2.includes("://")) return false;
  if (/^(SCRAM|SHA|AES|RSA|ECDSA|HMAC|TLS|HS|RS|ES|PS)[-_]?\w*(-\w+)*$/.test(text2) && text2.length < 40) return false;
  const kinds = new Set([...text2].map(kindOf2));
  if (strictness === "named") {
    if (text2.length < 12) return false;
    if (hex.test(text2)) return text2.length >= 24 && /[a-f]/i.test(text2) && /\d/.test(text2) && entropy(text2) > 2;
    return kinds.size >= 2 && /\d/.test(text2) && entropy(text2) >= 3 && changes(text2) >= 0.25;
  }
  const dense = text2.replace(/[^A-Za-z0-9]/g, "");
  if (text2.length < 20 || text2.length > 200 || hex.test(text2) || /[@!%&^#]/.test(text2)) return false;
  const mixed = ["a", "A", "0"].every((kind) => kinds.has(kind)) && (dense.match(/\d/g) ?? []).length >= 2;
  return mixed && dense.length >= text2.length * 0.85 && entropy(text2) >= 3.7 && changes(dense) >= 0.42;
}

// automation/core/errors.ts
var exitCodes = {
  ok: 0,
  /** A gate, a check or a stack failed. */
  failed: 1,
  /** The command line, the environment file or another input is wrong. */
  usage: 2,
  /** A tool is missing and could not be fetched. */
  toolchain: 3,
  /** Another rollout or another process holds what this one needs. */
  busy: 4,
  /** What is there differs from what was deployed: `drift` alone. */
  drift: 5,
  /** What was asked for is not allowed without an approval or a confirmation; nothing of it was done. */
  refused: 6,
  /** A fault of Tidegate itself. */
  internal: 70,
  /** Interrupted by SIGINT (128 + 2), as shells report it. */
  interrupted: 130,
  /** The reader of the output went away (128 + SIGPIPE), as `head` does. */
  brokenPipe: 141
};
var interruptedCode = "interrupted";
var brand = /* @__PURE__ */ Symbol.for("tidegate.error");
var TidegateError = class extends Error {
  [brand] = true;
  code;
  hint;
  retryable;
  exitCode;
  constructor(message, options) {
    super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.name = "TidegateError";
    this.code = options.code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.exitCode = options.exitCode ?? (options.code === interruptedCode ? exitCodes.interrupted : exitCodes.failed);
  }
  static is(error) {
    return typeof error === "object" && error !== null && brand in error;
  }
};

// stacks/secretRef.ts
var field = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
var secretRefForms = {
  "aws-sm": {
    form: "aws-sm://NAME[#field]",
    example: "aws-sm://prod/kafka#password",
    names: { name: /^[A-Za-z0-9_+=.@-][A-Za-z0-9/_+=.@-]{0,511}$/ }
  },
  "aws-ssm": {
    form: "aws-ssm://NAME[#field]",
    example: "aws-ssm:///prod/kafka/password",
    names: { name: /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/ }
  },
  "gcp-sm": {
    form: "gcp-sm://PROJECT/NAME[/VERSION][#field]",
    example: "gcp-sm://lake-prod/kafka/3#password",
    names: {
      project: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      name: /^[A-Za-z0-9_-]{1,255}$/,
      version: /^(latest|[1-9][0-9]*)$/
    }
  },
  "azure-kv": {
    form: "azure-kv://VAULT/NAME[/VERSION][#field]",
    example: "azure-kv://lake-prod/kafka-password",
    names: {
      vault: /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
      name: /^[A-Za-z0-9-]{1,127}$/,
      version: /^[0-9a-f]{32}$/
    }
  },
  vault: {
    form: "vault://MOUNT/PATH[#field]",
    example: "vault://kv/prod/kafka#password",
    names: { mount: /^[A-Za-z0-9_-]+$/, path: /^(?!(.*\/)?\.{1,2}(\/|$))[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/ }
  },
  k8s: {
    form: "k8s://NAMESPACE/NAME[#field]",
    example: "k8s://streaming/kafka#password",
    names: {
      namespace: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      name: /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
    }
  },
  env: {
    form: "env://VARIABLE",
    example: "env://KAFKA_PASSWORD",
    names: { variable: /^[A-Za-z_][A-Za-z0-9_]*$/ }
  },
  file: {
    form: "file://PATH",
    example: "file:///run/secrets/kafka",
    // Nothing that another program could read as something else than this path.
    names: { path: /^(?!.*\/\.{1,2}(\/|$))(\/[A-Za-z0-9_.@+-]+)+$/ }
  }
};
var secretRefHint = `A reference is one of ${Object.values(secretRefForms).map(({ form }) => form).join(", ")}.`;
function split(kind, rest2) {
  const [head = "", ...tail] = rest2.split("/");
  switch (kind) {
    case "aws-sm":
    case "aws-ssm":
      return { name: rest2 };
    case "gcp-sm":
      return { project: head, name: tail[0], version: tail.length > 1 ? tail.slice(1).join("/") : void 0 };
    case "azure-kv":
      return { vault: head, name: tail[0], version: tail.length > 1 ? tail.slice(1).join("/") : void 0 };
    case "vault":
      return { mount: head, path: tail.join("/") };
    case "k8s":
      return { namespace: head, name: tail.join("/") };
    case "env":
      return { variable: rest2 };
    case "file":
      return { path: rest2 };
  }
}
function read2(text2) {
  const [, scheme = "", rest2 = ""] = /^([a-z0-9-]+):\/\/(.*)$/s.exec(text2) ?? [];
  if (!Object.hasOwn(secretRefForms, scheme)) return { problem: `is no reference to a secret. ${secretRefHint}` };
  const kind = scheme;
  const { form, names: names2, example } = secretRefForms[kind];
  const wrong = (what) => ({ problem: `${what}: it has to be ${form}, e.g. ${example}` });
  const at3 = rest2.indexOf("#");
  const [body, part] = at3 < 0 ? [rest2, void 0] : [rest2.slice(0, at3), rest2.slice(at3 + 1)];
  const parts = split(kind, body);
  for (const [name, allowed] of Object.entries(names2)) {
    const value = parts[name];
    if (value === void 0 && name === "version") continue;
    if (value === void 0 || value === "") return wrong(`has no ${name.toUpperCase()}`);
    if (!allowed.test(value)) return wrong(`cannot have this ${name.toUpperCase()}`);
  }
  if (part !== void 0 && !form.includes("#")) return wrong("can have no #field");
  if (part !== void 0 && !field.test(part)) return wrong("cannot have this #field");
  const given = Object.entries({ ...parts, field: part }).filter(([, value]) => value !== void 0);
  return { kind, ...Object.fromEntries(given) };
}
function parseSecretRef(text2) {
  const parsed = read2(text2);
  if (!("problem" in parsed)) return parsed;
  throw new TidegateError(`The reference to a secret ${parsed.problem}`, {
    code: "secret-ref-invalid",
    hint: "docs/secrets.md describes each form.",
    exitCode: exitCodes.usage
  });
}

// policy/secrets/references.ts
var providers = /^(file|env|directory|dir|secret|secrets|secretManager|secretsManager|secretsmanager|ssm|vault|aws|gcp|azure|sys|sysenv|oc\.env|sm|strimzi|configmaps|keyvault|resolve|env_var)\b$/i;
var elsewhere = [
  /^op:\/\/\S+$/,
  // 1Password
  /^ref\+[a-z0-9]+:\/\/\S+$/,
  // vals
  /^vault:[\w/-]+#[\w.-]+$/,
  // bank-vaults
  /^arn:aws[a-z-]*:[a-z0-9-]+:\S+$/,
  /^projects\/[^/\s]+\/secrets\/[^/\s]+(\/versions\/\w+)?$/,
  /^https:\/\/[a-z0-9-]+\.vault\.[a-z.]+\/secrets\/\S+$/,
  /^@Microsoft\.KeyVault\([^)]*\)$/,
  /^ENC\[[^\]]*\]$/,
  // SOPS: encrypted
  /^(process\.env|os\.environ|System\.getenv|secrets|vars|env|local|var|data|module|params)[.[(][\w.\s"'\]\)[-]*$/,
  /^credentials\(\s*['"][\w.-]+['"]\s*\)$/,
  // Jenkins
  /^%[A-Za-z_]\w*%$/,
  /^@@?\w+@@?$/,
  /^\{(env|file):[^}]+\}$/,
  /^`[^`]*`$/,
  // a command of a shell
  /^[[{(]+$/,
  // what it opens is on the next lines
  /^[A-Za-z_][\w.]*\(\s*\)[,;]?$/,
  // a call of a program, which is given nothing
  /^!(Ref|Sub|GetAtt|ImportValue|reference|vault)\b/
];
var placeholders = [
  /^<[^<>]*>$/,
  /^\[(secret|unknown|redacted|masked|hidden)\]$/i,
  /^[*•.…#_!-]+$/,
  /^\{[A-Za-z_][\w.]*\}$|^%\([A-Za-z_]\w*\)s$/,
  // filled in by a program
  /^(?:change|replace|fill|set|take)[-_]?(?:me|this|it)?[-_](?:from|in|with|via|by)(?:[-_][a-z]+)+$/i,
  /^(?:see|from|in)[-_ ](?:the[-_ ])?(?:vault|key-?vault|1password|secrets?[-_ ]?manager)$/i,
  /^x{3,}$/i,
  /^(redacted|masked|hidden|placeholder|dummy|todo|tbd|n\/a|unset|undefined|nil|null|none|~)$/i,
  /^(your|my|insert|enter|put|add|replace|set)[-_ ](?:[a-z]+[-_ ])*(?:password|passwd|secret|token|key|credentials?|here|me|value|with)(?:[-_ ][a-z]+)*$/i
];
var fileName = /^(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][\w.@+ -]+){2,}[/\\]?$|^(?:~|\.{1,2})[/\\][\w.@+-]+$|^file:\/\/\S+$/;
var fileEnding = /\.(json|ya?ml|p12|pfx|jks|pem|key|crt|cer|txt|properties|conf|toml|ini|env|keytab)$/i;
var shells = /* @__PURE__ */ new Set(["dotenv", "workflow", "text", "resource", "helm"]);
function isSecretRef(value) {
  if (!/^(aws-sm|aws-ssm|gcp-sm|azure-kv|vault|k8s|env|file):\/\//.test(value)) return false;
  try {
    parseSecretRef(value);
    return true;
  } catch {
    return false;
  }
}
function literalsOf(expression) {
  const inner = expression.trim();
  const whole = /^(['"])(.*)\1(?:\s*\|\s*(?:quote|b64enc|squote|trim))*$/s.exec(inner);
  if (whole?.[2] !== void 0 && !whole[2].includes(whole[1] ?? "")) return [whole[2]];
  const found2 = [
    ...inner.matchAll(
      /\b(?:env_var|var|getenv|get|env)\(\s*(['"])[^'"]*\1\s*,\s*(?:default\s*=\s*)?(['"])(.*?)\2/g
    )
  ].map((match) => match[3]);
  const defaults = [...inner.matchAll(/\b(?:default|d)\b\s*\(?\s*(['"])(.*?)\1/g)].map((match) => match[2]);
  const either = [...inner.matchAll(/(?:\|\||\bor\b)\s*(['"])(.*?)\1/g)].map((match) => match[2]);
  return [...found2, ...defaults, ...either].filter((text2) => text2 !== void 0 && text2 !== "");
}
var nothing = { literals: [], reference: true };
var variableDepthMax = 4;
function withoutReferences(value) {
  const literals = [];
  let rest2 = value.replace(/\$\([^()]*(?:\([^()]*\)[^()]*)*\)/g, "").replace(/\$\{\{(.*?)\}\}/gs, (_, inner) => {
    literals.push(...literalsOf(inner));
    return "";
  }).replace(/\{\{-?(.*?)-?\}\}/gs, (_, inner) => {
    literals.push(...literalsOf(inner));
    return "";
  }).replace(/<%(?:(?!<%).)*?%>|#\{[\w.]+\}#?/gs, "");
  for (let deep = 0; deep < variableDepthMax; deep++) {
    const before = rest2;
    rest2 = rest2.replace(/\$\{([^{}]*)\}/g, (_, inner) => {
      const [, name = "", , fallback = ""] = /^([\w.\s-]+?)(:[-=+?]?|-)(.*)$/s.exec(inner) ?? [];
      const literal = fallback.replace(/^(['"])(.*)\1$/s, "$2");
      const isVariable = /^\$[A-Za-z_]\w*$/.test(literal);
      if (literal !== "" && !isVariable && !providers.test(name.trim()) && !/^[:?]?\?/.test(inner.slice(name.length)))
        literals.push(literal);
      return "";
    });
    if (rest2 === before) break;
  }
  return { rest: rest2, literals };
}
function judge(value, format) {
  const text2 = value.trim().replace(/^(['"])(.*)\1$/s, "$2").trim();
  if (text2 === "") return nothing;
  if (/^\$\(|^`/.test(text2)) return nothing;
  if ((shells.has(format) ? /^\$[A-Za-z_]\w*$/ : /^\$[A-Z_][A-Z0-9_]*$/).test(text2)) return nothing;
  if (isSecretRef(text2) || [...elsewhere, ...placeholders].some((form) => form.test(text2))) return nothing;
  if ((fileName.test(text2) || fileEnding.test(text2) && !/\s/.test(text2)) && !looksRandom(text2, "named"))
    return nothing;
  const { rest: rest2, literals } = withoutReferences(text2);
  if (rest2 === text2) return { literals: [text2], reference: false };
  const drawn = looksRandom(rest2, "named") && !fileName.test(`.${rest2}`);
  return { literals: drawn ? [...literals, rest2] : literals, reference: true };
}

// policy/secrets/tokens.ts
var at = (form) => new RegExp(`(?<![A-Za-z0-9])(?<value>${form})`, "g");
var tokenRules = [
  { rule: "aws-access-key-id", form: at("(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])") },
  { rule: "aws-bedrock-key", form: at("ABSK[A-Za-z0-9+/]{109,}={0,2}") },
  { rule: "github-token", form: at("gh[pousr]_[A-Za-z0-9]{36,}") },
  { rule: "github-token", form: at("github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}") },
  { rule: "gitlab-token", form: at("gl(?:pat|dt|rt|ptt|ft|imt|agent|soat|cbt|oas|ffct)-[A-Za-z0-9_.-]{20,}") },
  { rule: "gitlab-token", form: at("GR1348941[A-Za-z0-9_-]{20,}") },
  { rule: "bitbucket-token", form: at("ATBB[A-Za-z0-9]{28,}") },
  { rule: "atlassian-token", form: at("ATATT3[A-Za-z0-9_=-]{60,}") },
  { rule: "slack-token", form: at("xox[abeoprs]-[A-Za-z0-9-]{10,}") },
  { rule: "slack-token", form: at("xapp-\\d-[A-Z0-9]+-\\d+-[a-f0-9]+") },
  {
    rule: "slack-webhook",
    form: /(?<value>https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,})/g
  },
  {
    rule: "teams-webhook",
    form: /(?<value>https:\/\/[\w-]+\.webhook\.office\.com\/webhookb2\/[\w-]+@[\w-]+\/\w+\/\w{32}\/[\w-]+)/g
  },
  {
    rule: "discord-webhook",
    form: /(?<value>https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,})/g
  },
  { rule: "google-api-key", form: at("AIza[A-Za-z0-9_-]{35}") },
  { rule: "google-oauth-secret", form: at("GOCSPX-[A-Za-z0-9_-]{28}") },
  { rule: "google-oauth-token", form: at("ya29\\.[A-Za-z0-9_-]{20,}") },
  { rule: "google-refresh-token", form: at("1//0[A-Za-z0-9_-]{40,}") },
  { rule: "google-hmac-key", form: at("GOOG[A-Z0-9]{20,57}(?![A-Za-z0-9])") },
  { rule: "azure-client-secret", form: /(?<![\w~.-])(?<value>[\w~.-]{3}\dQ~[\w~.-]{31,34})(?![\w~.-])/g },
  {
    rule: "azure-storage-key",
    form: /(?<![A-Za-z0-9+/]|sha512[-:])(?<value>[A-Za-z0-9+/]{86}==)(?![A-Za-z0-9+/=])/g
  },
  { rule: "azure-key", form: at("[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}") },
  { rule: "azure-storage-key", form: at("[A-Za-z0-9/+]{76}\\+AS(?:t|e|c)[A-Za-z0-9/+]{4,6}==") },
  { rule: "azure-devops-token", form: at("[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}") },
  { rule: "confluent-api-secret", form: at("cflt[A-Za-z0-9+/]{60}") },
  { rule: "aiven-password", form: at("AVNS_[A-Za-z0-9_-]{16,}") },
  { rule: "aiven-token", form: at("aivenv1[A-Za-z0-9+/_=-]{40,}") },
  { rule: "pulumi-token", form: at("pul-[a-f0-9]{40}") },
  { rule: "dbt-token", form: at("dbt[cu]_[A-Za-z0-9_-]{24,}={0,2}") },
  { rule: "databricks-token", form: at("dapi[a-f0-9]{32}(?:-\\d)?") },
  { rule: "databricks-token", form: at("dose[a-f0-9]{32}") },
  { rule: "terraform-token", form: at("[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,}") },
  { rule: "vault-token", form: at("hv[sbr]\\.[A-Za-z0-9_-]{24,}") },
  { rule: "vault-token", form: at("s\\.[A-Za-z0-9]{24}(?![A-Za-z0-9._-])(?=.*)") },
  { rule: "npm-token", form: at("npm_[A-Za-z0-9]{36}") },
  { rule: "npm-token", form: /:_(?:authToken|auth|password)\s*=\s*(?<value>[^\s$]{8,})/g },
  { rule: "pypi-token", form: at("pypi-[A-Za-z0-9_-]{50,}") },
  { rule: "rubygems-token", form: at("rubygems_[a-f0-9]{48}") },
  { rule: "docker-token", form: at("dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}") },
  { rule: "stripe-key", form: at("(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}") },
  { rule: "stripe-key", form: at("whsec_[A-Za-z0-9+/]{24,}={0,2}") },
  { rule: "sendgrid-key", form: at("SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}") },
  { rule: "twilio-key", form: at("SK[a-f0-9]{32}(?![A-Za-z0-9])") },
  { rule: "mailgun-key", form: at("key-[a-f0-9]{32}(?![A-Za-z0-9])") },
  { rule: "mailchimp-key", form: at("[a-f0-9]{32}-us\\d{1,2}(?![A-Za-z0-9])") },
  { rule: "openai-key", form: at("sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]*") },
  { rule: "openai-key", form: at("sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}") },
  { rule: "anthropic-key", form: at("sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{20,}") },
  { rule: "huggingface-token", form: at("hf_[A-Za-z0-9]{30,}") },
  { rule: "grafana-token", form: at("gl(?:sa|c)_[A-Za-z0-9+/_]{32,}={0,2}") },
  { rule: "newrelic-key", form: at("NR(?:AK|II|JS|RA|AL)-[A-Za-z0-9_-]{19,}") },
  { rule: "sentry-token", form: at("sntry[su]_[A-Za-z0-9+/_=-]{40,}") },
  { rule: "dynatrace-token", form: at("dt0c01\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}") },
  { rule: "digitalocean-token", form: at("do[opr]_v1_[a-f0-9]{64}") },
  { rule: "doppler-token", form: at("dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{20,}") },
  { rule: "linear-key", form: at("lin_(?:api|oauth)_[A-Za-z0-9]{32,}") },
  { rule: "shopify-token", form: at("shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}") },
  { rule: "postman-key", form: at("PMAK-[a-f0-9]{24}-[a-f0-9]{34}") },
  { rule: "planetscale-token", form: at("pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}") },
  { rule: "supabase-token", form: at("sbp_[a-f0-9]{40}") },
  { rule: "supabase-token", form: at("sb_secret_[A-Za-z0-9_-]{20,}") },
  { rule: "sonar-token", form: at("sq[apu]_[a-f0-9]{40}") },
  { rule: "tailscale-key", form: at("tskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{20,}") },
  { rule: "telegram-token", form: at("\\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])") },
  { rule: "artifactory-token", form: at("AKC[a-zA-Z0-9]{60,}") },
  { rule: "onepassword-token", form: at("ops_eyJ[A-Za-z0-9+/=_-]{100,}") },
  { rule: "snowflake-token", form: at("ver:\\d-hint:\\d+-ETMsDgAAA[A-Za-z0-9+/=]{60,}") },
  { rule: "age-key", form: at("AGE-SECRET-KEY-1[A-Z0-9]{58}") },
  { rule: "jwt", form: at("eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{16,}") },
  {
    rule: "private-key",
    form: /(?<value>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr])*[A-Za-z0-9+/=:][^]{0,80})/g
  },
  { rule: "private-key", form: at("PuTTY-User-Key-File-[23]: ") },
  // PKCS#8 of RSA, EC and Ed25519, and PKCS#1, in DER: what PEM has between its lines.
  {
    rule: "private-key",
    form: at(
      "(?:MII[A-Za-z0-9+/]{2,3}[A-Za-z0-9+/]?IBADANBgkqhkiG9w0BAQEFAASC|MIGHAgEAMBMGByqGSM49|MC4CAQAwBQYDK2Vw|MHcCAQEEI|MII[A-Za-z0-9+/]{3}IBAAKCA)[A-Za-z0-9+/]{16,}"
    )
  },
  {
    rule: "password-hash",
    // Of PostgreSQL.
    form: at(
      "SCRAM-SHA-256\\$\\d+:[A-Za-z0-9+/]{8,}=*\\$[A-Za-z0-9+/]{40,}=:[A-Za-z0-9+/]{40,}=|md5[0-9a-f]{32}(?![0-9a-f])"
    )
  },
  {
    rule: "password-hash",
    // Of LDAP and htpasswd.
    form: /(?<value>\{(?:S?SHA(?:256|384|512)?|S?MD5|SHA-(?:256|512)|ARGON2|PBKDF2\S{0,20}|CRYPT)\}[A-Za-z0-9+/$=.,-]{20,})/gi
  },
  {
    rule: "password-hash",
    form: /(?<![\w$])(?<value>\$(?:2[abxy]|5|6|apr1|argon2(?:id|i|d)|y|scrypt)\$[./A-Za-z0-9=,$+-]{20,})/g
  }
];

// policy/secrets/detect.ts
var depthMax = 4;
var textMax = 4 * 1024 * 1024;
var detect = (leaf) => detectValues(leaf).map(({ finding }) => finding);
function detectValues(leaf) {
  const value = leaf.value.slice(0, textMax);
  const hits = distinct([...hitsOf({ ...leaf, value }, 0), ...rest(leaf)]);
  return hits.map((hit) => ({ finding: findingOf(hit.rule, leaf.keyPath, hit.value), value: hit.value }));
}
var rest = ({ value }) => value.length > textMax ? [{ rule: "too-long", value: value.slice(textMax) }] : [];
var distinct = (hits) => [
  ...new Map(hits.map((hit) => [`${hit.rule}\0${hit.value}`, hit])).values()
];
function hitsOf({ keyPath, value, format }, depth) {
  if (value.trim() === "") return [];
  if (/(^|[.\]])secure$/.test(keyPath)) {
    if (format !== "stack") return [{ rule: "secure-elsewhere", value }];
    return isCiphertext(value) ? [] : [{ rule: "secure-not-encrypted", value }];
  }
  if (format === "stack" && /(^|[.\]])(encryptionsalt|encryptedkey|secretsprovider)$/.test(keyPath)) return [];
  if (format === "environment" && /secretRef$/i.test(keyPath)) {
    const { literals } = judge(value, format);
    return literals.map((literal) => ({ rule: "secret-ref-invalid", value: literal }));
  }
  const byForm = findTokens(value);
  if (/\bchpasswd\.list(\[\d+\])?$/.test(keyPath))
    return distinct([...byForm, ...passwordsOfUsers(value).flatMap((one) => byKey("password", one, format))]);
  if (format === "source") return byForm;
  const around = [...byForm, ...structuresIn(value, format)];
  const told = new Set(around.map((hit) => hit.value));
  const parts = depth < depthMax ? partsOf(value, format, depth).filter((hit) => !told.has(hit.value)) : [];
  const inside = [...around, ...parts];
  if (inside.length > 0) return inside;
  return byKey(keyPath, value, format);
}
var passwordsOfUsers = (value) => [...value.matchAll(/^\s*[a-z_][\w-]*:(?!R\s*$|RANDOM\s*$|\$\d)(\S+)\s*$/gm)].map(([, password = ""]) => password);
var isCiphertext = (value) => /^v\d+:[A-Za-z0-9+/]{8,}={0,2}:[A-Za-z0-9+/]{8,}={0,2}$/.test(value) || /^[A-Za-z0-9+/]{24,}={0,2}$/.test(value);
function findTokens(written) {
  const text2 = written.replace(/\bENC\[[^\][]*\]/g, (found2) => " ".repeat(found2.length));
  return tokenRules.flatMap(
    ({ rule, form }) => [...text2.matchAll(form)].flatMap((match) => {
      const value = match.groups?.value ?? match[0];
      return isSample(value) ? [] : [{ rule, value, index: match.index }];
    })
  );
}
var isSample = (value) => new Set(value.slice(Math.min(8, value.length >> 1))).size <= 2;
function structuresIn(text2, format) {
  return captures(text2).flatMap(({ rule, name, value }) => {
    if (name !== void 0 && kindOf(name) !== "secret" && !/^(accountkey|sharedaccesskey|accesskey|sharedsecretvalue)$/i.test(name))
      return [];
    return literalsIn(value, format, name ?? "password").map((literal) => ({ rule, value: literal }));
  });
}
function literalsIn(value, format, keyPath) {
  return judge(value, format).literals.filter((literal) => !isHarmless(literal, keyPath));
}
function partsOf(value, format, depth) {
  const text2 = value.trim();
  if (/^[[{]/.test(text2)) {
    const parsed = parseJson(text2);
    if (parsed !== void 0)
      return [...leavesOf(parsed)].flatMap((inner2) => hitsOf({ ...inner2, format: "json" }, depth + 1));
  }
  const plain = decodedText(text2);
  if (plain !== void 0) return hitsOf({ keyPath: "content", value: plain, format: "text" }, depth + 1);
  if (!/[=:]/.test(text2) || !/\s|^[-"']*[\w.-]+=/.test(text2)) return [];
  const inner = format === "sql" ? "sql" : "text";
  return assignments(text2, format === "sql").flatMap(({ key, value: assigned }) => {
    if (assigned === text2) return [];
    const kind = kindOf(key);
    return kind === "secret" || kind === "likely" ? byKey(key, assigned, inner) : [];
  });
}
function decodedText(value) {
  const compact = value.replace(/\s+/g, "");
  if (compact.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact) || /^[0-9a-f]+$/i.test(compact))
    return void 0;
  const plain = Buffer.from(compact, "base64").toString("utf8");
  const printable = plain.match(/[\t\n\r\x20-\x7e]/g)?.length ?? 0;
  return printable === plain.length && /[\s:=]/.test(plain) ? plain : void 0;
}
var decodesToText = (value) => {
  const plain = Buffer.from(value, "base64").toString("latin1");
  return value.length >= 16 && /^[A-Za-z0-9+/]+={0,2}$/.test(value) && /^[\t\n\r\x20-\x7e]+$/.test(plain);
};
function byKey(keyPath, value, format) {
  const kind = kindOf(keyPath);
  if (kind === "public") return [];
  const { literals } = judge(value, format);
  return literals.flatMap((literal) => {
    if (kind === "secret")
      return isHarmless(literal, keyPath) ? [] : [{ rule: ruleOfKey(keyPath), value: literal }];
    const [, password] = isBasicAuth.test(keyPath) && userAndPassword.exec(literal) || [];
    if (password !== void 0)
      return literalsIn(password, format, "password").map((one) => ({ rule: "secret-by-key", value: one }));
    if (kind === "likely")
      return looksRandom(literal, "named") && !isHarmless(literal, keyPath) ? [{ rule: "entropy-of-key", value: literal }] : [];
    if (isMemberOfSecret.test(keyPath) && looksChosen.test(literal))
      return [{ rule: "secret-by-key", value: literal }];
    return looksRandom(literal, "unnamed") && !decodesToText(literal) ? [{ rule: "entropy", value: literal }] : [];
  });
}
var isMemberOfSecret = /(^|[.\]])stringData\.[^.]+$/;
var looksChosen = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[^\s/:=,;{}<>]{8,}$/;
var isBasicAuth = /(^|[^a-z])(basic|http)[-_.]?auth$/i;
var userAndPassword = /^[\w.@+-]+:([^\s:/]{4,})$/;
var settings = /^(true|false|yes|no|on|off|none|null|nil|enabled?|disabled?|required|optional|mandatory|advisory|always|never|auto|automatic|default|read|write|any|all|string|number|boolean|object|array|oauth2?|oauthbearer|bearer|basic|jwt|sts|plain|vault|aws|gcp|azure|env|file|passphrase|inherit|static|iam|opaque|kubernetes|sso|session|external|internal|managed)$/i;
var kmsKey = /^(arn:|projects\/|alias\/|https:\/\/[a-z0-9-]+\.(vault|managedhsm)\.|(awskms|gcpkms|azurekeyvault|hashivault):\/\/)/;
var nameOfKey = /^[a-z][a-z]*([-_.][a-z]+)*$/;
var nameOfMember = /^[a-z]+(Key|Password|Token|Username)$/;
var nameOfSecret = /^[a-z]+[0-9]?([-_][a-z]+[0-9]?)*$/;
var keyOfSecretName = /\b(password|user|username|user name|key|tls|token|credentials?|certificate|cert|conn|connection|url|backend) secret$/;
var listOfSecrets = /(^|[.\]])((env|build|mounted|image[_-]?pull|pull)[_-]?)?secrets(\[\d+\])?$/i;
function isHarmless(value, keyPath) {
  const text2 = value.trim();
  if (/^(true|false|null|none|yes|no)$/i.test(text2) || kmsKey.test(text2)) return true;
  if (/^(https?|s3a?|gs|abfss?|wasbs?):\/\/[^\s@?]+$/.test(text2)) return true;
  if (/^-----BEGIN (CERTIFICATE|[A-Z ]*PUBLIC KEY)-----/.test(text2) || /^ssh-\w+ AAAA/.test(text2)) return true;
  const words = wordsOf(keyPath).join(" ");
  if (/\bsecret keys \w+( \w+)?$/.test(words) && nameOfKey.test(text2)) return true;
  if (isPassword(keyPath)) return false;
  if (settings.test(text2) || /^\d{1,6}(\.\d+)?([smhd]|ms)?$/.test(text2)) return true;
  if (/^[A-Z]+(_[A-Z0-9]+)+$/.test(text2) && !looksRandom(text2, "named")) return true;
  if (keyOfSecretName.test(words) && nameOfSecret.test(text2)) return true;
  if (listOfSecrets.test(keyPath) && nameOfSecret.test(text2)) return true;
  if (listOfSecrets.test(keyPath) && /\n|\s\|\s/.test(text2)) return true;
  if (/\bauth secret$/.test(words) && nameOfSecret.test(text2) && text2.includes("-")) return true;
  if (/\b(confluent|confluentcloud|cc|ccloud|kafka|schema registry) ([a-z ]+ )?key$/.test(words) && /^[A-Z0-9]{16}$/.test(text2))
    return true;
  if (/\bsecret key$/.test(words) && nameOfMember.test(text2)) return true;
  if (/\b(token|secret)$/.test(words) && /[-_](token|secret)$/.test(text2) && nameOfKey.test(text2)) return true;
  const last = wordsOf(keyPath).at(-1) ?? "";
  if (/^keys?$/.test(last) && nameOfKey.test(text2))
    return /(password|user(name)?|token|secret|key|cert|credential|root)/.test(text2);
  if (/credentials?$/.test(last)) return nameOfKey.test(text2) || /^[\w.-]+:(\/[\w.-]+)+$/.test(text2);
  if (/user info$/.test(words)) return !text2.includes(":");
  return /^token/.test(last) && (text2.match(/\s/g)?.length ?? 0) >= 3;
}
var namedRules = [
  ["aws-secret-key", /\b(aws|s3|s3a|glue|minio)\b.*\bsecret\b|\bsecret access key$/],
  ["kafka-ssl-password", /\b(ssl|keystore|truststore)\b.*\bpassword$/],
  ["confluent-api-secret", /\b(confluent|confluentcloud|schema registry|kafka) .*\bapi secret$|\buser info$/],
  ["azure-storage-key", /\baccount key\b/],
  ["aiven-token", /\baiven\b.*\btoken$/],
  ["catalog-credential", /\b(credential|oauth2 .*secret|catalog .*token)$/],
  ["pulumi-passphrase", /\bpulumi config passphrase$/]
];
var keyRules = [
  "secret-by-key",
  "entropy-of-key",
  "entropy",
  "secure-elsewhere",
  "secure-not-encrypted",
  "secret-ref-invalid",
  "too-long",
  ...namedRules.map(([rule]) => rule)
];
var ruleOfKey = (keyPath) => {
  const words = wordsOf(keyPath).join(" ");
  return namedRules.find(([, key]) => key.test(words))?.[0] ?? "secret-by-key";
};

// policy/no-secrets/rules.ts
var byLooks = /* @__PURE__ */ new Set(["entropy", "entropy-of-key"]);
function withoutPublic(text2) {
  const names2 = new Set([...text2.matchAll(/^[\s-]*name:\s*([\w-]+)\s*$/gm)].map(([, name]) => name));
  return text2.replace(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g, "").replace(
    /^([\s-]*secret:)\s*([a-z][\w-]*)\s*$/gm,
    (line, key, name) => names2.has(name) ? key : line
  );
}
function ruleFor(keyPath, value, format, suspicion = "all") {
  const judged = withoutPublic(value);
  return detect({ keyPath, value: judged, format }).find(({ rule }) => suspicion === "all" || !byLooks.has(rule))?.rule;
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
  const projects = [.../* @__PURE__ */ new Set([directory, source])].map((folder) => ({
    file: (0, import_node_path2.join)(folder, "Pulumi.yaml"),
    under: "config",
    format: "project"
  }));
  const all = [
    { file: (0, import_node_path2.join)(stacks, stackFileName(stack)), under: "config", format: "stack" },
    ...projects,
    { file: environment, format: "environment" }
  ];
  return all.filter(({ file }) => (0, import_node_fs2.existsSync)(file));
}
var dotted = (path) => path.map(String).join(".");
function* inFiles(context) {
  const folder = projectFolder(context);
  if (folder === void 0) {
    yield { message: projectUnseen(context) };
    return;
  }
  for (const { file, under, format } of sourcesOf(folder, context.stack)) {
    const name = (0, import_node_path2.relative)(folder.source, file);
    const place2 = name.startsWith("..") ? file : name;
    for (const { path, value, line } of leavesOfFile((0, import_node_fs2.readFileSync)(file, "utf8"), under)) {
      const key = dotted(path);
      const rule = ruleFor(key, value, format);
      if (rule === void 0) continue;
      const flags = path.length > 1 ? `--secret --path '${key}'` : `--secret ${key}`;
      const fix2 = format === "stack" ? `\`pulumi config set ${flags} --stack ${context.stack}\` encrypts it` : "take it out of the file: a secret of the stack, or a `secretRef`, holds it";
      yield { key, message: `${place2}:${line}: ${key} holds a secret in clear (${rule}); ${fix2}.` };
    }
  }
}
function configurationPolicy() {
  return {
    name: "no-plain-secret-configuration",
    description: "No secret stands in clear in what a stack is configured by.",
    // The first of all resources: nothing has been made yet.
    resource({ type }, context) {
      if (type !== "pulumi:pulumi:Stack") return [];
      const found2 = [];
      const told = /* @__PURE__ */ new Set();
      for (const { key, message } of inFiles(context)) {
        found2.push({ message });
        if (key !== void 0) told.add(key);
      }
      for (const [key, value] of context.configuration) {
        if (context.secretKeys.has(key) || told.has(key)) continue;
        const rule = ruleFor(key, value, "project");
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
var isAt = (path, one) => one.length === path.length && one.every((key, index) => String(key) === String(path[index]));
function* leavesOf2(value, except = [], path = [], keyPath = "") {
  if (except.some((one) => isAt(path, one))) return;
  if (typeof value === "string" || typeof value === "number") yield { path, keyPath, value: String(value) };
  else if (Array.isArray(value))
    for (const [index, element] of value.entries())
      yield* leavesOf2(element, except, [...path, index], `${keyPath}[${nameInList(value, index)}]`);
  else if (typeof value === "object" && value !== null) {
    const named = namedPath(value, keyPath);
    for (const [key, member] of Object.entries(value))
      yield* leavesOf2(member, except, [...path, key], memberPath(named, key));
  }
}

// policy/no-secrets/places.ts
var place = (type, at3) => ({ type, at: at3 });
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
  return places.some(({ type: of, at: at3 }) => of.test(type) && at3.test(text2));
}

// policy/no-secrets/inputs.ts
var kept = "Let it come from an Output that is secret, and never `unsecret` it";
var fix = "take it from a secret of the configuration or a `secretRef`, or mark it by `pulumi.secret`";
function* found(resource, known2) {
  const { values: values2, secrets, urn } = resource;
  for (const { path, keyPath, value } of leavesOf2(values2, secrets)) {
    if (value.includes(unknownValue)) continue;
    const origin = known2.within(value);
    if (origin !== void 0) {
      yield {
        message: `${pathText(path)}: ${origin} stands here in clear; it has lost its mark on the way. ${kept}.`,
        urn
      };
      continue;
    }
    const suspicion = isPlaceOfSecrets(typeOf(resource), path) ? "all" : "certain";
    const rule = ruleFor(keyPath, value, namesSecrets(resource) ? "source" : "resource", suspicion);
    if (rule !== void 0) yield { message: `${pathText(path)} holds a secret in clear (${rule}); ${fix}.`, urn };
  }
}
var namesSecrets = ({ type }) => type.startsWith("kubernetes:external-secrets.io/");
function learn({ values: values2, secrets, urn }, known2) {
  const name = urn.split("::").pop() ?? urn;
  for (const { path, keyPath, value } of leavesOf2(values2)) {
    const isMarked = secrets.some((secret) => secret.length <= path.length && related(secret, path));
    if (isMarked && ruleFor(keyPath, value, "resource") !== void 0)
      known2.add(value, `the secret at ${pathText(path)} of '${name}'`);
  }
}
var isComponent = ({ type }) => type === "pulumi:pulumi:Stack" || /^[^:]+:[^:/]+:[^:/]+$/.test(type);
var isDefaultProvider = ({ type, name }) => type.startsWith("pulumi:providers:") && name.startsWith("default");
function inputsPolicy(known2) {
  const told = /* @__PURE__ */ new Set();
  const isNew = ({ urn, message }) => {
    const key = `${urn} ${message}`;
    return !told.has(key) && told.add(key).has(key);
  };
  const all = (resources, context) => {
    known2.learn(context);
    const made = resources.filter((resource) => !isDefaultProvider(resource));
    for (const resource of made) learn(resource, known2);
    return made.flatMap((resource) => [...found(resource, known2)]).filter(isNew);
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
var isWord = (value) => /^[a-z]{1,15}$/i.test(value);
var Known = class {
  origins = /* @__PURE__ */ new Map();
  seen;
  /** `origin`: how a message names it, never the value. */
  add(value, origin) {
    if (value.length >= shortest && !isWord(value) && !this.origins.has(value)) this.origins.set(value, origin);
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
  const known2 = new Known();
  return {
    name: "tidegate-no-secrets",
    version: "1.0.0",
    description: "No secret stands in clear in configuration, inputs or outputs",
    policies: [configurationPolicy(), inputsPolicy(known2)]
  };
}

// policy/no-secrets/main.ts
serve(noSecrets());
