package tidegate.azure;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A token of Microsoft Entra ID for the token of a Kubernetes service account. What it needs stands in the variables that
 * AKS gives a pod with the label azure.workload.identity/use. Source:
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
final class EntraToken {
    /** The token itself. */
    final String value;
    final Instant expires;
    final String clientId;

    private static final Pattern ACCESS_TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"\\\\]+)\"");
    private static final Pattern EXPIRES_IN = Pattern.compile("\"expires_in\"\\s*:\\s*\"?(\\d+)\"?");
    private static final Pattern ERROR = Pattern.compile("\"error_description\"\\s*:\\s*\"([^\"\\\\]{0,300})");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private EntraToken(String value, Instant expires, String clientId) {
        this.value = value;
        this.expires = expires;
        this.clientId = clientId;
    }

    /** @param scope of the service, e.g. https://storage.azure.com/.default */
    static EntraToken of(String scope) throws IOException {
        return of(scope, System.getenv(), HttpClient.newBuilder().connectTimeout(PATIENCE).build());
    }

    static EntraToken of(String scope, Map<String, String> variables, HttpClient client) throws IOException {
        String clientId = required(variables, "AZURE_CLIENT_ID");
        // Read each time: the kubelet writes a new one before the old one ends.
        String assertion =
                Files.readString(Path.of(required(variables, "AZURE_FEDERATED_TOKEN_FILE"))).strip();
        String authority = required(variables, "AZURE_AUTHORITY_HOST").replaceAll("/+$", "");
        URI uri = URI.create(authority + "/" + required(variables, "AZURE_TENANT_ID") + "/oauth2/v2.0/token");

        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        form.put("client_id", clientId);
        form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.put("client_assertion", assertion);
        form.put("scope", scope);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encoded(form)))
                .build();
        Instant asked = Instant.now();
        HttpResponse<String> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Entra ID was asked for a token.", interruption);
        }
        Matcher token = ACCESS_TOKEN.matcher(response.body());
        Matcher seconds = EXPIRES_IN.matcher(response.body());
        if (response.statusCode() != 200 || !token.find() || !seconds.find()) {
            Matcher error = ERROR.matcher(response.body());
            throw new IOException("Entra ID gives the client " + clientId + " no token for " + scope + ": HTTP "
                    + response.statusCode() + (error.find() ? ", " + error.group(1) : "") + ".");
        }
        return new EntraToken(token.group(1), asked.plusSeconds(Long.parseLong(seconds.group(1))), clientId);
    }

    private static String required(Map<String, String> variables, String name) throws IOException {
        String value = variables.get(name);
        if (value == null || value.isBlank())
            throw new IOException(name + " is not set: the pod needs the label azure.workload.identity/use: \"true\""
                    + " and a service account with azure.workload.identity/client-id.");
        return value;
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
