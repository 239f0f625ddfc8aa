"use strict";
// Has Node load some of @pulumi/pulumi where it is used for the first time: `node --require FILE`. For programs and plugins
// of others, which are else loaded as they are; the loader does more, for the files of this checkout.
const { registerHooks } = require("node:module");

/** What a module exports, of which `real()` loads it. On one line: those of the source keep their numbers. */
const proxy = [
    // Bound: it has no property of its own that could not be hidden.
    "new Proxy(function () {}.bind(), {",
    // So an import of the whole does not copy, and with it load, everything. Of one that is no ES module the whole is its default.
    'get: (_, key) => key === "__esModule" ? true : key === "default" && !("default" in real()) ? real() : real()[key],',
    "has: (_, key) => key in real(),",
    'ownKeys: () => [...new Set([...Reflect.ownKeys(real()), "default"])],',
    "getOwnPropertyDescriptor: (_, key) => {",
    'if (key === "default" && !("default" in real())) return { value: real(), configurable: true };',
    "const found = Reflect.getOwnPropertyDescriptor(real(), key);",
    "return found && { ...found, configurable: true }; },",
    "apply: (_, self, args) => Reflect.apply(real(), self, args),",
    "construct: (_, args) => new (real())(...args) })",
].join(" ");

const later = (source) => `
    let loaded;
    const real = () => {
        if (loaded === undefined) {
            loaded = { exports: {} };
            ((module, exports) => {${source}
            })(loaded, loaded.exports);
        }
        return loaded.exports;
    };
    module.exports = ${proxy};`;

/** Modules whose file's URL is one of these are loaded when something of them is asked for. Node before 22.15 loads them at once. */
function defer(urls) {
    registerHooks?.({
        load(url, context, next) {
            const loaded = next(url, context);
            // An ES module of the same name has no `module.exports`.
            if (loaded.format === "module" || !urls.some((one) => one.test(url))) return loaded;
            return { ...loaded, source: later(String(loaded.source)) };
        },
    });
}

// What the SDK loads at its start and most processes never use: the Automation API in a program, TypeScript and npm's readers
// of packages where no function is serialised, tracing where nobody traces. 0.3 s of a processor in each process.
defer([
    /\/@pulumi\/pulumi\/(typescript-shim|automation\/index)\.js$/,
    /\/@npmcli\/arborist\/lib\/index\.js$/,
    /\/normalize-package-data\/lib\/normalize\.js$/,
    /\/@opentelemetry\/(api|exporter-zipkin|instrumentation|instrumentation-grpc|resources|sdk-trace-(base|node))\/build\/src\/index\.js$/,
]);

module.exports = { defer, proxy };
