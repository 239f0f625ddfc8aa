/** `produce`, `run`, `validate` and `render`: work on the data of a platform that is up. */
import type { Command } from "commander";
import type { Common, DbtFlags, ProduceFlags, RenderFlags } from "../actions/data";
import { wholeNumber } from "../arguments";

const actions = () => import("../actions/data.js");
const environmentOption = ["-e, --environment <name>", "name of the environment", "local"] as const;

export function dataCommands(program: Command): void {
    program
        .command("produce")
        .description("put events into Kafka: generated ones, or those of a file")
        .option(...environmentOption)
        .option("--data <file>", "a Parquet, CSV or NDJSON file")
        .option("--events <n>", "how many: to generate, or to take of the file", wholeNumber)
        .option("--seed <n>", "seed of the generator", wholeNumber)
        .option("--rate <n>", "events per second; as fast as Kafka takes them without", wholeNumber)
        .option("--once", "leave alone what the topic holds already")
        .option("--json", "the result as JSON")
        .action(async (options: ProduceFlags) => (await actions()).produceEvents(options));

    const run = program.command("run").description("run Flink's batch jobs, or dbt");
    run.command("flink")
        .description("Kafka to bronze, bronze to silver; reads what is new")
        .option(...environmentOption)
        .option("--json", "the result as JSON")
        .action(async (options: Common) => (await actions()).runFlink(options));
    run.command("dbt")
        .description("dbt build of the marts over silver")
        .argument("[command]", "build, run, test or seed", "build")
        .option(...environmentOption)
        .option("--select <nodes...>", "dbt's node selection")
        .option("--full-refresh", "build incremental models anew")
        .option("--json", "the result as JSON")
        .action(async (command: string, options: DbtFlags) => (await actions()).runDbt(command, options));

    program
        .command("validate")
        .description("prove a platform that is up: infrastructure, Flink jobs, data, dbt")
        .argument("[layer]", "one layer, or all", "all")
        .option(...environmentOption)
        .option("--json", "the results as JSON")
        .action(async (layer: string, options: Common) => (await actions()).validate(layer, options));

    program
        .command("render")
        .description("show the Flink SQL of an environment, or write it to a directory")
        .option(...environmentOption)
        .option("--out <directory>", "write one file per script")
        .option("--json", "as JSON")
        .action(async (options: RenderFlags) => (await actions()).render(options));
}
