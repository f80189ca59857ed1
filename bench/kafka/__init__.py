"""What the service costs: Kafka to decision to Kafka, and Kafka to PostgreSQL."""
