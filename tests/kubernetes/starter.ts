/** Starts an API server, says where its kubeconfig is, and waits to be killed. */
import { ApiServer } from "../_helpers/apiServer";

void ApiServer.start(false).then(({ kubeconfig }) => {
    process.stdout.write(`${kubeconfig}\n`);
    setInterval(() => {}, 60_000);
});
