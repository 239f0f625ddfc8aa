import assert from "node:assert/strict";
import { renderHtml } from "../../automation/reports/html";
import { drawnAtMost, neededEdges, renderPicture } from "../../automation/reports/picture";
import { greenLakehouse, lakehouse, redCheck, redLakehouse, ToldRun, wideRun } from "./runs";

const count = (text: string, part: string | RegExp): number => text.split(part).length - 1;

describe("the HTML report", () => {
    it("asks nobody for anything and runs nothing", () => {
        for (const page of [renderHtml(redLakehouse()), renderHtml(wideRun(200))]) {
            assert.match(
                page,
                /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
            );
            assert.doesNotMatch(page, /<script|<link|<img|<iframe|\ssrc=|@import|url\((?!#)|\son[a-z]+=/i);
        }
    });

    it("shows each stack in the graph by the word of its state, and links it to what happened", () => {
        const page = renderHtml(redLakehouse());
        assert.equal(count(page, /<g class="box /), 6);
        assert.match(page, /<g class="box bad".*?>runtime<\/text>.*?>failed, 34 s<\/text>/s);
        assert.match(page, /<g class="box held".*?>observability<\/text>.*?>not started<\/text>/s);
        for (const { name } of lakehouse) {
            assert.ok(page.includes(`href="#stack-${name}"`), name);
            assert.ok(page.includes(`id="stack-${name}"`), name);
        }
    });

    it("shows what is red first, with what to do", () => {
        const page = renderHtml(redLakehouse());
        assert.ok(page.indexOf("What is red") < page.indexOf("<h2>Graph"));
        assert.match(page, /silver holds 0 rows after 90 s<\/pre><p><b>look at<\/b> <a href="http:/);
        assert.doesNotMatch(renderHtml(greenLakehouse()), /What is red/);
    });

    it("shows resource, operation and properties of each change, and the evidence of each gate", () => {
        const page = renderHtml(redLakehouse());
        assert.match(
            page,
            /updated<\/td><td>storage-policy<br>.*?BucketPolicy<\/code><\/td><td><code>policy<\/code>, <code>tags.owner/,
        );
        assert.match(page, /<code><span class="dim">rows<\/span> 9,900<\/code>/);
        assert.match(page, /not run: stage 3 \(data\) is red/);
        assert.match(page, /Less than 8 GiB are available/);
    });

    it("shows when each stack was worked on, and for how long in which phase", () => {
        const page = renderHtml(redLakehouse());
        assert.equal(count(page, `class="lane"`), 5);
        assert.match(page, /title="exercising 20 s"/);
    });

    it("opens what is red, and of many stacks nothing else", () => {
        assert.equal(count(renderHtml(wideRun(200)), /<details[^>]* open>/), 1);
    });

    it("is not markup, whatever is told", () => {
        const nasty = `<script>alert("x")</script>'"&\u001b[31m`;
        const run = new ToldRun("up", lakehouse, undefined, nasty).state("storage", "deploying");
        run.resource("storage", nasty, nasty, nasty, [nasty]).check(
            "storage",
            redCheck("a.b", { message: nasty, look: nasty }),
        );
        run.problem(nasty, nasty, "storage", nasty).state("storage", "failed").state("broker", "blocked", 0, nasty);
        const page = renderHtml(run.end(false, { [nasty]: nasty }));
        assert.doesNotMatch(page, /<script|\u001b|alert\("x/);
    });
});

describe("the picture of the graph", () => {
    it("draws the edges that no others imply", () => {
        assert.deepEqual(neededEdges(lakehouse), [
            ["foundation", "broker"],
            ["foundation", "storage"],
            ["storage", "catalog"],
            ["broker", "runtime"],
            ["catalog", "runtime"],
            ["runtime", "observability"],
        ]);
        assert.equal(count(renderPicture(redLakehouse()) ?? "", /<path class="line/), 6);
    });

    it("places no stack over another, and every one inside, up to 200 of them", () => {
        for (const facts of [redLakehouse(), wideRun(60), wideRun(200)]) {
            const svg = renderPicture(facts) ?? "";
            const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
            const boxes = [
                ...svg.matchAll(/translate\(([\d.-]+) ([\d.-]+)\)".*?<rect width="(\d+)" height="(\d+)"/gs),
            ].map(([, x, y, w, h]) => ({ x: Number(x), y: Number(y), w: Number(w), h: Number(h) }));
            assert.equal(boxes.length, facts.layers.length);
            for (const box of boxes) {
                assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.w <= (width ?? 0) && box.y + box.h <= (height ?? 0));
                for (const other of boxes)
                    if (other !== box)
                        assert.ok(
                            box.x + box.w <= other.x ||
                                other.x + other.w <= box.x ||
                                box.y + box.h <= other.y ||
                                other.y + other.h <= box.y,
                        );
            }
        }
    });

    it("lays stacks that stand alone side by side", () => {
        const alone = Array.from({ length: 12 }, (_, index) => ({ name: `s${index}`, dependsOn: [], exercises: [] }));
        const svg = renderPicture(new ToldRun("up", alone).end(true)) ?? "";
        const rows = new Set([...svg.matchAll(/translate\([\d.]+ ([\d.]+)\)/g)].map(([, y]) => y));
        assert.equal(rows.size, 2);
    });

    it("is a row for each level where there are too many stacks to be drawn", () => {
        const facts = wideRun(drawnAtMost + 10);
        assert.equal(renderPicture(facts), undefined);
        const page = renderHtml(facts);
        assert.match(
            page,
            /<div class="scroll levels"><div><span class="dim">1<\/span><a class="good" href="#stack-team-a-service-0">✓ team-a-service-0/,
        );
    });
});
