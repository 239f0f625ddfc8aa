/** Which stacks of an environment a range of git commits reaches: what a pull request would roll out, and why. */
import { readFile, realpath } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { changedSince, type Since } from "../core/git";
import { affectedStacks, type AffectedStack } from "../graph/affected";
import { pulumiStackName, settingsOf, type GraphFile } from "../graph/load";
import { environmentGraph } from "./environmentGraph";
import { sourcesOf } from "./inputs";
import { loadModule, type DriverModule } from "./module";

export interface Affected {
    readonly environment: string;
    /** The commit that both have in common. */
    readonly commit: string;
    /** How many files differ from it. */
    readonly files: number;
    readonly stacks: readonly AffectedStack[];
}

/** A graph's file as it was then, when it may have been written for another version of Tidegate. */
const graphThen = z
    .looseObject({
        stacks: z.record(z.string(), z.unknown()).catch({}),
        environments: z.record(z.string(), z.unknown()).catch({}),
    })
    .catch({ stacks: {}, environments: {} });
type GraphThen = z.infer<typeof graphThen>;

/**
 * @param revision of git: a branch, a tag, a commit
 * @throws TidegateError `git-failed`, and as the environment's graph does
 */
export async function affectedSince(environment: string, whole: GraphFile, revision: string): Promise<Affected> {
    const graph = await environmentGraph(environment, whole);
    const module = loadModule(whole);
    const since = await changedSince(graph.directory, revision);
    const textThen = await since.fileAt(graph.file);
    const then = graphThen.parse(textThen === undefined ? {} : parse(textThen));
    const namesThen =
        (await module.stacksThen?.(environment, (file) => since.fileAt(file))) ?? Object.keys(then.stacks);
    const redefined = since.files.includes(graph.file) ? await definitionsChanged(graph, then, environment) : [];
    const touched = new Map<string, readonly string[]>();
    for (const stack of graph.graph.order) {
        const files = await changedOf(await sources(environment, graph, module, stack), since, graph.directory);
        const own = redefined.includes(stack) ? [relative(graph.directory, graph.file)] : [];
        touched.set(stack, [...new Set([...own, ...files])]);
    }
    return {
        environment,
        commit: since.commit,
        files: since.files.length,
        stacks: affectedStacks(graph.graph, {
            touched,
            added: graph.graph.order.filter((stack) => !namesThen.includes(stack)),
            removed: namesThen.filter((stack) => !graph.graph.order.includes(stack)).sort(),
        }),
    };
}

/** Stacks of which the graph's file says something else now, of themselves or of all. */
async function definitionsChanged({ file, graph }: GraphFile, then: GraphThen, environment: string): Promise<string[]> {
    const now = graphThen.parse(parse(await readFile(file, "utf8")));
    const ofAll = ({ stacks: _stacks, environments, ...rest }: GraphThen): unknown => [rest, environments[environment]];
    if (!isDeepStrictEqual(ofAll(now), ofAll(then))) return [...graph.order];
    return graph.order.filter((stack) => !isDeepStrictEqual(now.stacks[stack], then.stacks[stack]));
}

async function sources(
    environment: string,
    graph: GraphFile,
    module: DriverModule,
    stack: string,
): Promise<readonly string[]> {
    const { project, stack: template, inputs } = graph.definition(stack);
    const more = await module.sources?.(environment, stack);
    // A module's platform has packs of its own.
    const policyPacks = module.sources === undefined ? settingsOf(graph, environment).policyPacks : [];
    return sourcesOf({
        workDirectory: project,
        project,
        stack: pulumiStackName(template, environment, stack),
        policyPacks: policyPacks.map(({ path, config }) => ({
            path: resolve(graph.directory, path),
            config: config === undefined ? undefined : resolve(graph.directory, config),
        })),
        more: {
            files: [...inputs.files, ...(more?.files ?? [])],
            programs: more?.programs ?? [],
            ...(more?.loads === undefined ? {} : { loads: more.loads }),
            values: {},
        },
    });
}

async function changedOf(sources: readonly string[], { files }: Since, directory: string): Promise<string[]> {
    // Git tells where a file really is.
    const real = await Promise.all(sources.map((path) => realpath(path).catch(() => path)));
    const within = (file: string): boolean =>
        real.some((path) => file.startsWith(`${path}${sep}`) && !passedOver.test(relative(path, file)));
    return files.filter((file) => real.includes(file) || within(file)).map((file) => relative(directory, file));
}

/** In a folder: what packages, Pulumi and this driver put there, and the configuration of any stack but the own one. */
const passedOver = /(^|\/)((node_modules|\.tidegate|\.pulumi)\/|Pulumi\.[^/]+\.yaml$)/;
