/** `tidegate:embedded:Bucket`: a bucket of an S3 interface. */
import { z } from "zod";
import { S3 } from "../../../automation/clients/s3";
import { s3Credentials } from "../../../stacks/contracts";
import { defineHandler } from "../handler";
import { readOr } from "../unfinished";

export const s3Connection = z.strictObject({
    endpoint: z.url(),
    region: z.string().min(1).default("us-east-1"),
    pathStyle: z.boolean().default(true),
    credentials: s3Credentials,
});

const inputs = z.strictObject({
    connection: s3Connection,
    /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
    name: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "3 to 63 lower-case letters, digits, '.' or '-'"),
    deleteContents: z.boolean().default(true),
});
export type BucketInputs = z.infer<typeof inputs>;

const state = z.object({ name: z.string() });
type BucketState = z.infer<typeof state>;

export const bucketHandler = defineHandler<BucketInputs, BucketState>({
    inputs,
    state,
    secretOutputs: [],
    replaceOnChange: ["name"],
    preview: (_old, now) => ({ name: now.name }),
    async create({ connection, name }) {
        await new S3(connection).createBucket(name);
        return { id: name, state: { name } };
    },
    read: (old) =>
        readOr(old.state, async () =>
            (await new S3(old.inputs.connection).bucketExists(old.state.name)) ? old.state : undefined,
        ),
    async update(_old, { connection, name }) {
        await new S3(connection).createBucket(name);
        return { name };
    },
    async delete({ inputs: { connection, deleteContents }, state: { name } }) {
        const s3 = new S3(connection);
        if (!(await s3.bucketExists(name))) return;
        if (deleteContents) for (const { key } of await s3.list(name)) await s3.delete(name, key);
        await s3.deleteBucket(name);
    },
});
