/** The warehouse of a cloud as the storage gate asks it: with the credentials of who rolls out, which this machine has. */
import type { CloudStorageContract } from "../../stacks/contracts";
import { TidegateError } from "../core/errors";
import { Redactor } from "../core/redactor";
import type { ObjectClient } from "../ledger/objects/client";
import { openClient } from "../ledger/objects/open";
import type { ObjectStore } from "./context";

const limitMs = 10_000;

const urlOf = ({ profile, bucket, region }: Pick<CloudStorageContract, "profile" | "bucket" | "region">): string =>
    profile === "gcs" ? `gs://${bucket}` : `s3://${bucket}?region=${region}`;

/** @throws TidegateError `storage-refused`, `storage-unreachable`, by its requests */
export async function liveBucket(
    storage: Pick<CloudStorageContract, "profile" | "bucket" | "region">,
    variables: Readonly<NodeJS.ProcessEnv> = process.env,
    open = openClient,
): Promise<ObjectStore> {
    const where = urlOf(storage).split("?")[0] ?? "";
    const { client, secrets } = await open(urlOf(storage), variables);
    const redactor = new Redactor(secrets);
    const asked = async <T>(what: string, question: (client: ObjectClient, signal: AbortSignal) => Promise<T>) => {
        const limit = AbortSignal.timeout(limitMs);
        try {
            return await question(client, limit);
        } catch (error) {
            const { failure, reason } = client.verdict(error);
            const passing = failure === "transient";
            const told = limit.aborted
                ? `no answer within ${limitMs / 1000} s`
                : redactor.text(reason).replace(/\.$/, "");
            throw new TidegateError(`${where} did not let us ${what} an object: ${told}.`, {
                code: passing || limit.aborted ? "storage-unreachable" : "storage-refused",
                hint: `Who rolls out has to read, write and delete below .tidegate-probe/ there. \`${client.byHand}\` asks it by hand.`,
                retryable: passing,
                cause: error,
            });
        }
    };
    return {
        where,
        put: async (key, body) => {
            // A key that is taken is one of this probe, whose answer was lost.
            await asked("write", (bucket, signal) => bucket.create(key, body, signal));
        },
        get: (key) => asked("read", (bucket, signal) => bucket.read(key, signal)),
        delete: (key) => asked("delete", (bucket, signal) => bucket.remove(key, signal)),
    };
}
