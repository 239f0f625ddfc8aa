/** Guardrails of what is meant for production: docs/policies.md describes each with good and bad examples. */
import type { Pack } from "../analyzer/pack";
import { catalog } from "./policies/catalog";
import { deletion } from "./policies/deletion";
import { flink } from "./policies/flink";
import { images } from "./policies/images";
import { ownKeys } from "./policies/ownKeys";
import { pods } from "./policies/pods";
import { publicAccess } from "./policies/publicAccess";
import { recovery } from "./policies/recovery";
import { secretsProvider } from "./policies/secretsProvider";
import { tags } from "./policies/tags";
import { tlsOnly } from "./policies/tlsOnly";
import { topics } from "./policies/topics";
import { wildcards } from "./policies/wildcards";
import { workloadIdentity } from "./policies/workloadIdentity";

export const production: Pack = {
    name: "tidegate-production",
    version: "1.0.0",
    description: "Guardrails of a streaming lakehouse in production",
    policies: [
        ownKeys,
        publicAccess,
        tlsOnly,
        deletion,
        recovery,
        wildcards,
        workloadIdentity,
        topics,
        flink,
        pods,
        images,
        catalog,
        tags,
        secretsProvider,
    ],
};
