package tidegate.azure;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;

/**
 * Logs Kafka's clients in to Event Hubs with the identity of their service account. Chosen by
 * sasl.login.callback.handler.class. Its jar lies in Flink's lib, beside kafka-clients: a connector that has Kafka's
 * classes under other names cannot use it.
 */
public final class EntraLoginCallbackHandler implements AuthenticateCallbackHandler {
    private String scope;

    @Override
    public void configure(Map<String, ?> configuration, String mechanism, List<AppConfigurationEntry> entries) {
        Object servers = configuration.get("bootstrap.servers");
        String first = String.valueOf(servers instanceof List<?> list && !list.isEmpty() ? list.get(0) : servers)
                .split(",")[0]
                .strip();
        String host = URI.create("kafka://" + first).getHost();
        if (host == null) throw new KafkaException("bootstrap.servers names no host: " + servers);
        scope = "https://" + host + "/.default";
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerTokenCallback asked) asked.token(new Token(EntraToken.of(scope), scope));
            else if (!(callback instanceof SaslExtensionsCallback)) throw new UnsupportedCallbackException(callback);
        }
    }

    @Override
    public void close() {}

    private record Token(EntraToken token, String itsScope, long madeMs) implements OAuthBearerToken {
        Token(EntraToken token, String itsScope) {
            this(token, itsScope, System.currentTimeMillis());
        }

        @Override
        public String value() {
            return token.value;
        }

        @Override
        public Set<String> scope() {
            return Set.of(itsScope);
        }

        @Override
        public long lifetimeMs() {
            return token.expires.toEpochMilli();
        }

        @Override
        public String principalName() {
            return token.clientId;
        }

        @Override
        public Long startTimeMs() {
            return madeMs;
        }

        /** Never the token: it would be in a log. */
        @Override
        public String toString() {
            return "a token of " + token.clientId;
        }
    }
}
