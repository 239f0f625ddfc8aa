/**
 * What went wrong as annotations of GitHub Actions, which shows them beside the change.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
import type { RolloutEvent } from "../rollout/events";
import { placeIn } from "./surroundings";

export interface Annotation {
    readonly level: "error" | "warning";
    readonly title: string;
    readonly message: string;
}

/** Undefined of an event that nobody has to look at. */
export function annotationOf(event: RolloutEvent): Annotation | undefined {
    switch (event.type) {
        case "problem":
            return {
                level: "error",
                title: [event.layer, event.code].filter((part) => part !== undefined).join(": "),
                message: [event.message, event.hint].filter((part) => part !== undefined).join("\n"),
            };
        case "check": {
            const { status, title, message, look, hint, blocking } = event.result;
            if (status !== "fail") return undefined;
            const advice = [message, look && `look at: ${look}`, hint && `do: ${hint}`].filter(Boolean);
            return {
                level: blocking === false ? "warning" : "error",
                title: `${event.layer}: not so: ${title}`,
                message: advice.join("\n"),
            };
        }
        case "hook":
            return event.ok
                ? undefined
                : {
                      level: event.blocking ? "error" : "warning",
                      title: `${event.layer}: ${event.point} ${event.name}`,
                      message: [event.text, event.hint].filter((part) => part !== undefined).join("\n"),
                  };
        default:
            return undefined;
    }
}

const data = (text: string): string => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
const property = (text: string): string => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");

/** One line. `root`: of the checkout, for which a file that the message names is told. */
export function githubCommand({ level, title, message }: Annotation, root: string): string {
    const place = placeIn(message, root);
    const properties = [
        ...(place === undefined
            ? []
            : [
                  `file=${property(place.file)}`,
                  `line=${place.line}`,
                  ...(place.column === undefined ? [] : [`col=${place.column}`]),
              ]),
        `title=${property(title)}`,
    ];
    return `::${level} ${properties.join(",")}::${data(message)}`;
}
