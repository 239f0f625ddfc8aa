/** What of an environment is secret: a program, a hook or a tool prints its whole environment sooner or later. */
import { secretsIn } from "../../policy/secrets";

/** A word is in innocent texts as well: a passphrase `simulated` would hide the name of a project. */
const word = /^[A-Za-z]{1,15}$/;

/** Secrets by the name of the variable, by their form, and in addresses. */
export const secretsOfVariables = (variables: Readonly<NodeJS.ProcessEnv>): readonly string[] =>
    Object.entries(variables)
        .flatMap(([keyPath, value = ""]) => secretsIn({ keyPath, value, format: "text" }))
        .filter((secret) => !word.test(secret));
