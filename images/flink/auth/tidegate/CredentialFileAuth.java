package tidegate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.rest.RESTClient;
import org.apache.iceberg.rest.auth.OAuth2Manager;
import org.apache.iceberg.rest.auth.OAuth2Util;

/**
 * OAuth 2 by the client credentials that a file holds, `id:secret`, so that they are in no SQL. Option of the catalog:
 * `rest.auth.type` = `tidegate.CredentialFileAuth`, `credential-file` = the path; the others are Iceberg's own.
 */
public final class CredentialFileAuth extends OAuth2Manager {
    public CredentialFileAuth(String name) {
        super(name);
    }

    @Override
    public OAuth2Util.AuthSession initSession(RESTClient client, Map<String, String> properties) {
        return super.initSession(client, withCredential(properties));
    }

    @Override
    public OAuth2Util.AuthSession catalogSession(RESTClient client, Map<String, String> properties) {
        return super.catalogSession(client, withCredential(properties));
    }

    private static Map<String, String> withCredential(Map<String, String> properties) {
        String file = properties.get("credential-file");
        if (file == null) throw new IllegalArgumentException("the catalog has no option 'credential-file'");
        Map<String, String> all = new HashMap<>(properties);
        try {
            all.put("credential", Files.readString(Path.of(file)).trim());
        } catch (IOException error) {
            throw new UncheckedIOException("The credential for the catalog cannot be read", error);
        }
        return all;
    }
}
