/** Iceberg's Hadoop catalog is files: not safe for several writers. */
import { placesAt, textOf, typeOf } from "../../analyzer/look";
import type { Resource, Policy, Violation } from "../../analyzer/pack";

/** The one environment that it is for. */
const onlyFor = /^local(-|$)/;
const inSql = /'catalog-type'\s*=\s*'hadoop'|HadoopCatalog\b/i;
const fix = "take a REST catalog: several writers lose each other's commits in files";

function* found(resource: Resource): Generator<Violation> {
    const { urn } = resource;
    const type = typeOf(resource);
    if (type === "tidegate:catalog:Hadoop") yield { message: `${fix}.`, urn };
    if (type === "kubernetes:core/v1:ConfigMap")
        for (const { path, value } of placesAt(resource, "data[*]"))
            if (inSql.test(textOf(value))) yield { message: `data["${String(path[1])}"]: ${fix}.`, urn };
    if (type === "tidegate:embedded:FlinkSqlJob")
        for (const { path, value } of placesAt(resource, "statements[*]"))
            if (inSql.test(textOf(value))) yield { message: `${path.join(".")}: ${fix}.`, urn };
}

export const catalog: Policy = {
    name: "no-hadoop-catalog",
    description: "No catalog is of the type hadoop but in the environment local.",
    *resource(resource, { stack }) {
        if (!onlyFor.test(stack)) yield* found(resource);
    },
};
