/** When something is started on a cluster, as its CronJobs take it: what they would refuse is refused in the file. */
import { z } from "zod";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
    readonly least: number;
    readonly most: number;
    /** Of its numbers, from the least on. */
    readonly names?: readonly string[];
}

/**
 * Of our own: libraries of cron for JavaScript take more than Kubernetes does (a 7 for Sunday, seconds, `L`, `W`, `#`), so that each of these would
 * have to be refused beside them. Source: https://pkg.go.dev/github.com/robfig/cron/v3#ParseStandard, which Kubernetes reads schedules with.
 */
const fields: readonly Field[] = [
    { least: 0, most: 59 },
    { least: 0, most: 23 },
    { least: 1, most: 31 },
    { least: 1, most: 12, names: months },
    { least: 0, most: 6, names: days },
];

function numberIn(text: string, { least, most, names = [] }: Field): number | undefined {
    const named = names.indexOf(text.toLowerCase());
    const number = named >= 0 ? named + least : /^\d{1,2}$/.test(text) ? Number(text) : undefined;
    return number !== undefined && number >= least && number <= most ? number : undefined;
}

/** `*`, `5`, `1-5`, each of them with `/15`. */
function isRange(text: string, field: Field): boolean {
    const [range = "", step, ...others] = text.split("/");
    if (others.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return false;
    if (range === "*" || range === "?") return true;
    const [first, last] = range.split("-").map((end) => numberIn(end, field));
    if (range.split("-").length > 2 || first === undefined) return false;
    return range.includes("-") ? last !== undefined && first <= last : true;
}

const isSchedule = (text: string): boolean => {
    const parts = text.split(" ");
    return (
        parts.length === fields.length &&
        fields.every((field, index) => (parts[index] ?? "").split(",").every((range) => isRange(range, field)))
    );
};

const wanted = "has to be five fields of cron: minute, hour, day of month, month, day of week";

export const schedule = z
    .string()
    // Editors know the form by it.
    .regex(/^(\S+ ){4}\S+$/, { error: wanted, abort: true })
    .refine(isSchedule, wanted);

function isTimeZone(name: string): boolean {
    try {
        return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    } catch {
        return false;
    }
}

const place = "has to be a name of the tz database, e.g. Europe/Berlin";

export const timeZone = z
    .string()
    // Not `+01:00`, which JavaScript knows and the tz database does not.
    .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, { error: place, abort: true })
    .refine(isTimeZone, place);
