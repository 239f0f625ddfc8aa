/** What a graph says of the way of a release from one environment to the next. Pure. */
import { z } from "zod";

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and '-'");
const hour = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "HH:MM");
export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const isTimezone = (zone: string): boolean => {
    try {
        return new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
    } catch {
        return false;
    }
};

const freezeSchema = z.union([
    z.strictObject({
        from: z.iso.datetime({ offset: true }),
        until: z.iso.datetime({ offset: true }),
        why: z.string().min(1).describe("For whoever is refused."),
    }),
    z.strictObject({
        days: z.array(z.enum(weekdays)).min(1),
        from: hour.default("00:00"),
        until: hour.default("24:00").describe("Of the same day; not in it."),
        timezone: z.string().refine(isTimezone, "a time zone, as Europe/Berlin").default("UTC"),
        why: z.string().min(1),
    }),
]);
export type Freeze = Readonly<z.infer<typeof freezeSchema>>;

const ruleSchema = z.strictObject({
    from: z
        .array(name)
        .default([])
        .describe("Environments that it takes releases from. Default: none, it is the first."),
    every: z.boolean().default(false).describe("Whether all that `from` names have to let a release go, not any one."),
    pause: z.boolean().default(false).describe("Whether `promote --onward` leaves it to a person to promote to it."),
    soakMinutes: z
        .number()
        .min(0)
        .default(0)
        .describe("How long a release has to have stayed in the one that it comes from."),
    maxAgeHours: z.number().positive().optional().describe("How old its proof may be at most. Default: any age."),
    onRed: z
        .enum(["stop", "rollback"])
        .default("stop")
        .describe(
            "What follows a promotion to it that ends red: nothing, or what was green there before is rolled out again.",
        ),
    freeze: z.array(freezeSchema).default([]).describe("When nothing is promoted to it."),
});
export type PromotionRule = Readonly<z.infer<typeof ruleSchema>>;

export const promotionSchema = z.record(name, ruleSchema);
export type Promotion = Readonly<Record<string, PromotionRule>>;

/** The window that a moment lies in; undefined where there is none. `now` in milliseconds since the epoch. */
export function frozenBy(rule: PromotionRule, now: number): Freeze | undefined {
    return rule.freeze.find((freeze) => {
        if (!("days" in freeze)) return Date.parse(freeze.from) <= now && now < Date.parse(freeze.until);
        const { day, time } = localTime(now, freeze.timezone);
        return freeze.days.some((one) => one === day) && freeze.from <= time && time < freeze.until;
    });
}

const minute = 60_000;
const step = 15 * minute;
/** Two weekly windows that touch each other end within it. */
const longestWeekly = 8 * 24 * 60 * minute;

/**
 * When no window holds any more, from a moment on, to the minute; that moment where none does. A gap between two windows
 * that is shorter than a quarter of an hour may be passed over. Undefined: weekly windows leave no gap.
 */
export function thawedAt(rule: PromotionRule, from: number): number | undefined {
    let at = from;
    while (at - from <= 2000 * 24 * 60 * minute) {
        const freeze = frozenBy(rule, at);
        if (freeze === undefined) return at;
        if (!("days" in freeze)) at = Date.parse(freeze.until);
        else {
            const only = { ...rule, freeze: [freeze] };
            let next = at;
            while (frozenBy(only, next) !== undefined) {
                if (next - at > longestWeekly) return undefined;
                next = Math.floor(next / step) * step + step;
            }
            for (let one = next - minute; one > at && frozenBy(only, one) === undefined; one -= minute) next = one;
            at = next;
        }
    }
    return undefined;
}

function localTime(now: number, timeZone: string): { readonly day: string; readonly time: string } {
    const format = new Intl.DateTimeFormat("en-US", {
        timeZone,
        weekday: "short",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
    });
    const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
    return {
        day: (parts.get("weekday") ?? "").toLowerCase(),
        time: `${parts.get("hour") ?? ""}:${parts.get("minute") ?? ""}`,
    };
}

/** A name that the rules give and that is no environment, or a way that comes back to where it began. */
export function promotionMistake(
    promotion: Promotion,
    environments: readonly string[] | undefined,
): string | undefined {
    for (const [target, { from, onRed }] of Object.entries(promotion)) {
        if (onRed === "rollback" && from.length === 0)
            return `promotion.${target} takes releases from nowhere: there is no promotion that its onRed could follow`;
        for (const one of [target, ...from])
            if (environments !== undefined && !environments.includes(one))
                return `promotion names '${one}', which is no environment`;
        for (const one of from)
            if (!(one in promotion))
                return `promotion.${target} takes releases from '${one}', of which promotion says nothing`;
    }
    const visit = (target: string, path: readonly string[]): string | undefined => {
        if (path.includes(target))
            return `promotion has a cycle: ${[...path.slice(path.indexOf(target)), target].join(" → ")}`;
        for (const one of promotion[target]?.from ?? []) {
            const found = visit(one, [...path, target]);
            if (found !== undefined) return found;
        }
        return undefined;
    };
    for (const target of Object.keys(promotion)) {
        const found = visit(target, []);
        if (found !== undefined) return found;
    }
    return undefined;
}
