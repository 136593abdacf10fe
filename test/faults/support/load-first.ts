// Cases read what they wrote in all forms of Kafka, which kafkajs reads with its patches only; and those take hold where
// nothing of it was loaded before, such as by the Kafka that a case starts.
import '../../../nodes/kafka-cluster/patched-kafkajs';
