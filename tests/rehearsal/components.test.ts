/** Nothing that a component makes may be unknown to a rehearsal: it would end at the first such resource. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { repositoryRoot } from "../../automation/core/repository";
import { simulated } from "../../automation/rehearsal/tables";
import { rowsByToken } from "./examples";

const rooms = ["components", "stacks"];
/** Packages of which nothing is simulated: their resources are made for real, by the project's own plugin or by the engine. */
const real = ["pulumi", "policy"];

interface Made {
    readonly token: string;
    readonly where: string;
}

/** Resources of @pulumi packages that a source file makes with `new`, by the token that the SDK's class has. */
function madeIn(file: string): Made[] {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    /** What a name of the file stands for: a module, or a member of it. */
    const imported = new Map<string, { readonly module: string; readonly member: string | undefined }>();
    const made: Made[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
            const module = node.moduleSpecifier.text;
            const clause = node.importClause;
            const bindings = clause?.namedBindings;
            if (module.startsWith("@pulumi/") && clause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) {
                if (bindings !== undefined && ts.isNamespaceImport(bindings))
                    imported.set(bindings.name.text, { module, member: undefined });
                if (bindings !== undefined && ts.isNamedImports(bindings))
                    for (const { name, propertyName, isTypeOnly } of bindings.elements)
                        if (!isTypeOnly) imported.set(name.text, { module, member: (propertyName ?? name).text });
            }
        }
        if (ts.isNewExpression(node)) {
            const [first = "", ...rest] = node.expression.getText(source).split(".");
            const found = imported.get(first);
            if (found !== undefined && !real.includes(packageOf(found.module))) {
                const path = found.member === undefined ? rest : [found.member, ...rest];
                const token = tokenOf(found.module, path);
                const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
                if (token !== undefined) made.push({ token, where: `${file}:${line + 1}` });
            }
        }
        ts.forEachChild(node, visit);
    };
    visit(source);
    return made;
}

/** `@pulumi/azure-native/storage` → `azure-native` */
const packageOf = (module: string): string => module.split("/")[1] ?? "";

/** Undefined for what has none of its own: the provider itself, and custom resources of Kubernetes, whose kind is an argument. */
function tokenOf(module: string, path: readonly string[]): string | undefined {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    let found: unknown = require(module);
    for (const name of path) found = (found as Record<string, unknown> | undefined)?.[name];
    assert.equal(typeof found, "function", `${module} has no ${path.join(".")}`);
    const token = (found as { readonly __pulumiType?: string }).__pulumiType;
    return token?.includes(":") ? token : undefined;
}

describe("components of the clouds", () => {
    const made: Made[] = [];
    before(function () {
        this.timeout(60_000);
        for (const room of rooms)
            for (const name of readdirSync(join(repositoryRoot, room), { recursive: true, encoding: "utf8" }))
                if (name.endsWith(".ts")) made.push(...madeIn(join(repositoryRoot, room, name)));
    });

    it("are seen by this test", () => {
        assert.ok(made.some(({ token }) => token === "aws:s3/bucket:Bucket"));
        assert.ok(made.length > 10, `only ${made.length} resources were found`);
    });

    it("make nothing that no row knows", () => {
        const unknown = made.filter(({ token }) => {
            const name = token.split(":")[0] ?? "";
            return simulated.includes(name) && !token.startsWith("pulumi:") && !rowsByToken.has(token);
        });
        assert.deepEqual(
            unknown.map(({ token, where }) => `${token} (${where})`),
            [],
        );
    });

    it("make nothing of a package that cannot be simulated", () => {
        const packages = new Set(made.map(({ token }) => token.split(":")[0] ?? ""));
        packages.delete("pulumi");
        assert.deepEqual(
            [...packages].filter((name) => !simulated.includes(name)),
            [],
        );
    });
});
