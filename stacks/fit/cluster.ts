/** What runs on a cluster: Flink, dbt beside it, and how it comes to a catalog. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import { externalCatalogProblems } from "../../components/catalog/externalChecks";
import { dbtRuntimeOf } from "../settings/runtime";
import type { Environment } from "./environment";

/** Flink on the cluster, dbt beside it. */
export function* onCluster(environment: Environment): Generator<Problem> {
    const { mode, runtime, observability, foundation, catalog } = environment;
    const dbt = dbtRuntimeOf(environment);
    const clustered = runtime?.profile === "kubernetes";
    const anyOrchestrator = "Name kubernetes, airflow, dagster or prefect.";
    if (dbt === "dbt-cloud")
        yield problem(
            "dbt.runtime",
            "dbt Cloud has no connection to DuckDB, which this project's models are written for",
            anyOrchestrator,
        );
    else if (clustered && dbt === "local")
        yield problem(
            "dbt.runtime",
            "only the identities of its workloads reach a platform on a cluster",
            anyOrchestrator,
        );
    else if (!clustered && dbt !== "local")
        yield problem(
            "dbt.runtime",
            `'${dbt}' runs on the cluster: it needs runtime.profile kubernetes`,
            "Change runtime.profile, or leave dbt.runtime out.",
        );
    if (observability !== undefined && runtime !== undefined)
        if ((observability.profile === "kubernetes") !== clustered)
            yield problem(
                "observability.profile",
                `does not fit runtime.profile ${runtime.profile}: both are on the cluster, or neither is`,
                `Use ${clustered ? "kubernetes" : runtime.profile === "docker" ? "docker" : "embedded"}.`,
            );
    if (observability?.profile === "kubernetes" && foundation?.operators.prometheus === "none")
        yield problem(
            "foundation.operators.prometheus",
            "is none, but observability makes objects of the Prometheus operator",
            "Set it to install, or to adopt where the cluster has it.",
        );
    if (!clustered) return;
    if (mode === "batch")
        yield problem(
            "mode",
            "has to be streaming_bronze with runtime.profile kubernetes: a batch job that the operator starts again would read the topic from its beginning and write bronze twice",
            "Set it to streaming_bronze.",
        );
    for (const layer of ["storage", "broker", "catalog"] as const)
        if (environment[layer]?.profile === "embedded")
            yield problem(
                `${layer}.profile`,
                "'embedded' is on this machine: the cluster does not reach it",
                "Use a profile of a cloud, or external.",
            );
    if (catalog?.profile === "external" && !catalog.attach)
        yield problem(
            "catalog.attach",
            "has to be true where dbt runs on a cluster: DuckDB attaches the catalog there, and nobody asks it where a table is",
            "Set it to true where DuckDB can, as with Lakekeeper; else use a catalog that it can attach.",
        );
}

export function* catalogOf({ catalog, foundation }: Environment): Generator<Problem> {
    if (catalog?.profile !== "external") return;
    if (catalog.auth.mode === "serviceAccount" && foundation === undefined)
        yield problem(
            "catalog.auth.mode",
            "'serviceAccount' is the token of a workload on a cluster, and this environment has no foundation",
            "Use oauth2 or none, or add a foundation.",
        );
    yield* externalCatalogProblems(catalog);
}
