/** The management API of Lakekeeper (0.13): the server itself, its projects' warehouses, and what protects them. */
import { z } from "zod";
import { messageOf, TidegateError, type TidegateErrorOptions } from "../core/errors";
import { parseJson } from "../core/json";
import { authorization, type LakekeeperConnection } from "./lakekeeperAccess";
import { storageOf, type WarehouseStorage } from "./lakekeeperStorage";

/** Of the project that every Lakekeeper has, unless it is told otherwise (LAKEKEEPER__DEFAULT_PROJECT_ID). */
export const defaultProject = "00000000-0000-0000-0000-000000000000";

export const deleteProfile = z.discriminatedUnion("type", [
    /** A dropped table's files go at once. */
    z.strictObject({ type: z.literal("hard") }),
    /** A dropped table can be had back for so long. */
    z.strictObject({ type: z.literal("soft"), expirationSeconds: z.number().int().min(60) }),
]);
export type DeleteProfile = z.infer<typeof deleteProfile>;

export interface LakekeeperServer {
    readonly version: string;
    readonly serverId: string;
    readonly bootstrapped: boolean;
    readonly authzBackend: string;
}

export interface Warehouse {
    readonly warehouseId: string;
    readonly name: string;
    readonly projectId: string;
    readonly storage: WarehouseStorage;
    /** E.g. `access-key`; null: none, or Lakekeeper cannot tell. */
    readonly credentialType: string | null;
    readonly deleteProfile: DeleteProfile;
    readonly protected: boolean;
    readonly active: boolean;
}

const serverAnswer = z.object({
    "lakekeeper-version": z.string(),
    "server-id": z.string(),
    bootstrapped: z.boolean(),
    "authz-backend": z.string(),
});
const profileAnswer = z.discriminatedUnion("type", [
    z.object({ type: z.literal("hard") }),
    z.object({ type: z.literal("soft"), "expiration-seconds": z.number() }),
]);
const warehouseAnswer = z.object({
    "warehouse-id": z.string(),
    name: z.string(),
    "project-id": z.string(),
    "storage-profile": z.looseObject({ type: z.string() }),
    "storage-credential-type": z.object({ "credential-type": z.string() }).nullish(),
    "delete-profile": profileAnswer,
    status: z.enum(["active", "inactive"]),
    protected: z.boolean(),
});
const statisticsAnswer = z.object({
    stats: z.array(z.object({ timestamp: z.string(), "number-of-tables": z.number(), "number-of-views": z.number() })),
});
const errorAnswer = z.object({ error: z.object({ message: z.string(), type: z.string() }) });
const nothing = z.unknown();

/** What the server has refused, by the name that it gives it, e.g. `WarehouseNotEmpty`; the cause of `lakekeeper-refused`. */
export class Refusal extends Error {
    constructor(
        readonly status: number,
        readonly type: string,
        message: string,
    ) {
        super(message);
        this.name = "Refusal";
    }
}

export const refusal = (error: unknown): Refusal | undefined =>
    TidegateError.is(error) && error.cause instanceof Refusal ? error.cause : undefined;

export interface LakekeeperOptions {
    /** @default globalThis.fetch */
    readonly fetch?: typeof globalThis.fetch;
    /** Time limit of one request, in seconds. A write that validates storage has four times as much. @default 15 */
    readonly requestSeconds?: number;
    readonly signal?: AbortSignal;
}

interface Call<T> {
    readonly doing: string;
    readonly answer: z.ZodType<T>;
    readonly body?: object;
    readonly projectId?: string;
    /** The server tries the storage before it answers. */
    readonly slow?: boolean;
}

const body = (profile: DeleteProfile): object =>
    profile.type === "hard" ? profile : { type: "soft", "expiration-seconds": profile.expirationSeconds };

export class Lakekeeper {
    readonly where: string;
    readonly #connection: LakekeeperConnection;
    readonly #options: LakekeeperOptions;

    constructor(connection: LakekeeperConnection, options: LakekeeperOptions = {}) {
        this.where = connection.url.replace(/\/+$/, "");
        this.#connection = connection;
        this.#options = options;
    }

