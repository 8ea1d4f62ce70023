"""Telling people: notices become messages, messages reach their sinks or a list of the undelivered."""
