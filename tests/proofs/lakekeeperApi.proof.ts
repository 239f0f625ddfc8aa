/**
 * Holds the client and the Lakekeeper of the tests against the API description that Lakekeeper publishes:
 * `npm run proof:lakekeeper -- FILE`, docs/docs/api/management-open-api.yaml of lakekeeper/lakekeeper. Every exchange of a
 * warehouse's life has to be as it says, with no member that it does not have.
 */
import { readFileSync } from "node:fs";
import addFormats from "ajv-formats";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { z } from "zod";
import { defaultProject, Lakekeeper } from "../../automation/clients/lakekeeper";
import {
    credentialBody,
    profileBody,
    warehouseCredential,
    warehouseStorage,
} from "../../automation/clients/lakekeeperStorage";
import { LakekeeperServer } from "../_helpers/lakekeeperServer";

const content = z.object({
    content: z.object({ "application/json": z.object({ schema: z.looseObject({}) }) }).optional(),
});
const description = z.looseObject({
    paths: z.record(
        z.string(),
        z.record(
            z.string(),
            z.looseObject({ requestBody: content.optional(), responses: z.record(z.string(), content) }),
        ),
    ),
});

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("name the file of the API description");
const text = readFileSync(file, "utf8");
const { paths } = description.parse(parse(text));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: "api", ...(parse(text) as object) });

/** The schema by its place in the description, closed to members that it does not name. */
const closed = (place: readonly string[]) =>
    ajv.compile({ allOf: [{ $ref: `api#/${place.map(escaped).join("/")}` }], unevaluatedProperties: false });
const escaped = (part: string) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

const wrong: string[] = [];
function hold(what: string, place: readonly string[], value: unknown): void {
    const valid = closed(place);
    if (!valid(value)) wrong.push(`${what}: ${ajv.errorsText(valid.errors)}\n    ${JSON.stringify(value)}`);
}

async function life(server: LakekeeperServer, storage: object, credential: object): Promise<void> {
    const lakekeeper = new Lakekeeper({ url: server.url, auth: { mode: "none" } });
    const wanted = {
        name: "lake",
        projectId: defaultProject,
        profile: profileBody(warehouseStorage.parse(storage)),
        credential: await credentialBody(warehouseCredential.parse(credential)),
        deleteProfile: { type: "soft", expirationSeconds: 60 } as const,
    };
    const { warehouseId: id } = await lakekeeper.createWarehouse(wanted);
    await lakekeeper.createWarehouse(wanted).catch(() => undefined);
    await lakekeeper.warehouses(defaultProject);
    await lakekeeper.setStorage(id, wanted.profile, wanted.credential);
    await lakekeeper.setCredential(id, wanted.credential);
    await lakekeeper.setDeleteProfile(id, { type: "hard" });
    await lakekeeper.setProtection(id, true);
    await lakekeeper.rename(id, "sea");
    await lakekeeper.activate(id);
    await lakekeeper.contents(id);
    await lakekeeper.deleteWarehouse(id).catch(() => undefined);
    await lakekeeper.setProtection(id, false);
    await lakekeeper.deleteWarehouse(id);
    await lakekeeper.warehouse(id);
}

async function main(): Promise<void> {
    const server = await LakekeeperServer.start();
    try {
        const lakekeeper = new Lakekeeper({ url: server.url, auth: { mode: "none" } });
        await lakekeeper.server();
        await lakekeeper.bootstrap();
        await lakekeeper.bootstrap().catch(() => undefined);
        const s3 = { type: "s3", bucket: "b", region: "r", keyPrefix: "p" };
        const key = { type: "access-key", accessKeyId: "A", secretAccessKey: "S" };
        await life(server, { ...s3, flavor: "s3-compat", endpoint: "http://s3:1", stsTokenValiditySeconds: 900 }, key);
        const role = { assumeRoleArn: "arn", stsRoleArn: "arn", kmsKeyArn: "arn", pushS3DeleteDisabled: false };
        await life(
            server,
            { ...s3, ...role, remoteSigningEnabled: false },
            { type: "aws-system-identity", externalId: "e" },
        );
        await life(server, { type: "gcs", bucket: "b" }, { type: "gcp-system-identity" });
        const account = {
            type: "adls",
            accountName: "a",
            filesystem: "f",
            host: "h",
            authorityHost: "https://l.example",
        };
        await life(server, { ...account, sasTokenValiditySeconds: 900 }, { type: "azure-system-identity" });
    } finally {
        await server.close();
    }
    for (const { operation, request, status, response } of server.exchanges) {
        const [method = "", path = ""] = operation.split(" ");
        const full = `/management/v1${path.replace("/warehouse/*", "/warehouse/{warehouse_id}")}`;
        const described = paths[full]?.[method.toLowerCase()];
        if (described === undefined) {
            wrong.push(`${operation} is not described`);
            continue;
        }
        const place = ["paths", full, method.toLowerCase()];
        const schema = ["content", "application/json", "schema"];
        if (request !== undefined) {
            hold(`request of ${operation}`, [...place, "requestBody", ...schema], request);
            const inner = request as Record<string, unknown>;
            for (const [member, name] of [
                ["storage-profile", "StorageProfile"],
                ["storage-credential", "StorageCredential"],
                ["new-storage-credential", "StorageCredential"],
            ] as const)
                if (member in inner) hold(`${member} of ${operation}`, ["components", "schemas", name], inner[member]);
        }
        const key = described.responses[status] === undefined ? "4XX" : String(status);
        const answer = described.responses[key];
        if (answer === undefined) wrong.push(`${operation} answered ${status}, which is not described`);
        else if (answer.content === undefined ? response !== null : response === null)
            wrong.push(`${operation} answered ${status} with${response === null ? "out" : ""} a body`);
        else if (response !== null) hold(`answer of ${operation}`, [...place, "responses", key, ...schema], response);
    }
    console.log(`${server.exchanges.length} exchanges, ${wrong.length} not as described`);
    for (const each of wrong) console.log(each);
    if (wrong.length > 0) process.exitCode = 1;
}

void main();
