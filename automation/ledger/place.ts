/** Which store a ledger's URL means, and where the ledger of an environment is. */
import { below, isBucketUrl } from "./objects/location";
import { ThreadStore } from "./objects/thread";
import { FileStore, type LedgerStore } from "./store";

export { isBucketUrl };

/** Whether a backend's URL is a place where a ledger can be: files, or a bucket. */
export const holdsLedger = (url: string | undefined): url is string =>
    url !== undefined && (url.startsWith("file://") || isBucketUrl(url));

/** The URL of an environment's ledger in a place: an absolute `file://` URL, or a bucket's. Environments may share one. */
export const ledgerIn = (place: string, environment: string): string => {
    const folder = `.tidegate/${environment}/ledger`;
    // A folder's name may have a `?` in it.
    return isBucketUrl(place) ? below(place, folder) : `${place.replace(/\/+$/, "")}/${folder}`;
};

/** The URL of the releases in a place: of all environments. */
export const releasesIn = (place: string): string =>
    isBucketUrl(place) ? below(place, releasesFolder) : `${place.replace(/\/+$/, "")}/${releasesFolder}`;

const releasesFolder = ".tidegate/releases";

/**
 * The store of a ledger's URL: `file://`, `s3://`, `gs://` or `azblob://`, as Pulumi's backends take them. Nothing is asked
 * or loaded before its first use.
 * @param variables of the environment, by which a bucket's credentials are found beside those of this process
 * @throws TidegateError `ledger-invalid`
 */
export function ledgerStore(
    url: string,
    variables: () => Promise<Readonly<Record<string, string>>> = () => Promise.resolve({}),
): LedgerStore {
    return url.startsWith("file://") ? new FileStore(url.slice("file://".length)) : new ThreadStore(url, variables);
}
