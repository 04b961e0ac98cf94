"""The built-in pages, all of them, for what is generated from them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from bucketry.host.catalog import installed


def built_in() -> dict[str, ModuleType]:
    """Return the built-in S3 vendors' modules by vendor name, sorted, through their entry points.

    Each module's `vendor` is its page, its docstring says what is different there.
    """
    catalog = installed()
    modules = {}
    for listed in catalog:
        module, _, attribute = listed.module.partition(":")
        if module.startswith("bucketry_vendors.") and attribute == "vendor":
            catalog.load(listed.name)
            modules[listed.name] = import_module(module)
    return modules