    async server(): Promise<LakekeeperServer> {
        const answer = await this.#call("GET", "/info", { doing: "say who it is", answer: serverAnswer });
        return {
            version: answer["lakekeeper-version"],
            serverId: answer["server-id"],
            bootstrapped: answer.bootstrapped,
            authzBackend: answer["authz-backend"],
        };
    }

    /** The first who does this becomes its administrator; a second time is refused. */
    async bootstrap(): Promise<void> {
        const terms = { "accept-terms-of-use": true, "is-operator": true };
        await this.#call("POST", "/bootstrap", { doing: "be bootstrapped", body: terms, answer: nothing });
    }

    /** Those that are switched off too. */
    async warehouses(projectId: string): Promise<readonly Warehouse[]> {
        const answer = await this.#call("GET", "/warehouse?warehouseStatus=active&warehouseStatus=inactive", {
            doing: "list its warehouses",
            projectId,
            answer: z.object({ warehouses: z.array(warehouseAnswer) }),
        });
        return answer.warehouses.map((each) => this.#warehouse(each));
    }

    async warehouse(id: string): Promise<Warehouse | undefined> {
        try {
            const doing = `show the warehouse ${id}`;
            return this.#warehouse(await this.#call("GET", `/warehouse/${id}`, { doing, answer: warehouseAnswer }));
        } catch (error) {
            if (refusal(error)?.status === 404) return undefined;
            throw error;
        }
    }

    async createWarehouse(wanted: {
        readonly name: string;
        readonly projectId: string;
        readonly profile: object;
        readonly credential: object;
        readonly deleteProfile: DeleteProfile;
    }): Promise<Warehouse> {
        const answer = await this.#call("POST", "/warehouse", {
            doing: `make the warehouse '${wanted.name}'`,
            projectId: wanted.projectId,
            slow: true,
            body: {
                "warehouse-name": wanted.name,
                "project-id": wanted.projectId,
                "storage-profile": wanted.profile,
                "storage-credential": wanted.credential,
                "delete-profile": body(wanted.deleteProfile),
            },
            answer: warehouseAnswer,
        });
        return this.#warehouse(answer);
    }

    /** Profile and credential together: the API does not use the old credential for a new profile. */
    async setStorage(id: string, profile: object, credential: object): Promise<void> {
        await this.#change(id, "storage", { "storage-profile": profile, "storage-credential": credential }, true);
    }

    async setCredential(id: string, credential: object): Promise<void> {
        await this.#change(id, "storage-credential", { "new-storage-credential": credential }, true);
    }

    async setDeleteProfile(id: string, profile: DeleteProfile): Promise<void> {
        await this.#change(id, "delete-profile", { "delete-profile": body(profile) });
    }

    async setProtection(id: string, isProtected: boolean): Promise<void> {
        await this.#change(id, "protection", { protected: isProtected });
    }

    async rename(id: string, name: string): Promise<void> {
        await this.#change(id, "rename", { "new-name": name });
    }

    async activate(id: string): Promise<void> {
        await this.#change(id, "activate");
    }

    /** How many tables and views it holds now; the newest entry of the statistics is kept up to date. */
    async contents(id: string): Promise<number> {
        const { stats } = await this.#call("GET", `/warehouse/${id}/statistics`, {
            doing: `count what is in the warehouse ${id}`,
            answer: statisticsAnswer,
        });
        const newest = stats.toSorted((one, other) => one.timestamp.localeCompare(other.timestamp)).at(-1);
        return newest === undefined ? 0 : newest["number-of-tables"] + newest["number-of-views"];
    }

    async deleteWarehouse(id: string): Promise<void> {
        await this.#call("DELETE", `/warehouse/${id}`, { doing: `delete the warehouse ${id}`, answer: nothing });
    }

    #change(id: string, what: string, change?: object, slow = false): Promise<unknown> {
        const doing = `change the ${what.replaceAll("-", " ")} of the warehouse ${id}`;
        const call = { doing, answer: nothing, slow, ...(change === undefined ? {} : { body: change }) };
        return this.#call("POST", `/warehouse/${id}/${what}`, call);
    }

    #warehouse(answer: z.infer<typeof warehouseAnswer>): Warehouse {
        const storage = storageOf(answer["storage-profile"]);
        if (storage === undefined)
            throw new TidegateError(
                `The warehouse '${answer.name}' of ${this.where} lies on storage of the kind ` +
                    `'${answer["storage-profile"].type}', or has a storage profile that is not understood.`,
                { code: "lakekeeper-answer-unknown", hint: "Tidegate is written for Lakekeeper 0.13." },
            );
        const profile = answer["delete-profile"];
        return {
            warehouseId: answer["warehouse-id"],
            name: answer.name,
            projectId: answer["project-id"],
            storage,
            credentialType: answer["storage-credential-type"]?.["credential-type"] ?? null,
            deleteProfile:
                profile.type === "hard"
                    ? { type: "hard" }
                    : { type: "soft", expirationSeconds: profile["expiration-seconds"] },
            protected: answer.protected,
            active: answer.status === "active",
        };
    }

    async #call<T>(method: "GET" | "POST" | "DELETE", path: string, call: Call<T>): Promise<T> {
        const seconds = (this.#options.requestSeconds ?? 15) * (call.slow === true ? 4 : 1);
        const limit = AbortSignal.timeout(seconds * 1000);
        const { signal: given, fetch = globalThis.fetch } = this.#options;
        const signal = given === undefined ? limit : AbortSignal.any([limit, given]);
        const headers = await authorization(this.#connection.auth, fetch, signal);
        let status: number;
        let text: string;
        try {
            const response = await fetch(`${this.where}/management/v1${path}`, {
                method,
                headers: {
                    ...headers,
                    ...(call.projectId === undefined ? {} : { "x-project-id": call.projectId }),
                    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
                },
                ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
                // Following one could take the token to another host.
                redirect: "manual",
                signal,
            });
            status = response.status;
            text = await response.text();
        } catch (error) {
            if (given?.aborted === true) throw given.reason;
            throw this.#failed(limit.aborted ? `no answer within ${seconds} s` : reason(error), {
                code: "lakekeeper-unreachable",
                hint: "Does it run, and does this machine reach its address?",
                retryable: true,
                cause: error,
            });
        }
        if (status < 200 || status > 299) throw this.#refused(status, text, call.doing);
        const parsed = call.answer.safeParse(parseJson(text));
        if (parsed.success) return parsed.data;
        throw this.#failed(
            `its answer is not understood when it is to ${call.doing}: ${z.prettifyError(parsed.error)}`,
            {
                code: "lakekeeper-answer-unknown",
                hint: "Tidegate is written for Lakekeeper 0.13. Is this one, and not what stands before it?",
            },
        );
    }

    #failed(what: string, options: TidegateErrorOptions): TidegateError {
        return new TidegateError(`Lakekeeper at ${this.where}: ${what}`, options);
    }

    #refused(status: number, text: string, doing: string): TidegateError {
        const told = errorAnswer.safeParse(parseJson(text));
        const type = told.success ? told.data.error.type : "";
        const message = told.success ? told.data.error.message : text.slice(0, 200).replace(/\s+/g, " ");
        const cause = new Refusal(status, type, message);
        const what = `it refused to ${doing}: HTTP ${status}${type === "" ? "" : `, ${type}`}, ${message}`;
        if (status === 401 || status === 403)
            return this.#failed(what, {
                code: "lakekeeper-forbidden",
                hint: "Who bootstrapped it administers it. Compare issuer, audience and subject of the token with its settings.",
                cause,
            });
        if (status >= 500)
            return this.#failed(what, { code: "lakekeeper-unavailable", hint: "See its log.", retryable: true, cause });
        return this.#failed(what, { code: "lakekeeper-refused", hint: "Correct what it names.", cause });
    }
}

/** fetch says only "fetch failed"; the reason is its cause. */
const reason = (error: unknown): string =>
    messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
