/** User and password of a broker outside this machine, for a Flink that is on it. */
import * as pulumi from "@pulumi/pulumi";
import { Redactor } from "../../../automation/core/redactor";
import type { Upstream } from "../../layer";
import type { Environment } from "../../environment";

/**
 * Looked up where they are kept, by whoever runs the program; a secret in the state, as a broker's own credentials are.
 * Without a `secretRef` nothing is loaded or changed.
 * @throws TidegateError of the resolver: automation/secrets/resolver.ts
 */
export async function withCredentials(
    environment: Environment,
    broker: Upstream<"broker">,
): Promise<Upstream<"broker">> {
    const { secretRef } = broker;
    if (secretRef === null) return broker;
    const { secretResolver, withLogin } = await import("../../../automation/lakehouse/secrets.js");
    const secrets = secretResolver(environment, new Redactor());
    const { credentials } = await withLogin({ credentials: null, secretRef }, secrets, environment.file);
    return { ...broker, credentials: pulumi.secret(credentials) };
}
