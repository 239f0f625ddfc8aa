/** Names of the policies of this pack, which an environment's file gives levels to. */
export const policyNames = [
    "own-keys",
    "no-public-access",
    "tls-only",
    "deletion-protection",
    "recoverable-data",
    "no-wildcards",
    "workload-identity",
    "replicated-topics",
    "flink-fault-tolerance",
    "restricted-pods",
    "pinned-images",
    "no-hadoop-catalog",
    "required-tags",
    "secrets-provider",
] as const;
export type PolicyName = (typeof policyNames)[number];
