from __future__ import annotations

# A distribution of its own, whose tests run where it is installed; see test_acme.py.
collect_ignore = ["acme"]
