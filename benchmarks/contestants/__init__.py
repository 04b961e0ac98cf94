"""Who is measured: one module per library, each with `Contestant`, whose methods are operations.

A contestant that has no such method is not in that row. `NotThere` is raised by one whose version
cannot do it. Every method gets a whole round of work, so that the loop costs everybody the same.
"""

from __future__ import annotations


class NotThere(Exception):
    """This version of the library cannot do what the row asks."""
