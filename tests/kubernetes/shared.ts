/** One API server for all files of the suite; each has namespaces of its own. */
import { ApiServer } from "../_helpers/apiServer";

let server: Promise<ApiServer> | undefined;

export const sharedServer = (): Promise<ApiServer> => (server ??= ApiServer.start());

after(async () => (await server)?.stop());
