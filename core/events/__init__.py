"""Things that happened, stored once and delivered to each consumer by a job of its own."""
