import assert from "node:assert/strict";
import fc from "fast-check";
import { Redactor } from "../../automation/core/redactor";
import { Canaries } from "../_helpers/canaries";
import { other, secret as odd, writers } from "../cli/canaries/writers";

describe("Redactor", () => {
    it("takes a secret out wherever it stands, in every form in which it is passed on", () => {
        const secret = 'pa"ss/wo rd+1';
        const redactor = new Redactor([secret]);
        const forms = [
            secret,
            JSON.stringify({ secret }),
            `https://user:${encodeURIComponent(secret)}@host`,
            JSON.stringify({ text: JSON.stringify({ secret }) }),
            `Basic ${Buffer.from(secret).toString("base64")}`,
            ...["u:", "us:", "user:"].map((user) => `Basic ${Buffer.from(user + secret).toString("base64")}`),
            Buffer.from(`u:${secret}`).toString("base64url"),
            Buffer.from(secret).toString("hex"),
            `<p title="${secret.replaceAll('"', "&quot;")}">`,
            `?q=${encodeURIComponent(secret).replaceAll("%20", "+")}`,
        ];
        for (const form of forms) {
            const text = redactor.text(`before ${form} after`);
            assert.match(text, /before .*\[secret\].* after/);
            for (const part of ["wo rd", "wo%20rd", "wo+rd", Buffer.from("wo rd").toString("hex")])
                assert.ok(!text.includes(part), text);
            // What is left of it in base64 is less than a byte at either end.
            for (const word of text.split(/[\s?=]/)) {
                const plain = Buffer.from(word.replace("[secret]", ""), "base64").toString("latin1");
                assert.ok(!/ss|wo|rd/.test(plain), `${text}: ${plain}`);
            }
        }
    });

    for (const [spelling, write] of Object.entries(writers))
        it(`takes one with odd characters out of ${spelling}, and leaves what is near to it`, () => {
            const redactor = new Redactor([odd]);
            const text = redactor.text(write(odd));
            assert.deepEqual(new Canaries({ odd }).in(text), []);
            assert.match(text, /\[secret\]/);
            assert.equal(redactor.text(write(other)), write(other));
        });

    it("takes one out where two ways of writing are mixed", () => {
        const redactor = new Redactor(['a\\\\b\n"ü😀/']);
        const json = JSON.stringify('a\\\\b\n"ü😀/');
        for (const text of [
            json,
            JSON.stringify(json),
            JSON.stringify(json).replaceAll("/", "\\/"),
            "a%5c%5Cb%0A&quot;\\u00FC\\ud83d\\uDE00%2f",
            "a\\\\b&#10;&#x22;&#252;&#128512;/",
        ])
            assert.match(redactor.text(text), /^[\\"]*\[secret\][\\"]*$/, text);
    });

    it("takes out a large one, and many", () => {
        const words = (count: number, of: string): string =>
            JSON.stringify(Array.from({ length: count }, (_, index) => `${of} ${index} ${"x+/".repeat(index % 7)}`));
        const large = words(2000, "a word");
        const many = Array.from({ length: 150 }, (_, index) => words(9, `wordof${index}`));
        const redactor = new Redactor([large, ...many]);
        for (const secret of [large, many[0] ?? "", many[149] ?? ""])
            for (const write of Object.values(writers))
                assert.ok(!/\d x|%20x|776f7264/i.test(redactor.text(write(secret))), write(secret).slice(0, 99));
        assert.equal(redactor.text(`begin ${large} ${large} end`), "begin [secret] [secret] end");
        assert.equal(
            redactor.text(JSON.stringify({ many })).replaceAll('"[secret]"', ""),
            `{"many":[${",".repeat(149)}]}`,
        );
    });

    it("takes one out that is itself written as another would be", () => {
        for (const secret of ["a&amp;bcd", "abc%25%2B", 'C:\\\\"x\\"y', "++ab  cd", "\\u0026abc", '""/&', "密码密码"])
            for (const write of [String, JSON.stringify, encodeURIComponent, writers.markup, writers["json in json"]])
                assert.ok(
                    !new Redactor([secret]).text(`<${write(secret)}>`).includes(write(secret)),
                    `${write(secret)}`,
                );
    });

    it("takes one out wherever it begins, whatever is before and after it", () => {
        assert.equal(new Redactor(["abab!z"]).text("ababab!z"), "ab[secret]");
        const few = (minLength: number, maxLength: number) =>
            fc.string({ unit: fc.constantFrom("a", "b", "-", "!", "&"), minLength, maxLength });
        fc.assert(
            fc.property(few(6, 10), few(0, 8), few(0, 8), (secret, before, after) => {
                assert.ok(!new Redactor([secret]).text(before + secret + after).includes(secret));
            }),
        );
    });

    it("does not look for long for one of backslashes alone", () => {
        const redactor = new Redactor([`${"\\".repeat(40)}x`]);
        const text = "\\".repeat(400);
        assert.equal(redactor.text(text), text);
    });

    it("finds those inside of lists and objects, and takes the longer one first", () => {
        const redactor = new Redactor([{ keys: ["abcdef", { deep: "abcdef-ghi" }], port: 9092 }]);
        assert.equal(redactor.text("abcdef-ghi abcdef 9092"), "[secret] [secret] 9092");
    });

    it("knows each line of a key", () => {
        const line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
        assert.equal(new Redactor([`-----BEGIN-----\n${line}\nab\n`]).text(`line: ${line} ab`), "line: [secret] ab");
    });

    it("leaves texts alone that hold none, and does not take a syllable for a secret", () => {
        assert.equal(new Redactor().text("nothing"), "nothing");
        assert.equal(new Redactor(["no", "   "]).text("nothing"), "nothing");
        const event = { a: 1 };
        assert.equal(new Redactor().deep(event), event);
    });

    it("copies data with its strings redacted", () => {
        const redactor = new Redactor(["hunter22"]);
        const event = { text: "is hunter22", list: ["hunter22", 1, null], hunter22: true };
        assert.deepEqual(redactor.deep(event), { text: "is [secret]", list: ["[secret]", 1, null], "[secret]": true });
        assert.equal(event.text, "is hunter22");
    });
});
