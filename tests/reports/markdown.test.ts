import assert from "node:assert/strict";
import fc from "fast-check";
import { marker, markdownLimit, renderMarkdown } from "../../automation/reports/markdown";
import { check, greenLakehouse, lakehouse, redCheck, redLakehouse, ToldRun, wideRun } from "./runs";

const bytes = (text: string): number => Buffer.byteLength(text);

/** Rows of the table of stacks. */
const rows = (markdown: string): readonly string[] =>
    markdown.split("\n").filter((line) => /^\| (✅|❌|⚠️|⛔|–) /u.test(line));

describe("the Markdown report", () => {
    it("begins with the marker by which its comment is found again", () => {
        const [first, second] = renderMarkdown(greenLakehouse()).split("\n");
        assert.equal(first, "<!-- tidegate:lakehouse:dev -->");
        assert.equal(second, "## ✅ green: tidegate up <code>dev</code>");
        assert.equal(marker({ graph: "a--b", environment: "--> x" }), "<!-- tidegate:a%2D%2Db:%2D%2D%3E%20x -->");
    });

    it("has a row for each stack: state, changes, duration, checks", () => {
        assert.deepEqual(rows(renderMarkdown(redLakehouse())), [
            "| ✅ | <code>foundation</code> | unchanged |  | 0.5 s | 1 of 1 |",
            "| ✅ | <code>broker</code> | done | 1 replaced, 1 deleted | 7.6 s | 1 of 2 |",
            "| ✅ | <code>storage</code> | done | 2 created, 1 updated | 4.2 s | 1 of 1 |",
            "| ✅ | <code>catalog</code> | done | 1 created | 4.9 s | 1 of 1 |",
            "| ❌ | <code>runtime</code> | failed | 3 created | 34 s | 2 of 4 |",
            "| ⛔ | <code>observability</code> | not started: stands on runtime, which failed |  |  |  |",
        ]);
    });

    it("says of everything red what to do, and of what holds nothing up that it does not", () => {
        const [before = "", after = ""] = renderMarkdown(redLakehouse()).split("### Red, and holding nothing up");
        const [, red = ""] = before.split("### What is red");
        assert.match(
            red,
            /silver holds 0 rows after 90 s\nlook at: http:.*\ndo: See the exceptions of the silver job\./,
        );
        assert.doesNotMatch(red, /12 records behind/);
        assert.match(after, /12 records behind/);
    });

    it("folds the changes of each stack, with the properties that differ", () => {
        const markdown = renderMarkdown(redLakehouse());
        assert.match(markdown, /<details><summary><code>broker<\/code>: 1 replaced, 1 deleted<\/summary>\n\n\|/);
        assert.match(
            markdown,
            /\| updated \| .*BucketPolicy.* \| <code>storage-policy<\/code> \| <code>policy<\/code>, /,
        );
    });

    it("says of a preview what is to come", () => {
        const run = new ToldRun("preview", lakehouse)
            .state("broker", "deploying")
            .resource("broker", "create", "topic");
        const markdown = renderMarkdown(run.state("broker", "succeeded").end(true));
        assert.match(markdown, /### Changes at the next up\n/);
        assert.match(rows(markdown).find((row) => row.includes("broker")) ?? "", /\| 1 to create \|/);
    });

    it("is not markup, a mention or a terminal's colour, whatever is told", () => {
        const nasty =
            "a|b\n@somebody <script>x</script> `c` **d** [e](http://f.example) #1 www.g.example \u001b[31m|</pre>";
        const run = new ToldRun("up", lakehouse).state("storage", "deploying");
        run.resource("storage", "update", nasty, nasty, [nasty]).check(
            "storage",
            redCheck("a.b", { title: nasty, message: nasty }),
        );
        run.problem("resource-failed", nasty, "storage", nasty)
            .state("storage", "failed")
            .state("broker", "blocked", 0, nasty);
        const markdown = renderMarkdown(run.end(false));
        assert.doesNotMatch(markdown, /@somebody|<script|\u001b/u);
        const outside = markdown.replace(/^<pre>$.*?^<\/pre>$/gms, "");
        assert.doesNotMatch(outside, /\*\*d|\]\(http|#1 |[^&]www\.g|`c/u);
        assert.equal(markdown.split("</pre>").length, markdown.split("<pre>").length);
        for (const row of rows(markdown)) assert.equal(row.split("|").length, 8, row);
    });

    it("has all of 60 stacks, and stays below a comment's limit with 200 and with 2,000", () => {
        assert.equal(rows(renderMarkdown(wideRun(60))).length, 60);
        assert.equal(rows(renderMarkdown(wideRun(200))).length, 200);
        const large = renderMarkdown(wideRun(2_000));
        assert.ok(bytes(large) <= markdownLimit);
        assert.match(large, /_\d+ more stacks left out for want of room/);
    });

    it("leaves out what matters least first", () => {
        const facts = wideRun(200);
        const whole = renderMarkdown(facts);
        const smaller = renderMarkdown(facts, 20_000);
        assert.ok(bytes(smaller) <= 20_000 && bytes(smaller) > 15_000);
        assert.match(whole, /<details>/);
        assert.match(smaller, /_\d+ more stacks with changes left out for want of room/);
        const tiny = renderMarkdown(facts, 5_000);
        assert.ok(bytes(tiny) <= 5_000);
        assert.match(tiny, /BucketAlreadyExists/, "what is red");
        assert.match(tiny, /\| ❌ \|/, "the stack that failed");
        assert.doesNotMatch(tiny, /\| unchanged \|/);
    });

    it("is below the limit for any run", () => {
        const text = fc.string({ unit: "grapheme", maxLength: 3_000 });
        const run = fc.record({
            texts: fc.array(text, { minLength: 1, maxLength: 60 }),
            times: fc.integer({ min: 1, max: 30 }),
        });
        fc.assert(
            fc.property(run, ({ texts, times }) => {
                const told = new ToldRun("up", lakehouse, undefined, texts[0]);
                for (let time = 0; time < times; time++)
                    for (const one of texts) {
                        told.resource("storage", one, `${one}${time}`, one, [one, one]);
                        told.check("storage", redCheck(one, { title: one, message: one, look: one, hint: one }));
                        told.check("broker", check(one, { title: one }));
                        told.problem(one, one, "broker", one);
                    }
                const markdown = renderMarkdown(told.end(false));
                return bytes(markdown) <= markdownLimit && markdown.startsWith("<!-- tidegate:lakehouse:");
            }),
            { numRuns: 25 },
        );
    });
});
