/**
 * The graph of stacks: nodes and the edges "has to be rolled out after". Pure. Order is topological, ties break by
 * name, so that two runs of one graph do the same things in the same order.
 */
import { exitCodes, TidegateError } from "../core/errors";
import { nearest } from "../core/yamlFile";

export interface GraphNode {
    readonly name: string;
    readonly description?: string;
    readonly dependsOn: readonly string[];
    /** What selections name many stacks by. @default none */
    readonly labels?: readonly string[];
    /** What runs between the deployment and the validation of this stack, in order. */
    readonly exercises: readonly string[];
}

export class Graph {
    private readonly nodes: ReadonlyMap<string, GraphNode>;
    /** Names in rollout order. */
    readonly order: readonly string[];

    constructor(
        nodes: readonly GraphNode[],
        /** By which reports know it. */
        readonly name = "graph",
    ) {
        this.nodes = new Map(nodes.map((node) => [node.name, node]));
        if (this.nodes.size !== nodes.length) {
            const twice = nodes.find((node, index) => nodes.findIndex((other) => other.name === node.name) !== index);
            throw invalid(`Two stacks are called '${twice?.name}'.`, "Give each stack of the graph a name of its own.");
        }
        for (const node of nodes) {
            for (const upstream of node.dependsOn) {
                if (!this.nodes.has(upstream))
                    throw invalid(
                        `'${node.name}' depends on '${upstream}', which is no stack of the graph.`,
                        nearest(upstream, [...this.nodes.keys()]) ||
                            `The graph has ${[...this.nodes.keys()].sort().join(", ")}.`,
                    );
            }
        }
        this.order = this.sort();
    }

    node(name: string): GraphNode {
        const node = this.nodes.get(name);
        if (!node)
            throw invalid(
                `The graph has no stack '${name}'.`,
                nearest(name, this.order) || `It has ${this.order.join(", ")}.`,
            );
        return node;
    }

    /**
     * The graph of these stacks alone; what stood on one that is left out stands on what that one stood on.
     * @throws TidegateError where there is no stack of a name
     */
    only(names: readonly string[]): Graph {
        for (const name of names) this.node(name);
        const upstreamOf = (name: string): string[] =>
            this.node(name).dependsOn.flatMap((up) => (names.includes(up) ? [up] : upstreamOf(up)));
        return new Graph(
            this.order
                .filter((name) => names.includes(name))
                .map((name) => ({ ...this.node(name), dependsOn: [...new Set(upstreamOf(name))] })),
            this.name,
        );
    }

    /** The stacks that read a contract of `name` directly. */
    dependents(name: string): string[] {
        return this.order.filter((other) => this.node(other).dependsOn.includes(name));
    }

    /** `name` and everything that it stands on, in rollout order. */
    upTo(name: string): string[] {
        return this.closure(name, (current) => this.node(current).dependsOn);
    }

    /** `name` and everything that stands on it, in rollout order. */
    downFrom(name: string): string[] {
        return this.closure(name, (current) => this.dependents(current));
    }

    /** How many stacks have to be rolled out one after another before each: 0 for those that stand on nothing. */
    depths(): ReadonlyMap<string, number> {
        const depths = new Map<string, number>();
        for (const name of this.order)
            depths.set(name, Math.max(-1, ...this.node(name).dependsOn.map((up) => depths.get(up) ?? 0)) + 1);
        return depths;
    }

    private closure(name: string, next: (name: string) => readonly string[]): string[] {
        const reached = new Set<string>();
        const waiting = [name];
        for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
            if (reached.has(current)) continue;
            reached.add(current);
            waiting.push(...next(current));
        }
        return this.order.filter((other) => reached.has(other));
    }

    private sort(): string[] {
        const done = new Set<string>();
        const order: string[] = [];
        while (order.length < this.nodes.size) {
            const ready = [...this.nodes.values()]
                .filter((node) => !done.has(node.name) && node.dependsOn.every((upstream) => done.has(upstream)))
                .map((node) => node.name)
                .sort();
            const next = ready[0];
            if (next === undefined) throw this.cycle(done);
            done.add(next);
            order.push(next);
        }
        return order;
    }

    private cycle(done: ReadonlySet<string>): TidegateError {
        // Every node that is left has an upstream that is left: walking upstream has to come round.
        const path: string[] = [];
        let current = [...this.nodes.keys()].filter((name) => !done.has(name)).sort()[0];
        while (current !== undefined && !path.includes(current)) {
            path.push(current);
            current = this.nodes.get(current)?.dependsOn.find((upstream) => !done.has(upstream));
        }
        const loop = current === undefined ? path : [...path.slice(path.indexOf(current)), current];
        return invalid(`The graph has a cycle: ${loop.join(" → ")}.`, "Take one of these edges out of `dependsOn`.");
    }
}

function invalid(message: string, hint: string): TidegateError {
    return new TidegateError(message, { code: "graph-invalid", hint, exitCode: exitCodes.usage });
}
