/** Preflight about what was written down: the environment file, secrets in it, SQL, and upstream contracts. */
import { minorOf, newestMinor } from "../../../components/kubernetes/versions";
import { contracts, type Layer } from "../../../stacks/contracts";
import { TidegateError } from "../../core/errors";
import { lineIn } from "../../core/yamlFile";
import { capitalised } from "../../core/words";
import { scanText, type ScannedText } from "../../secrets/scan";
import { failing, pass, type Check } from "../check";
import type { PreflightContext } from "./context";

export function environmentCheck({ environmentFile, loadEnvironment }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.environment",
        stage: "preflight",
        layer: "environment",
        title: "the environment file is valid",
        limitSeconds: 10,
        look: environmentFile.path,
        hint: "docs/environments.md describes every key.",
        run: async () => {
            await loadEnvironment();
            return pass(environmentFile.path, { file: environmentFile.path });
        },
    };
    return check;
}

export function secretsCheck({ environmentFile, settingsTexts, renderSql, unaccepted }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.no-plain-secret",
        stage: "preflight",
        layer: "environment",
        title: "no secret stands in the settings in plain text",
        limitSeconds: 15,
        look: environmentFile.path,
        hint: "Take it out, and change it where it is used: it was readable. Name it by a `secretRef`, or set it by `pulumi config set --secret`. docs/secrets-scan.md has each rule.",
        run: async () => {
            // SQL that does not render is told by the check of its own.
            const rendered = await renderSql().catch(() => []);
            const texts: readonly ScannedText[] = [
                { file: environmentFile.path, text: await environmentFile.read(), format: "environment" },
                ...(await settingsTexts()),
                ...rendered.map(({ file, text }) => ({ file: `${file}, rendered`, text, format: "sql" as const })),
            ];
            const found = await unaccepted(texts.flatMap(scanText));
            const evidence = { files: texts.length, plainTextSecrets: found.length };
            if (found.length === 0) return pass(`none in ${texts.length} texts`, evidence);
            const places = found.map(
                ({ file, line, keyPath, rule }) => `${file}: ${keyPath || "the text"} (line ${line}, ${rule})`,
            );
            return failing(
                check,
                `A secret stands in plain text: ${places.join("; ")}.`,
                { ...evidence, keys: places },
                { look: found[0]?.file ?? environmentFile.path },
            );
        },
    };
    return check;
}

/** Only names: SQL may hold braces of its own, in regular expressions. */
const placeholder = /\$\{\s*[\w.]*\s*\}|\{\{\s*[\w.]+\s*\}\}/;

export function sqlCheck({ renderSql }: PreflightContext): Check {
    const check: Check = {
        id: "preflight.sql-renders",
        stage: "preflight",
        layer: "environment",
        title: "the Flink SQL renders",
        limitSeconds: 15,
        look: "sql/",
        hint: "`tidegate render` shows what is rendered.",
        run: async () => {
            const scripts = await renderSql();
            const evidence = { scripts: scripts.map((script) => script.file) };
            if (scripts.length === 0) return failing(check, "There is no SQL script to render.", evidence);
            for (const { file, text } of scripts) {
                if (text.trim() === "") return failing(check, `${file} renders to nothing.`, evidence, { look: file });
                const left = placeholder.exec(text);
                if (left !== null) {
                    const line = text.slice(0, left.index).split("\n").length;
                    return failing(
                        check,
                        `${file} still holds ${left[0]} when it is rendered (line ${line}).`,
                        evidence,
                        {
                            look: file,
                        },
                    );
                }
            }
            return pass(`${scripts.length} scripts`, evidence);
        },
    };
    return check;
}

/** Undefined where it makes no cluster, or names no version of it. Before anything is made: a network is paid for by the hour. */
export function kubernetesCheck({ kubernetes, environmentFile }: PreflightContext): Check | undefined {
    if (kubernetes === undefined) return undefined;
    const { path, version } = kubernetes;
    const check: Check = {
        id: "preflight.kubernetes-version",
        stage: "preflight",
        layer: "environment",
        title: "there is such a version of Kubernetes",
        limitSeconds: 10,
        look: environmentFile.path,
        hint: "The cloud's page of its versions of Kubernetes has those that it offers.",
        run: async ({ clock }) => {
            const newest = newestMinor(clock.now());
            const minor = minorOf(version);
            if (minor !== undefined && minor <= newest) return pass(version, { version });
            const line = lineIn(await environmentFile.read(), path);
            const why =
                minor === undefined
                    ? "which is no minor version of Kubernetes"
                    : `and at three releases a year there can be none after 1.${newest} yet`;
            return failing(check, `${environmentFile.path}:${line}: '${path.join(".")}' is ${version}, ${why}.`, {
                version,
            });
        },
    };
    return check;
}

/** Undefined where it runs none. Asked before anything is made: clusters and brokers are not paid for to learn it. */
export function imagesCheck({ images }: PreflightContext): Check | undefined {
    if (images.length === 0) return undefined;
    const check: Check = {
        id: "preflight.images",
        stage: "preflight",
        layer: "environment",
        title: "the images that run are locked",
        limitSeconds: 15,
        look: "images.lock",
        hint: "images/README.md tells how images are built, pushed and locked. Until then the environment can be rehearsed.",
        run: () => {
            const evidence = { images: images.map(({ name }) => name) };
            const wrong = images.flatMap(({ look }) => {
                try {
                    look();
                    return [];
                } catch (error) {
                    if (TidegateError.is(error)) return [error.message];
                    throw error;
                }
            });
            return Promise.resolve(
                wrong.length === 0
                    ? pass(evidence.images.join(", "), evidence)
                    : failing(check, wrong.join(" "), evidence),
            );
        },
    };
    return check;
}

/** The contracts that a layer reads are there and complete; undefined where it reads none. */
export function upstreamCheck(context: PreflightContext, layer: Layer): Check | undefined {
    const { dependencies, outputs, stackName } = context;
    const upstream = dependencies(layer);
    if (upstream.length === 0) return undefined;
    const check: Check = {
        id: `preflight.upstream-${layer}`,
        stage: "preflight",
        layer,
        title: `the contracts of ${upstream.join(", ")} are fulfilled`,
        limitSeconds: 30,
        look: upstream.map((name) => `pulumi stack output -s ${stackName(name)}`).join(", "),
        hint: `Deploy ${upstream.join(", ")} first: \`tidegate up\` does it in order.`,
        run: async () => {
            const wrong: string[] = [];
            for (const name of upstream) {
                const found = await outputs(name);
                if (found === undefined || Object.keys(found).length === 0) {
                    wrong.push(`stack ${stackName(name)} has no outputs: it was never deployed`);
                    continue;
                }
                const parsed = contracts[name].safeParse(found);
                if (parsed.success) continue;
                // The issues name keys and what is allowed, never the value, which may be secret.
                const issues = parsed.error.issues.map(
                    (issue) => `output '${issue.path.join(".") || "(all)"}': ${issue.message}`,
                );
                wrong.push(`stack ${stackName(name)}: ${issues.join(", ")}`);
            }
            const evidence = { upstream };
            if (wrong.length > 0) return failing(check, `${capitalised(wrong.join("; "))}.`, evidence);
            return pass(upstream.join(", "), evidence);
        },
    };
    return check;
}
