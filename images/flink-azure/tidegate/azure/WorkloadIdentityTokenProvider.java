package tidegate.azure;

import java.io.IOException;
import java.util.Date;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.azurebfs.extensions.CustomTokenProviderAdaptee;

/**
 * Gives Flink's Azure file system the identity of its service account, which its Hadoop client of 2022 does not know.
 * Chosen by fs.azure.account.auth.type: Custom. Its jar lies beside the plugin's own, in plugins/azure-fs-hadoop.
 */
public final class WorkloadIdentityTokenProvider implements CustomTokenProviderAdaptee {
    private static final String SCOPE = "https://storage.azure.com/.default";

    private volatile Date expires = new Date(0);

    @Override
    public void initialize(Configuration configuration, String account) {}

    @Override
    public String getAccessToken() throws IOException {
        EntraToken token = EntraToken.of(SCOPE);
        expires = Date.from(token.expires);
        return token.value;
    }

    @Override
    public Date getExpiryTime() {
        return expires;
    }
}
