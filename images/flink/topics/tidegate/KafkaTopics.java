package tidegate;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Brings topics to what a file says, where a service has no other interface for them: `KafkaTopics CLIENT_PROPERTIES TOPICS`.
 * A line of TOPICS is `NAME PARTITIONS [SETTING=VALUE ...]`. A topic that is missing is made, partitions are added, settings are
 * changed; nothing is ever deleted, and what it is not told of it leaves alone. Run twice it changes nothing the second time.
 * Ends with 1 and a line on standard error where a topic cannot become what is wanted.
 */
public final class KafkaTopics {
    private record Wanted(String name, int partitions, Map<String, String> settings) {}

    /** Can be said of a topic when it is made, and not later, on MSK Serverless. */
    private static final String ONCE = "cleanup.policy";

    private KafkaTopics() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) throw new IllegalArgumentException("usage: KafkaTopics CLIENT_PROPERTIES TOPICS");
        Properties client = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]))) {
            client.load(reader);
        }
        List<Wanted> wanted = read(Path.of(arguments[1]));
        List<String> failed = new ArrayList<>();
        try (Admin admin = Admin.create(client)) {
            for (Wanted topic : wanted) {
                try {
                    bring(admin, topic);
                } catch (ExecutionException error) {
                    failed.add(topic.name() + ": " + error.getCause());
                } catch (IllegalStateException error) {
                    failed.add(topic.name() + ": " + error.getMessage());
                }
            }
        }
        failed.forEach(System.err::println);
        if (!failed.isEmpty()) System.exit(1);
    }

    private static List<Wanted> read(Path file) throws IOException {
        List<Wanted> wanted = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank()) continue;
            String[] parts = line.trim().split("\\s+");
            Map<String, String> settings = new LinkedHashMap<>();
            for (int index = 2; index < parts.length; index++) {
                String[] setting = parts[index].split("=", 2);
                settings.put(setting[0], setting[1]);
            }
            wanted.add(new Wanted(parts[0], Integer.parseInt(parts[1]), settings));
        }
        return wanted;
    }

    private static void bring(Admin admin, Wanted topic) throws ExecutionException, InterruptedException {
        TopicDescription there = describe(admin, topic.name());
        if (there == null && create(admin, topic)) return;
        if (there == null) there = describe(admin, topic.name());
        int partitions = there == null ? topic.partitions() : there.partitions().size();
        if (partitions > topic.partitions())
            throw new IllegalStateException(
                    "it has " + partitions + " partitions instead of " + topic.partitions() + ", and Kafka takes none away");
        Map<String, String> changes = changes(admin, topic);
        if (changes.containsKey(ONCE))
            throw new IllegalStateException("its " + ONCE + " is another one, which is said when a topic is made alone");
        if (partitions < topic.partitions()) {
            admin.createPartitions(Map.of(topic.name(), NewPartitions.increaseTo(topic.partitions()))).all().get();
            System.out.println(topic.name() + ": " + partitions + " partitions became " + topic.partitions());
        }
        if (!changes.isEmpty()) {
            Collection<AlterConfigOp> operations = changes.entrySet().stream()
                    .map(one -> new AlterConfigOp(
                            new ConfigEntry(one.getKey(), one.getValue()), AlterConfigOp.OpType.SET))
                    .toList();
            admin.incrementalAlterConfigs(Map.of(resource(topic.name()), operations)).all().get();
            System.out.println(topic.name() + ": changed " + changes);
        }
        if (partitions == topic.partitions() && changes.isEmpty()) System.out.println(topic.name() + ": as it should be");
    }

    /** Null where there is none. */
    private static TopicDescription describe(Admin admin, String name) throws ExecutionException, InterruptedException {
        try {
            KafkaFuture<TopicDescription> found = admin.describeTopics(List.of(name)).topicNameValues().get(name);
            return found.get();
        } catch (ExecutionException error) {
            if (error.getCause() instanceof UnknownTopicOrPartitionException) return null;
            throw error;
        }
    }

    /** False where another one was faster. */
    private static boolean create(Admin admin, Wanted topic) throws ExecutionException, InterruptedException {
        NewTopic made = new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty());
        try {
            admin.createTopics(List.of(made.configs(topic.settings()))).all().get();
        } catch (ExecutionException error) {
            if (error.getCause() instanceof TopicExistsException) return false;
            throw error;
        }
        System.out.println(topic.name() + ": created with " + topic.partitions() + " partitions");
        return true;
    }

    private static Map<String, String> changes(Admin admin, Wanted topic)
            throws ExecutionException, InterruptedException {
        Config now = admin.describeConfigs(List.of(resource(topic.name()))).all().get().get(resource(topic.name()));
        Map<String, String> changes = new HashMap<>();
        topic.settings().forEach((name, value) -> {
            ConfigEntry entry = now.get(name);
            if (entry == null || !value.equals(entry.value())) changes.put(name, value);
        });
        return changes;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
