// A resource that any machine can make: a file in the folder that FILES names. Its id is random, as those of clouds are.
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");

const provider = {
    async create({ folder, content }) {
        const { mkdir, writeFile } = require("node:fs/promises");
        const id = `file-${require("node:crypto").randomBytes(6).toString("hex")}`;
        const path = require("node:path").join(folder, id);
        await mkdir(folder, { recursive: true });
        await writeFile(path, content);
        return { id, outs: { folder, content, path } };
    },
    async read(id, props) {
        const { readFile } = require("node:fs/promises");
        try {
            return { id, props: { ...props, content: await readFile(props.path, "utf8") } };
        } catch (error) {
            if (error.code === "ENOENT") return { id: undefined, props: undefined };
            throw error;
        }
    },
    async update(id, { path, folder }, { content }) {
        await require("node:fs/promises").writeFile(path, content);
        return { outs: { folder, content, path } };
    },
    async diff(id, { folder, content }, news) {
        const replaces = folder === news.folder ? [] : ["folder"];
        return { changes: content !== news.content || replaces.length > 0, replaces, deleteBeforeReplace: true };
    },
    async delete(id, { path }) {
        await require("node:fs/promises").rm(path, { force: true });
    },
};

class File extends pulumi.dynamic.Resource {
    constructor(name, { content }, options) {
        const folder = process.env.FILES ?? join(process.cwd(), "..", "files");
        super(provider, name, { folder, content, path: undefined }, options);
    }
}

module.exports = { File };
