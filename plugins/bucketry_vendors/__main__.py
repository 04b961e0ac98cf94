"""``python -m bucketry_vendors`` counts the facts of the built-in vendors."""

from __future__ import annotations

from collections import Counter

import attrs

from bucketry import Fact
from bucketry_vendors.pages import vendors


def main() -> None:
    """Print the count."""
    counts: Counter[str] = Counter()
    for vendor in vendors():
        for field in attrs.fields(type(vendor.capabilities)):
            fact: Fact[object] = getattr(vendor.capabilities, field.name)
            counts[fact.confidence] += 1
    known = counts.total() - counts["unknown"]
    print(f"{known} facts with source and date, {counts['unknown']} unknown:")
    for confidence, count in counts.most_common():
        print(f"  {confidence:10} {count:4}")


if __name__ == "__main__":
    main()
