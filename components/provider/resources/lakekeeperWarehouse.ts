/**
 * `tidegate:lakekeeper:Warehouse`: a warehouse of a Lakekeeper with its storage. One of its name is adopted where it lies
 * in the same place. It is deleted only when nobody protects it and nothing is in it: the catalog's entries are all that
 * says which files are a table.
 */
import { z } from "zod";
import {
    defaultProject,
    deleteProfile,
    Lakekeeper,
    refusal,
    type Warehouse,
} from "../../../automation/clients/lakekeeper";
import { exposed, lakekeeperConnection } from "../../../automation/clients/lakekeeperAccess";
import {
    credentialBody,
    credentialTypes,
    locationOf,
    moves,
    profileBody,
    storageDrift,
    warehouseCredential,
    warehouseStorage,
} from "../../../automation/clients/lakekeeperStorage";
import { TidegateError } from "../../../automation/core/errors";
import { defineHandler, type Change, type Context, type Failure } from "../handler";
import { readOr, Unfinished } from "../unfinished";
import { differences, pathText } from "../values";

const inputs = z.strictObject({
    connection: lakekeeperConnection,
    /** Of an existing project. */
    projectId: z.uuid().default(defaultProject),
    /** Unique in its project. */
    name: z.string().regex(/^[^/\s](?:[^/]{0,126}[^/\s])?$/, "at most 128 signs without '/'"),
    storage: warehouseStorage,
    credential: warehouseCredential,
    /** Another text hands the credential over again, after what its `secretRef` names was changed. */
    rotate: z.string().default(""),
    deleteProfile: deleteProfile.prefault({ type: "soft", expirationSeconds: 604_800 }),
    /** Whether Lakekeeper refuses to delete it. */
    protected: z.boolean().default(true),
});
export type LakekeeperWarehouseInputs = z.infer<typeof inputs>;

const state = z.object({
    warehouseId: z.string(),
    name: z.string(),
    projectId: z.string(),
    /** URI of all that is in it, e.g. `s3://bucket/prefix`. */
    location: z.string(),
    storage: warehouseStorage,
    /** As Lakekeeper names it; empty where it cannot tell. */
    credentialType: z.string(),
    deleteProfile,
    protected: z.boolean(),
    active: z.boolean(),
});
type LakekeeperWarehouseState = z.infer<typeof state>;

const stateOf = ({ credentialType, ...warehouse }: Warehouse): LakekeeperWarehouseState => ({
    ...warehouse,
    location: locationOf(warehouse.storage),
    credentialType: credentialType ?? "",
});

/** What storage and credential have to have together. */
function mismatches({ storage, credential }: LakekeeperWarehouseInputs): Failure[] {
    const failures: Failure[] = [];
    const refuse = (property: string, reason: string) => failures.push({ property, reason });
    if (credentialTypes[credential.type].storage !== storage.type)
        refuse("credential.type", `${credential.type} does not get into storage of the kind ${storage.type}`);
    if (credential.type === "access-key") {
        const inline = [credential.accessKeyId, credential.secretAccessKey].filter((part) => part !== null).length;
        if (credential.secretRef === null ? inline !== 2 : inline !== 0)
            refuse("credential", "an access key is either accessKeyId and secretAccessKey, or a secretRef");
    }
    if (storage.type !== "s3") return failures;
    if (storage.flavor === "s3-compat" && storage.endpoint === null)
        refuse("storage.endpoint", "a server that is not AWS's has to be named");
    if (storage.flavor === "aws" && storage.stsEnabled && (storage.stsRoleArn ?? storage.assumeRoleArn) === null)
        refuse("storage.stsRoleArn", "credentials for clients need a role: give assumeRoleArn, or stsRoleArn");
    if (credential.type === "aws-system-identity" && storage.assumeRoleArn === null)
        refuse("storage.assumeRoleArn", "Lakekeeper uses its own identity only to take on a role");
    if (credential.type === "aws-system-identity" && credential.externalId === null)
        refuse("credential.externalId", "Lakekeeper takes on a role with its own identity only under an external id");
    return failures;
}

/** By name; undefined: there is none. */
async function find(
    lakekeeper: Lakekeeper,
    { name, projectId }: Pick<LakekeeperWarehouseInputs, "name" | "projectId">,
): Promise<Warehouse | undefined> {
    return (await lakekeeper.warehouses(projectId)).find((each) => each.name === name);
}

/** Makes the one that is there like the one that is asked for. `credential`: whether to hand it over again. */
async function reconcile(
    lakekeeper: Lakekeeper,
    there: Warehouse,
    wanted: LakekeeperWarehouseInputs,
    credential: boolean,
): Promise<LakekeeperWarehouseState> {
    const id = there.warehouseId;
    try {
        if (!there.active) await lakekeeper.activate(id);
        if (there.name !== wanted.name) await lakekeeper.rename(id, wanted.name);
        if (storageDrift(there.storage, wanted.storage).length > 0)
            await lakekeeper.setStorage(id, profileBody(wanted.storage), await credentialBody(wanted.credential));
        else if (credential || there.credentialType !== wanted.credential.type)
            await lakekeeper.setCredential(id, await credentialBody(wanted.credential));
        if (differences(there.deleteProfile, wanted.deleteProfile).length > 0)
            await lakekeeper.setDeleteProfile(id, wanted.deleteProfile);
        if (there.protected !== wanted.protected) await lakekeeper.setProtection(id, wanted.protected);
    } catch (error) {
        if (!TidegateError.is(error)) throw error;
        // It is there, whatever it lacks: the next `up` goes on.
        throw Unfinished.from(stateOf((await lakekeeper.warehouse(id).catch(() => undefined)) ?? there), error);
    }
    return stateOf((await lakekeeper.warehouse(id)) ?? there);
}

