/** How Pulumi is told of an error that is for a person. */
import * as pulumi from "@pulumi/pulumi";
import { TidegateError, type TidegateErrorOptions } from "../automation/core/errors";

/** Pulumi prints it without a trace of this program's code, and knows no code or hint: they are in its text. */
export const runErrorOf = ({ message, code, hint }: TidegateError): pulumi.RunError & { readonly code: string } =>
    Object.assign(new pulumi.RunError(`${message} [${code}]${hint === undefined ? "" : `\n${hint}`}`), { code });

/** To be thrown in an `apply`: of it stacks/program.ts, which tells all others, hears nothing. */
export const applyError = (
    message: string,
    options: TidegateErrorOptions,
): pulumi.RunError & { readonly code: string } => runErrorOf(new TidegateError(message, options));
