/** The thread of a bucket's store: answers each question as the store does. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf, TidegateError } from "../../core/errors";
import { openBucket } from "./open";
import type { ObjectStore } from "./store";
import type { Opening, Question, Reply } from "./thread";

const { url, variables } = workerData as Opening;
const opened = openBucket(url, variables);
// Its failure is the answer to every question.
opened.catch(() => undefined);

function answer(store: ObjectStore, { verb, words }: Question): Promise<unknown> {
    const [name = "", content = ""] = words;
    return verb === "create" ? store.create(name, content) : store[verb](name);
}

function failureOf(error: unknown): Extract<Reply, { failure: unknown }>["failure"] {
    if (!TidegateError.is(error)) return { message: messageOf(error), code: "internal" };
    const { message, code, hint, retryable, exitCode } = error;
    return { message, code, retryable, exitCode, ...(hint === undefined ? {} : { hint }) };
}

parentPort?.on("message", async (question: Question) => {
    const { id } = question;
    const reply: Reply = await opened
        .then((store) => answer(store, question))
        .then(
            (value) => ({ id, value }),
            (error: unknown) => ({ id, failure: failureOf(error) }),
        );
    parentPort?.postMessage(reply);
});