async function adopt(
    lakekeeper: Lakekeeper,
    there: Warehouse,
    wanted: LakekeeperWarehouseInputs,
): Promise<LakekeeperWarehouseState> {
    const [lies, asked] = [locationOf(there.storage), locationOf(wanted.storage)];
    if (lies !== asked)
        throw new TidegateError(
            `Lakekeeper at ${lakekeeper.where} has a warehouse '${wanted.name}' already, on ${lies} and not on ${asked}.`,
            {
                code: "lakekeeper-warehouse-exists",
                hint: "Give this one another name, or the place where that one lies; Lakekeeper moves no warehouse.",
            },
        );
    return reconcile(lakekeeper, there, wanted, true);
}

async function make(wanted: LakekeeperWarehouseInputs, { signal }: Context): Promise<LakekeeperWarehouseState> {
    const lakekeeper = new Lakekeeper(wanted.connection, { signal });
    const there = await find(lakekeeper, wanted);
    if (there !== undefined) return adopt(lakekeeper, there, wanted);
    const request = {
        ...wanted,
        profile: profileBody(wanted.storage),
        credential: await credentialBody(wanted.credential),
    };
    const made = await lakekeeper.createWarehouse(request).catch(async (error: unknown) => {
        // Made since it was looked for, by a run whose answer was lost.
        const other = refusal(error)?.status === 409 ? await find(lakekeeper, wanted) : undefined;
        if (other === undefined) throw error;
        return adopt(lakekeeper, other, wanted).then(() => other);
    });
    return reconcile(lakekeeper, made, wanted, false);
}

export const lakekeeperWarehouseHandler = defineHandler<LakekeeperWarehouseInputs, LakekeeperWarehouseState>({
    inputs,
    state,
    secretOutputs: [],
    // Names are unique.
    deleteBeforeReplace: true,

    check(given) {
        const why = exposed(given.connection);
        return [...(why === undefined ? [] : [{ property: "connection", reason: why }]), ...mismatches(given)];
    },

    diff(old, now): Change[] {
        const changes: Change[] = differences(old.inputs, now).map((path) => ({
            path: pathText(path),
            replace: path[0] === "projectId" || (path[0] === "storage" && moves(String(path[1]), now.storage)),
        }));
        const { state: there } = old;
        const drift = [
            ...storageDrift(there.storage, now.storage).map((member) => `storage.${member}`),
            ...differences(there.deleteProfile, now.deleteProfile).map((path) => pathText(["deleteProfile", ...path])),
            ...(there.name === now.name ? [] : ["name"]),
            ...(there.protected === now.protected ? [] : ["protected"]),
            ...(there.active ? [] : ["active"]),
            ...(there.credentialType === now.credential.type ? [] : ["credentialType"]),
        ];
        const seen = new Set(changes.map(({ path }) => path));
        return [...changes, ...drift.filter((path) => !seen.has(path)).map((path) => ({ path, of: "state" as const }))];
    },

    preview: ({ state: there }, now) => ({
        warehouseId: there.warehouseId,
        name: now.name,
        projectId: now.projectId,
        location: locationOf(now.storage),
        deleteProfile: now.deleteProfile,
        protected: now.protected,
        active: true,
    }),

    async create(given, context) {
        const made = await make(given, context);
        return { id: made.warehouseId, state: made };
    },

    read: ({ inputs: { connection }, state: known }, { signal }) =>
        readOr(known, async () => {
            const there = await new Lakekeeper(connection, { signal }).warehouse(known.warehouseId);
            return there === undefined ? undefined : stateOf(there);
        }),

    async update(old, now, context) {
        const lakekeeper = new Lakekeeper(now.connection, { signal: context.signal });
        const there = await lakekeeper.warehouse(old.state.warehouseId);
        if (there === undefined) return make(now, context);
        const credential =
            old.inputs.rotate !== now.rotate || differences(old.inputs.credential, now.credential).length > 0;
        return reconcile(lakekeeper, there, now, credential);
    },

    async delete({ inputs: { connection }, state: { warehouseId, name } }, { signal }) {
        const lakekeeper = new Lakekeeper(connection, { signal });
        const there = await lakekeeper.warehouse(warehouseId);
        if (there === undefined) return;
        if (there.protected)
            throw new TidegateError(`The warehouse '${name}' of ${lakekeeper.where} is protected.`, {
                code: "lakekeeper-warehouse-protected",
                hint: "Set its `protected` to false and roll that out first.",
            });
        const contents = await lakekeeper.contents(warehouseId);
        if (contents > 0) throw notEmpty(lakekeeper, name, `${contents} tables and views`);
        await lakekeeper.deleteWarehouse(warehouseId).catch((error: unknown) => {
            const refused = refusal(error);
            if (refused?.status === 404) return;
            // Namespaces, and tables that were dropped but can be had back.
            if (refused?.type === "WarehouseNotEmpty") throw notEmpty(lakekeeper, name, "namespaces or dropped tables");
            throw error;
        });
    },
});

const notEmpty = (lakekeeper: Lakekeeper, name: string, what: string): TidegateError =>
    new TidegateError(`The warehouse '${name}' of ${lakekeeper.where} holds ${what}.`, {
        code: "lakekeeper-warehouse-not-empty",
        hint: "Drop them first, or take the warehouse out of the stack and leave it: `pulumi state delete`.",
    });
