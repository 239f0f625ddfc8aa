/** What the API of Kubernetes speaks of: objects, their kinds, changes of them, and refusals. */
import { z } from "zod";
import { TidegateError } from "../core/errors";

/** Any object, as the API writes it. */
export const kubernetesObject = z.looseObject({
    apiVersion: z.string().optional(),
    kind: z.string().optional(),
    metadata: z.looseObject({
        name: z.string().optional(),
        namespace: z.string().optional(),
        resourceVersion: z.string().optional(),
        generation: z.number().optional(),
        deletionTimestamp: z.string().optional(),
        finalizers: z.array(z.string()).optional(),
    }),
});
export type KubernetesObject = z.infer<typeof kubernetesObject>;

export interface Kind {
    readonly apiVersion: string;
    readonly kind: string;
}

/** One change of what is watched. */
export interface WatchEvent<T> {
    readonly type: "ADDED" | "MODIFIED" | "DELETED";
    readonly object: T;
}

/** The server's refusal; `TidegateError.cause` of `kubernetes-refused`. */
export class ApiStatusError extends Error {
    constructor(
        readonly status: number,
        /** `NotFound`, `AlreadyExists`, `Forbidden`, `Invalid`, … */
        readonly reason: string,
        message: string,
    ) {
        super(message);
        this.name = "ApiStatusError";
    }
}

/** Whether an error is the server's refusal with this HTTP status. */
export const isRefusal = (error: unknown, status: number): boolean =>
    TidegateError.is(error) && error.cause instanceof ApiStatusError && error.cause.status === status;
