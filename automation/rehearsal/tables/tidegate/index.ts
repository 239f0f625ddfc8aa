/**
 * The project's own provider, of what asks a server that a rehearsal has not: buckets, topics, jobs, Lakekeeper; and
 * credentials, which the others name. Embedded processes are not rehearsed. The sources are the files of the resources.
 */
import { z } from "zod";
import own from "../../../../package.json";
import type { PackageTable } from "../../row";
import * as credentials from "./credentials";
import * as lakekeeper from "./lakekeeper";
import * as servers from "./servers";

export const table: PackageTable = {
    version: z.object({ version: z.string() }).parse(own).version,
    rows: [...credentials.rows, ...servers.rows, ...lakekeeper.rows],
    invokes: {},
    examples: { ...credentials.examples, ...servers.examples, ...lakekeeper.examples },
};
