import assert from "node:assert/strict";
import { schedule, timeZone } from "../../stacks/settings/schedule";

const taken = (schema: typeof schedule | typeof timeZone, text: string): boolean => schema.safeParse(text).success;

describe("a schedule", () => {
    for (const text of [
        "15 * * * *",
        "*/30 * * * *",
        "0,30 8-17 * * 1-5",
        "0 0 1 jan,JUL MON",
        "5/15 * ? * *",
        "59 23 31 12 6",
    ])
        it(`may be ${text}`, () => assert.ok(taken(schedule, text)));
    for (const text of [
        "",
        "@daily",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        // Kubernetes counts days of the week from 0 to 6.
        "* * * * 7",
        "5-1 * * * *",
        "1-2-3 * * * *",
        "*/0 * * * *",
        "a b c d e",
        "TZ=UTC 0 * * * *",
    ])
        it(`may not be '${text}'`, () => assert.ok(!taken(schedule, text)));
});

describe("a time zone", () => {
    for (const name of ["Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
        it(`may be ${name}`, () => assert.ok(taken(timeZone, name)));
    for (const name of ["", "Mars/Base", "+01:00", "../etc/passwd"])
        it(`may not be '${name}'`, () => assert.ok(!taken(timeZone, name)));
});
