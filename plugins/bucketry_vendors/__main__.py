"""``python -m bucketry_vendors`` counts the facts; with ``--write`` it generates the files again.

Generated is ``docs/vendors/``, from a checkout.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import attrs

from bucketry import Fact
from bucketry_vendors.docs import write_docs
from bucketry_vendors.pages import vendors

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    """Print the count, or write."""
    if arguments == ["--write"]:
        if not (ROOT / "pyproject.toml").is_file():
            print("--write needs a checkout; this is an installed package")
            return 2
        write_docs(ROOT / "docs/vendors")
        return 0
    if arguments:
        print(__doc__)
        return 2
    counts: Counter[str] = Counter()
    for vendor in vendors():
        for field in attrs.fields(type(vendor.capabilities)):
            fact: Fact[object] = getattr(vendor.capabilities, field.name)
            counts[fact.confidence] += 1
    known = counts.total() - counts["unknown"]
    print(f"{known} facts with source and date, {counts['unknown']} unknown:")
    for confidence, count in counts.most_common():
        print(f"  {confidence:10} {count:4}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
