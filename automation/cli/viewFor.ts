import { liveView } from "./live";
import { ndjsonView, plainView, type View } from "./views";

/** The view that suits where the output goes. */
export function viewFor(stream: NodeJS.WriteStream, json: boolean): View {
    if (json) return ndjsonView(stream);
    return stream.isTTY && !process.env.CI ? liveView(stream) : plainView(stream);
}
