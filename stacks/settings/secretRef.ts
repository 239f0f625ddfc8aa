/** Not beside the references themselves: policy packs read those, and start without zod. */
import { z } from "zod";
import { secretRefHint, secretRefProblem } from "../secretRef";

/** A key of an environment file whose value is a reference; it stays the text that it is, once that is found right. */
export const secretRef = z
    .string()
    .superRefine((text, context) => {
        const message = secretRefProblem(text);
        if (message !== undefined) context.addIssue({ code: "custom", message, input: undefined });
    })
    .describe(`Where the secret is kept. ${secretRefHint}`);
