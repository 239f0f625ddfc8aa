/**
 * Stands for the `pulumi` of one stack: keeps its state, and answers a refresh of a copy of it by what is said to be there.
 */
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import type { StackTarget } from "../../automation/engine/target";

const stateSchema = z.looseObject({
    resources: z.array(z.looseObject({ urn: z.string(), id: z.string().optional(), delete: z.boolean().optional() })),
    pending_operations: z.array(z.unknown()),
});

/** What its refresh was called with. */
const refreshSchema = z.object({
    args: z.array(z.string()),
    backend: z.string(),
    passphrase: z.string(),
    checkpoint: z.looseObject({ stack: z.string(), latest: stateSchema }),
});

const script = (folder: string): string => `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const file = (name) => ${JSON.stringify(folder)} + "/" + name;
const args = process.argv.slice(2);
if (args[1] === "export") return void process.stdout.write(readFileSync(file("state.json")));
if (args[1] === "import") return void writeFileSync(file("state.json"), readFileSync(0));
const backend = process.env.PULUMI_BACKEND_URL;
const { checkpoint } = JSON.parse(readFileSync(new URL(backend + "/.pulumi/stacks/shop/dev-net.json")));
readFileSync(new URL(backend + "/.pulumi/meta.yaml"));
const call = { args, backend, passphrase: String(process.env.PULUMI_CONFIG_PASSPHRASE), checkpoint };
writeFileSync(file("refresh.json"), JSON.stringify(call));
const { there, code = 0, diagnostics = [], text } = JSON.parse(readFileSync(file("cloud.json")));
const targets = args.filter((_, index) => args[index - 1] === "--target");
const steps = checkpoint.latest.resources.filter(({ urn }) => targets.includes(urn)).flatMap(({ urn, id }) =>
    diagnostics.some((one) => one.urn === urn) ? [] :
    there[id] === undefined ? [{ op: "delete", urn }] : [{ op: "refresh", urn, newState: { inputs: there[id] } }]);
if (text !== undefined) process.stderr.write(text);
else process.stdout.write(JSON.stringify({ steps, diagnostics }));
process.exitCode = code;
`;

export class FakePulumi {
    private constructor(readonly folder: string) {}

    static async make(): Promise<FakePulumi> {
        const folder = await mkdtemp(join(tmpdir(), "tidegate-fake-pulumi-"));
        await writeFile(join(folder, "pulumi"), script(folder));
        await chmod(join(folder, "pulumi"), 0o755);
        return new FakePulumi(folder);
    }

    /** The stack `dev-net` of the project `shop`. */
    get target(): StackTarget {
        return {
            stack: "dev-net",
            fullName: "acme/shop/dev-net",
            workDirectory: this.folder,
            variables: {
                PATH: `${this.folder}${delimiter}${process.env["PATH"] ?? ""}`,
                PULUMI_BACKEND_URL: "https://api.pulumi.com",
            },
            policyPacks: [],
            secretsProvider: undefined,
            checkpoint: undefined,
            exists: true,
        };
    }

    /** What `pulumi stack export` is to print. */
    state(exported: object): Promise<void> {
        return writeFile(join(this.folder, "state.json"), JSON.stringify(exported));
    }

    /** What was imported last, or is there yet. */
    async deployment(): Promise<z.infer<typeof stateSchema>> {
        const text = await readFile(join(this.folder, "state.json"), "utf8");
        return z.object({ deployment: stateSchema }).parse(JSON.parse(text)).deployment;
    }

    /** Inputs by id of what its providers find; `code`, `diagnostics` and `text` of its standard error of its refresh. */
    cloud(there: Readonly<Record<string, object>>, more: object = {}): Promise<void> {
        return writeFile(join(this.folder, "cloud.json"), JSON.stringify({ there, ...more }));
    }

    /** Its last refresh; undefined where there was none. */
    async refreshed(): Promise<z.infer<typeof refreshSchema> | undefined> {
        const file = join(this.folder, "refresh.json");
        return existsSync(file) ? refreshSchema.parse(JSON.parse(await readFile(file, "utf8"))) : undefined;
    }

    remove(): Promise<void> {
        return rm(this.folder, { recursive: true, force: true });
    }
}
