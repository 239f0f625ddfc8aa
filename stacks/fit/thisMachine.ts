/** What processes of this machine read and write. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import { cloudOf } from "../settings/clouds";
import type { Environment } from "./environment";

/** Processes of this machine: Flink, and what it reads and writes. */
export function* onThisMachine(environment: Environment): Generator<Problem> {
    const { catalog, runtime, storage, name } = environment;
    if (catalog?.profile === "embedded" && catalog.type === "hadoop" && name !== "local")
        yield problem(
            "catalog.type",
            "'hadoop' is not safe for several writers: only the environment 'local' may use it",
            "Use a REST catalog.",
        );
    if (catalog?.profile === "embedded" && storage !== undefined && cloudOf[storage.profile] !== undefined)
        yield problem(
            "catalog.profile",
            `'embedded' cannot serve tables on '${storage.profile}': it is a process of this machine, with the storage's static credentials, and nothing but its workloads' identities reaches that`,
            "Use the profile external.",
        );
    if (runtime?.profile !== "embedded") return;
    for (const layer of ["storage", "broker"] as const) {
        const profile = environment[layer]?.profile;
        if (profile !== undefined && cloudOf[profile] !== undefined)
            yield problem(
                `${layer}.profile`,
                `only the identities of a cluster's workloads reach '${profile}', and Flink is a process of this machine`,
                "Use runtime.profile kubernetes or external.",
            );
    }
}

/** Of a Flink whose TaskManager is one. */
export function* slots({ runtime, mode }: Environment): Generator<Problem> {
    if (runtime?.profile !== "embedded" && runtime?.profile !== "docker") return;
    if (runtime.parallelism > runtime.taskSlots)
        yield problem(
            "runtime.parallelism",
            `has to be at most runtime.taskSlots (${runtime.taskSlots}), or no job can start`,
            "Lower it, or raise the slots.",
        );
    if (mode === "streaming_bronze" && runtime.taskSlots < runtime.parallelism * 2)
        yield problem(
            "runtime.taskSlots",
            "has to be at least twice runtime.parallelism: the streaming job holds its slots while silver runs",
            "Raise it.",
        );
}
