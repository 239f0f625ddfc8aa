/** Policy documents of AWS IAM as lists of statements. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
import { placesAt } from "../../analyzer/look";
import { pathText } from "../../../components/provider/values";
import type { Resource } from "../../analyzer/pack";

export interface Statement {
    readonly effect: string;
    readonly actions: readonly string[];
    /** Whether it names actions by what they are not: everything else is meant. */
    readonly allButActions: boolean;
    readonly resources: readonly string[];
    readonly allButResources: boolean;
    /** `*` is everybody. */
    readonly principals: readonly string[];
    readonly conditioned: boolean;
    /** Whether it is about what comes without TLS. */
    readonly ofPlain: boolean;
    /** `policy.Statement[2]` */
    readonly path: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

const texts = (value: unknown): string[] =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).filter((one) => typeof one === "string");

/** None where the document is not known yet, or is none: AWS refuses that. */
export function statementsOf(resource: Resource, property: string): Statement[] {
    return placesAt(resource, property).flatMap(({ path, value }) => {
        const document = typeof value === "string" ? parsed(value) : value;
        if (!isRecord(document)) return [];
        const { Statement: given = [] } = document;
        return (Array.isArray(given) ? (given as unknown[]) : [given])
            .filter(isRecord)
            .map((one, index) => statement(one, `${pathText(path)}.Statement[${index}]`));
    });
}

function statement(one: Record<string, unknown>, path: string): Statement {
    const principal = one["Principal"];
    return {
        effect: String(one["Effect"]),
        actions: texts(one["Action"]),
        allButActions: "NotAction" in one,
        resources: texts(one["Resource"]),
        allButResources: "NotResource" in one,
        principals: isRecord(principal) ? Object.values(principal).flatMap(texts) : texts(principal),
        ofPlain: isOfPlain(one["Condition"]),
        conditioned: isRecord(one["Condition"]) && Object.keys(one["Condition"]).length > 0,
        path,
    };
}

/** Names of operators and keys are the same in either case. */
function isOfPlain(condition: unknown): boolean {
    if (!isRecord(condition)) return false;
    return Object.entries(condition).some(
        ([operator, keys]) =>
            /^Bool(IfExists)?$/i.test(operator) &&
            isRecord(keys) &&
            Object.entries(keys).some(
                ([key, value]) => /^aws:SecureTransport$/i.test(key) && /^false$/i.test(String(value)),
            ),
    );
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
