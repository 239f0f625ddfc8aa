import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tagLookup } from "../../automation/rollout/tagLookup";

const { signal } = new AbortController();

describe("a creation that was cut off, looked for by its tag", () => {
    let folder = "";
    beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "tidegate-tag-lookup-"))));
    afterEach(() => rm(folder, { recursive: true, force: true }));

    /** Stands for the cloud's command line: keeps what it was asked, and says `text`. */
    const says = async (name: string, text: string): Promise<void> => {
        const file = join(folder, name);
        await writeFile(file, `#!/bin/sh\nprintf '%s\\n' "$@" > '${join(folder, "asked")}'\n${text}\n`);
        await chmod(file, 0o755);
    };
    const look = (type: string, inputs: object) =>
        tagLookup(folder, { ...process.env, PATH: `${folder}:/usr/bin:/bin` }).lookup(
            { urn: "urn:a", type, name: "a", inputs: { ...inputs }, known: undefined },
            signal,
        );
    const tags = { "tidegate:urn": "urn:a" };
    const vpc = (id: string): string => `arn:aws:ec2:eu-west-1:123456789012:vpc/${id}`;

    it("is the one that the cloud's command line finds", async () => {
        await says("aws", `echo 'warning: old' >&2; echo '${vpc("vpc-1")}'`);
        assert.deepEqual(await look("aws:ec2/vpc:Vpc", { tags }), { kind: "import", id: "vpc-1" });
        const asked = (await readFile(join(folder, "asked"), "utf8")).split("\n");
        assert.ok(asked.includes("Key=tidegate:urn,Values=urn:a"), asked.join(" "));
        await says("az", "echo /subscriptions/1/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/n");
        assert.deepEqual(await look("azure-native:network:VirtualNetwork", { tags }), {
            kind: "import",
            id: "/subscriptions/1/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/n",
        });
        await says("gcloud", "echo //compute.googleapis.com/projects/acme/global/networks/n");
        assert.deepEqual(await look("gcp:compute/network:Network", { labels: { "tidegate-urn": "1f" } }), {
            kind: "import",
            id: "projects/acme/global/networks/n",
        });
    });

    it("is not known where it finds none or two, fails, or is not there", async () => {
        for (const text of [
            "true",
            "echo None",
            `echo '${vpc("vpc-1")}\t${vpc("vpc-2")}'`,
            `echo '${vpc("vpc-1")}'; exit 254`,
        ]) {
            await says("aws", text);
            assert.equal(await look("aws:ec2/vpc:Vpc", { tags }), undefined, text);
        }
        assert.equal(await look("azure-native:network:VirtualNetwork", { tags }), undefined);
    });

    it("is not asked for where it has no tag, and not told where its id cannot be", async () => {
        await says("aws", `echo 'arn:aws:sns:eu-west-1:123456789012:t'`);
        assert.equal(await look("aws:sns/topic:Topic", { tags }), undefined);
        await rm(join(folder, "asked"));
        assert.equal(await look("aws:ec2/vpc:Vpc", {}), undefined);
        await assert.rejects(readFile(join(folder, "asked")));
    });
});
