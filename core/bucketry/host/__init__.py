"""The host: finds plugins, checks them, stacks their layers."""
