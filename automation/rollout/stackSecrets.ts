/** Makes the secrets of stacks known to the redactor before anything is told that may hold them. */
import { TidegateError } from "../core/errors";
import type { Redactor } from "../core/redactor";
import type { StackReads } from "../engine/reads";
import { secretsOfConfiguration, secretsOfState } from "../engine/stackSecrets";
import type { Home } from "../engine/target";

/** That the CLI cannot be asked is for the operation to say, which asks it too. */
const untold =
    <T>(instead: T) =>
    (error: unknown): T => {
        if (TidegateError.is(error)) return instead;
        throw error;
    };

export class StackSecrets {
    /** Stacks whose configuration is known. */
    private readonly configured = new Map<string, Promise<boolean>>();

    constructor(
        private readonly home: Home,
        private readonly redactor: Redactor,
        private readonly reads: StackReads,
    ) {}

    /** Of its configuration and its state as they are now. */
    async all(stack: string): Promise<void> {
        await Promise.all([this.ofConfiguration(stack), this.state(stack).catch(untold(undefined))]);
    }

    /** Asks until it was found. */
    private async ofConfiguration(stack: string): Promise<void> {
        const known = this.configured.get(stack) ?? this.configuration(stack).catch(untold(false));
        this.configured.set(stack, known);
        if (!(await known)) this.configured.delete(stack);
    }

    private async configuration(stack: string): Promise<boolean> {
        const target = await this.home.target(stack);
        if (target.exists === false) return false;
        const secrets = await secretsOfConfiguration(target);
        this.redactor.add(secrets ?? []);
        return secrets !== undefined;
    }

    private async state(stack: string): Promise<void> {
        const target = await this.home.target(stack);
        if (target.exists !== false) this.redactor.add(await secretsOfState(target, this.reads));
    }
}
