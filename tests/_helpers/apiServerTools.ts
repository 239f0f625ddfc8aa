/** Fetches or builds what the suite `kubernetes` runs on, and says what it does: before any test's time is running. */
import { TidegateError, messageOf } from "../../automation/core/errors";
import { ensureApiServer } from "../../automation/toolchain/apiServer";

/** Between two lines of progress, in milliseconds. */
const everyMilliseconds = 10_000;

let told = 0;
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopped.abort());

ensureApiServer(
    {
        update: (text) => {
            if (Date.now() - told < everyMilliseconds) return;
            told = Date.now();
            say(text);
        },
        advance: () => {},
        note: say,
    },
    stopped.signal,
)
    .then(({ version, origin }) => say(`Kubernetes API server ${version} (${origin})`))
    .catch((error: unknown) => {
        say(TidegateError.is(error) ? `${error.message}\n${error.hint ?? ""}` : messageOf(error));
        process.exitCode = 1;
    });
