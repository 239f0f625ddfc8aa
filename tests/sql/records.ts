/** Records of every broken kind, and what has to become of each. */
export interface Case {
    readonly what: string;
    readonly value: Buffer | null;
    /** Bronze, or the dead letter's first reason. */
    readonly becomes: "bronze" | RegExp;
}

const good = {
    id: 1,
    at: "2024-01-15 10:00:00",
    amount: 12.5,
    note: "plain",
    paid: true,
    day: "2024-01-15",
    small: 7,
};
type Field = keyof typeof good;

const json = (change: Partial<Record<Field | "further", unknown>> = {}): string =>
    JSON.stringify({ ...good, ...change });
const without = (field: Field): string => {
    const rest: Partial<typeof good> = { ...good };
    delete rest[field];
    return JSON.stringify(rest);
};
const one = (what: string, value: string | Buffer | null, becomes: Case["becomes"]): Case => ({
    what,
    value: typeof value === "string" ? Buffer.from(value) : value,
    becomes,
});

/** A field's raw JSON text, which JSON.stringify would not write. */
const rawField = (field: Field, text: string): string =>
    json({ [field]: "@@" }).replace(`"${field}":"@@"`, `"${field}":${text}`);

const notObject = /^the payload is not one JSON object$/;

export const cases: readonly Case[] = [
    one("as the manifest says", json(), "bronze"),
    one("T in the time", json({ at: "2024-01-15T10:00:01" }), "bronze"),
    one("fractions of a second", json({ at: "2024-01-15 10:00:01.123456" }), "bronze"),
    one("optional fields null", json({ amount: null, note: null, paid: null, day: null, small: null }), "bronze"),
    one("an optional field is missing", without("amount"), "bronze"),
    one("a further field", json({ further: 1 }), "bronze"),
    one("a further nested field", json({ further: { id: "x", at: [1, { at: 2 }] } }), "bronze"),
    one("fields in another order", JSON.stringify(Object.fromEntries(Object.entries(good).reverse())), "bronze"),
    one("white space", JSON.stringify(good, null, 2), "bronze"),
    one("white space as Python writes it", json().replaceAll(",", ", ").replaceAll(/":/g, '": '), "bronze"),
    one("escapes in a string", json({ note: 'a "quoted" \\ text\n' }), "bronze"),
    one("characters beyond ASCII", json({ note: "Zürich – 東京 🚕" }), "bronze"),
    one("the replacement character itself", json({ note: "a\ufffdb" }), "bronze"),
    one("a string that looks like JSON", json({ note: '","id":5,"at":"x' }), "bronze"),
    one("the string null", json({ note: "null" }), "bronze"),
    one("the empty string", json({ note: "" }), "bronze"),
    one("a number as a string", json({ id: "42" }), "bronze"),
    one("a whole number with a fraction of zero", rawField("id", "42.0"), "bronze"),
    one("an exponent in a DOUBLE", rawField("amount", "1.25e1"), "bronze"),
    one("the largest BIGINT", rawField("id", "9223372036854775807"), "bronze"),
    one("29 February of a leap year", json({ at: "2024-02-29 10:00:00" }), "bronze"),

    one("null payload", null, /^the payload is null$/),
    one("empty payload", "", /^the payload is empty$/),
    one("blank payload", "   ", notObject),
    one("truncated", json().slice(0, -9), notObject),
    one("truncated within a string", json().slice(0, 30), notObject),
    one("the closing brace is missing", json().slice(0, -1), notObject),
    one("an array", `[${json()}]`, notObject),
    one("a string", '"text"', notObject),
    one("a number", "42", notObject),
    one("null as JSON", "null", notObject),
    one("text", "hello", notObject),
    one("two objects", json() + json(), notObject),
    one("text after the object", `${json()} x`, notObject),
    one("an object, then what closes an array", `${json()}] [{}`, notObject),
    one("an object, then a further element", `${json()},{}`, notObject),
    one("an object, then what closes an object", `${json()}} {"a":{}`, notObject),
    one("a control character in a string", json({ note: "@@" }).replace("@@", "a\u0001b"), notObject),
    one("a bare word", rawField("note", "tru"), notObject),
    one("a leading zero", rawField("id", "007"), notObject),
    one("a number and a quote", rawField("id", '1"'), notObject),
    one("a number that ends with a point", rawField("amount", "1."), notObject),
    one("NaN", rawField("amount", "NaN"), notObject),
    one("a bad escape", rawField("note", '"a\\x"'), notObject),
    one("a comma too many", json().replace("}", ",}"), notObject),
    one(
        "bytes that are not UTF-8",
        Buffer.from(json({ note: "caf\xe9" }), "latin1"),
        /^the payload is not valid UTF-8$/,
    ),
    one("UTF-16", Buffer.from(json(), "utf16le"), /^the payload is not (valid UTF-8|one JSON object)$/),
    one("random bytes", Buffer.from([0xff, 0xfe, 0x00, 0x80]), /^the payload is not valid UTF-8$/),

    one("a required field is missing", without("at"), /^field at is missing$/),
    one("a required field is null", json({ at: null }), /^field at is missing$/),
    one("an empty object", "{}", /^field id is missing$/),
    one("text for a BIGINT", json({ id: "abc" }), /^field id is not a BIGINT$/),
    one("a fraction for a BIGINT", rawField("id", "1.5"), /^field id is not a BIGINT$/),
    one("too large for a BIGINT", rawField("id", "9223372036854775808"), /^field id is not a BIGINT$/),
    one("a very long number", rawField("id", "9".repeat(400)), /^field id is not a BIGINT$/),
    one("too large for an INT", rawField("small", "2147483648"), /^field small is not an INT$/),
    one("text for a DOUBLE", json({ amount: "much" }), /^field amount is not a DOUBLE$/),
    one("too large for a DOUBLE", rawField("amount", "1e400"), /^field amount is not a finite number$/),
    one("a boolean for a DOUBLE", json({ amount: true }), /^field amount is not a DOUBLE$/),
    one("a number for a BOOLEAN", json({ paid: 1 }), /^field paid is not a BOOLEAN$/),
    one("an object for a STRING", json({ note: { a: 1 } }), /^field note is not a STRING$/),
    one("an array for a BIGINT", json({ id: [1] }), /^field id is not a BIGINT$/),
    one("30 February", json({ at: "2024-02-30 10:00:00" }), /^field at is not a TIMESTAMP$/),
    one("29 February of no leap year", json({ day: "2023-02-29" }), /^field day is not a DATE$/),
    one("hour 25", json({ at: "2024-01-15 25:00:00" }), /^field at is not a TIMESTAMP$/),
    one("a date for a TIMESTAMP", json({ at: "2024-01-15" }), /^field at is not a TIMESTAMP$/),
    one("a time zone", json({ at: "2024-01-15T10:00:00Z" }), /^field at is not a TIMESTAMP$/),
    one("a number for a TIMESTAMP", json({ at: 1705312800 }), /^field at is not a TIMESTAMP$/),
    one("a rule is broken", json({ id: -1 }), /^positive_id: the id is not positive$/),
];
