/** What went wrong, told to GitHub Actions where it runs this: on standard error, for standard output may be somebody's JSON. */
import { annotationOf, githubCommand, type Annotation } from "../ci/annotations";
import { explained, messageOf, TidegateError } from "../core/errors";
import type { EventSink } from "../rollout/events";
import { remark } from "./output";

export function annotate(
    annotation: Annotation,
    variables: Readonly<NodeJS.ProcessEnv> = process.env,
    write = remark,
): void {
    if (variables["GITHUB_ACTIONS"] !== "true") return;
    write(githubCommand(annotation, variables["GITHUB_WORKSPACE"] || process.cwd()));
}

export const annotateEvents =
    (variables: Readonly<NodeJS.ProcessEnv> = process.env, write = remark): EventSink =>
    (event) => {
        const annotation = annotationOf(event);
        if (annotation !== undefined) annotate(annotation, variables, write);
    };

export function annotationOfError(thrown: unknown): Annotation {
    const error = explained(thrown);
    if (!TidegateError.is(error)) return { level: "error", title: "a fault of Tidegate", message: messageOf(error) };
    const { code, message, hint } = error;
    return { level: "error", title: code, message: hint === undefined ? message : `${message}\n${hint}` };
}
