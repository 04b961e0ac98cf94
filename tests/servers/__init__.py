"""Real S3 servers for tests, started on loopback as ordinary processes; see docs/servers.md."""
