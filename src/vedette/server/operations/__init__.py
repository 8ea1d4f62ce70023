"""What operators see: metrics for Prometheus, health, readiness, logs."""
