/** What a store of secrets is to whoever looks a reference up. Each kind of store is a file of `stores/`. */
import type { SecretRef, SecretRefKind } from "../../stacks/secretRef";

/** A reference of one kind. */
export type RefOf<K extends SecretRefKind> = Extract<SecretRef, { kind: K }>;

export interface SecretStore<K extends SecretRefKind> {
    /**
     * The whole of a secret, without regard to `#field`. One that is a map by nature (Vault, Kubernetes) comes as JSON.
     * A single try.
     * @throws SecretStoreError, whose reason is free of anything secret
     */
    read(ref: RefOf<K>, signal: AbortSignal): Promise<string>;
}

export type SecretFailure =
    | "missing"
    /** No credentials, wrong ones, or not allowed. */
    | "denied"
    /** Nobody answered, or only that he cannot now: the same request may succeed in a moment. */
    | "unreachable"
    /** Nobody has said where the store is. */
    | "unconfigured"
    | "refused";

export class SecretStoreError extends Error {
    constructor(
        readonly failure: SecretFailure,
        /** Goes on after a colon; no full stop. */
        readonly reason: string,
        options?: ErrorOptions,
    ) {
        super(reason, options);
        this.name = "SecretStoreError";
    }
}
