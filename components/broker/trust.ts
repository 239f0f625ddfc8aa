/**
 * Where Flink on a cluster finds the certificate authority of brokers that no trust store knows: who runs Flink mounts
 * the contract's `caPem` as this file, whichever brokers it is of.
 */
export const caFileInPods = "/etc/kafka-ca/ca.pem";
