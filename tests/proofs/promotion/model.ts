/**
 * What has to be true of the organisation, by what was done to it: kept apart from the tool, which is never asked. A release
 * is what its two files say; where it is red is written in them.
 */
import { environments, sourceOf, type Environment, type StackName, type Taker } from "./organisation";

export type Sql = Readonly<Record<StackName, string>>;

export interface Expected {
    /** Exit code. */
    readonly code: 0 | 1 | 6;
    /** Undefined: none is chosen. */
    readonly release: string | undefined;
    /** Code of the error, where it is refused. */
    readonly refused?: string;
}

export class Model {
    /** What was committed. */
    readonly committed: Sql[] = [];
    /** By name of the release. */
    readonly sql = new Map<string, Sql>();
    /** Green rollouts of each environment in their order. */
    readonly greens = perEnvironment<string[]>(() => []);
    /** What was begun there since the last green one and has not become green, in its order. */
    readonly begun = perEnvironment<string[]>(() => []);
    readonly held = new Set<Environment>();
    readonly frozen = new Set<Environment>();
    /** Where every gate is red, whatever runs. */
    readonly unwell = new Set<Environment>();

    /** What was green there last. */
    present(environment: Environment): string | undefined {
        return this.greens[environment].at(-1);
    }

    /** What was rolled out there last, green or not. */
    last(environment: Environment): string | undefined {
        return this.begun[environment].at(-1) ?? this.present(environment);
    }

    isRed(release: string, environment: Environment): boolean {
        const { store = "", app = "" } = this.sql.get(release) ?? {};
        return this.unwell.has(environment) || `${store}${app}`.includes(redIn(environment));
    }

    /** What of a stack may be there: of what was green last, and of what was begun since. */
    allowed(environment: Environment, stack: StackName): Set<string> {
        const present = this.present(environment);
        const releases = [...(present === undefined ? [] : [present]), ...this.begun[environment]];
        return new Set(releases.flatMap((release) => this.sql.get(release)?.[stack] ?? []));
    }

    /** Whether a text of a stack may ever run in an environment: it was green where releases come from. */
    mayRun(environment: Environment, stack: StackName, text: string): boolean {
        const source = sourceOf[environment];
        const from = source === undefined ? this.committed : this.greens[source].map((one) => this.sql.get(one));
        return from.some((sql) => sql?.[stack] === text);
    }

    /** A promotion, of what was green last in the source where no other release is asked for. */
    promotion(target: Taker, wanted?: string, despiteFreeze = false): Expected {
        const source = sourceOf[target];
        const release = wanted ?? this.present(source);
        if (release === undefined) return { code: 6, release, refused: "release-unproved" };
        const refused = this.held.has(target)
            ? "environment-held"
            : this.frozen.has(target) && !despiteFreeze
              ? "environment-frozen"
              : this.greens[source].includes(release)
                ? undefined
                : "release-unproved";
        if (refused !== undefined) return { code: 6, release, refused };
        return { code: this.isRed(release, target) ? 1 : 0, release };
    }

    /**
     * The last one that was green before the present one was there for the first time; one that has not become green is
     * gone on with where it was green there before: it is a way back itself.
     */
    rollback(environment: Environment): Expected {
        const [greens, last, present] = [this.greens[environment], this.last(environment), this.present(environment)];
        if (last === undefined) return { code: 6, release: undefined, refused: "rollback-impossible" };
        const first = greens.indexOf(last);
        const begun = this.begun[environment];
        const onWay = first >= 0 && begun.length > 0 && (present !== last || begun.some((one) => one !== last));
        const before = greens.slice(0, first < 0 ? greens.length : first);
        const release = onWay ? last : before.findLast((one) => one !== last);
        if (release === undefined) return { code: 6, release, refused: "rollback-impossible" };
        return { code: this.isRed(release, environment) ? 1 : 0, release };
    }

    /** A rollout has ended, or was cut off. */
    rolledOut(environment: Environment, release: string, green: boolean): void {
        if (green) {
            this.greens[environment].push(release);
            this.begun[environment] = [];
        } else this.begun[environment].push(release);
    }
}

/** The line of a file that makes the gates of its stack red in an environment. */
export const redIn = (environment: Environment): string => `-- red in ${environment}\n`;

const perEnvironment = <T>(make: () => T): Record<Environment, T> =>
    Object.fromEntries(environments.map((one) => [one, make()])) as Record<Environment, T>;
