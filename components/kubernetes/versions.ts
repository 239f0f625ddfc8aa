/** Minor versions of Kubernetes: which the platform's objects need, and which there can be. */
import { problem, type Problem } from "../cloud/problem";

/**
 * Of what is made on a cluster, `spec.timeZone` of CronJobs came last.
 * Source: https://github.com/kubernetes/enhancements/issues/3140 (stable in 1.27)
 */
const least = 27;

/** The newest that was known when this was written, and when it came. Source: https://kubernetes.io/releases/ */
const known = { minor: 35, atMs: Date.UTC(2025, 11, 17) };

/** A year has three. Source: https://kubernetes.io/releases/release/ */
const yearMs = 365.25 * 86_400_000;
const releasesAYear = 3;

/** The newest that there can be at a time; one more than the pace of releases gives, which is no promise. */
export const newestMinor = (atMs: number): number =>
    known.minor + 1 + Math.ceil((Math.max(0, atMs - known.atMs) / yearMs) * releasesAYear);

/** 35 of `1.35`; undefined of what is no minor version: a patch of one, a range, a word. */
export function minorOf(version: string): number | undefined {
    const minor = /^1\.(0|[1-9]\d*)$/.exec(version)?.[1];
    return minor === undefined ? undefined : Number(minor);
}

/** @param path key of the environment's file */
export function* versionProblems(path: string, version: string): Generator<Problem> {
    const minor = minorOf(version);
    if (minor === undefined)
        yield problem(path, `'${version}' is no minor version of Kubernetes`, "Write it as '1.35'.");
    else if (minor < least)
        yield problem(
            path,
            `Kubernetes ${version} is too old for the platform: its CronJobs have a time zone, which Kubernetes knows since 1.${least}`,
            `Take one that the cloud offers, e.g. '1.${known.minor - 1}'.`,
        );
}
