package tidegate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.rest.HTTPHeaders;
import org.apache.iceberg.rest.HTTPRequest;
import org.apache.iceberg.rest.RESTClient;
import org.apache.iceberg.rest.auth.AuthManager;
import org.apache.iceberg.rest.auth.AuthSession;
import org.apache.iceberg.rest.auth.DefaultAuthSession;

/**
 * Requests to an Iceberg REST catalog with the token that a file holds: that of a service account, which Kubernetes
 * renews in place. It is read for each request, so that a job runs on when its first token has expired; Iceberg's own
 * `token` is read once. Option of the catalog: `rest.auth.type` = `tidegate.TokenFileAuth`, `token-file` = the path.
 */
public final class TokenFileAuth implements AuthManager {
    /** Iceberg passes a name, which only its logs use. */
    public TokenFileAuth(String name) {}

    @Override
    public AuthSession catalogSession(RESTClient client, Map<String, String> properties) {
        String file = properties.get("token-file");
        if (file == null) throw new IllegalArgumentException("the catalog has no option 'token-file'");
        return new FileSession(Path.of(file));
    }

    @Override
    public void close() {}

    private static final class FileSession implements AuthSession {
        private final Path file;

        FileSession(Path file) {
            this.file = file;
        }

        @Override
        public HTTPRequest authenticate(HTTPRequest request) {
            Map<String, String> headers = Map.of("Authorization", "Bearer " + read());
            return DefaultAuthSession.of(HTTPHeaders.of(headers)).authenticate(request);
        }

        private String read() {
            try {
                return Files.readString(file).trim();
            } catch (IOException error) {
                throw new UncheckedIOException("The token for the catalog cannot be read", error);
            }
        }

        @Override
        public void close() {}
    }
}
