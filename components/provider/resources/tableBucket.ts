/** `tidegate:embedded:TableBucket`: a table bucket of SeaweedFS, which is one warehouse of its Iceberg REST catalog. */
import { z } from "zod";
import { TidegateError } from "../../../automation/core/errors";
import { S3Tables } from "../../../automation/clients/s3Tables";
import { readRecord } from "../daemon/record";
import { defineHandler } from "../handler";
import { readOr } from "../unfinished";
import { s3Connection } from "./bucket";

const inputs = z.strictObject({
    connection: s3Connection,
    /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-buckets-naming.html */
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "3 to 63 lower-case letters, digits or '-'"),
    /** Folder of the process that serves it; absent: it is not known which. */
    servedFrom: z.string().min(1).optional(),
});
export type TableBucketInputs = z.infer<typeof inputs>;

const state = z.object({ name: z.string(), arn: z.string() });
type TableBucketState = z.infer<typeof state>;

export const tableBucketHandler = defineHandler<TableBucketInputs, TableBucketState>({
    inputs,
    state,
    secretOutputs: [],
    replaceOnChange: ["name"],
    preview: (old, now) => (old.inputs.name === now.name ? old.state : { name: now.name }),
    async create({ connection, name }) {
        return { id: name, state: { name, arn: await new S3Tables(connection).create(name) } };
    },
    read: (old) =>
        readOr(old.state, async () => {
            const arn = await new S3Tables(old.inputs.connection).find(old.state.name);
            return arn === undefined ? undefined : { name: old.state.name, arn };
        }),
    async update(_old, { connection, name }) {
        return { name, arn: await new S3Tables(connection).create(name) };
    },
    async delete({ inputs: { connection, servedFrom }, state: { name } }, context) {
        try {
            await new S3Tables(connection).delete(name);
        } catch (error) {
            // Where storage and catalog both move away, the storage's stack comes first: its process is deleted, and no record is left of it.
            const isGone = servedFrom !== undefined && (await readRecord(servedFrom)) === undefined;
            if (!isGone || !TidegateError.is(error) || error.code !== "s3-unreachable") throw error;
            context.log(`the storage is gone, and the table bucket '${name}' with it`);
        }
    },
});
