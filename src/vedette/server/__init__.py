"""The server: logs come in, models are judged, people are shown and told."""
