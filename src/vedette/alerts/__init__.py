"""The life of an alert: findings become incidents, and what is new of them is told. No clock, no I/O."""
