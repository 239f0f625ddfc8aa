/** Writes docs/policies.md: `npm run schema`. Each policy with its examples, which are its tests. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { repositoryRoot } from "../automation/core/repository";
import { examplesOf, type Example } from "./examples";
import { production } from "./production/pack";
import type { PolicyName } from "./production/names";

export const policiesDoc = join(repositoryRoot, "docs", "policies.md");

/** What stands before it is written by hand. */
const mark = "<!-- From here on by `npm run schema`, from policy/examples. -->\n";

function shown({ says, resources, settings }: Example): string[] {
    const what = {
        ...(Object.keys(settings).length > 0 ? { settings } : {}),
        ...(resources.length > 0
            ? {
                  resources: resources.map(({ name, type, protect, values }) => ({
                      ...(name === undefined ? {} : { name }),
                      type,
                      ...(protect ? { protect } : {}),
                      values,
                  })),
              }
            : {}),
    };
    const yaml = Object.keys(what).length === 0 ? [] : ["", "```yaml", stringify(what, { lineWidth: 0 }).trim(), "```"];
    return [`${says}${yaml.length > 0 ? ":" : "."}`, ...yaml, ""];
}

export function policiesMarkdown(before: string): string {
    const [byHand = ""] = before.split(mark);
    const sections = production.policies.flatMap(({ name, description }) => {
        const { good, bad } = examplesOf(name as PolicyName);
        return [
            `### ${name}`,
            "",
            description,
            "",
            "Passes:",
            "",
            ...good.flatMap(shown),
            "Is refused:",
            "",
            ...bad.flatMap((example) => shown(example)),
        ];
    });
    return `${byHand}${mark}\n${sections.join("\n").trimEnd()}\n`;
}

if (require.main === module) writeFileSync(policiesDoc, policiesMarkdown(readFileSync(policiesDoc, "utf8")));
