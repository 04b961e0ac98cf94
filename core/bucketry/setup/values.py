"""What is wanted of a bucket, and the plan that gets it there."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any, Literal, get_args

import attrs
from attrs import field, frozen

from bucketry.errors import InvalidInput, StorageError
from bucketry.origins import origin_of

Use = Literal[
    "copy", "delete", "headers", "list", "read", "restore", "sweep", "tags", "versions", "write"
]
"""What an application does with its provider. ``headers`` is `Provider.set_headers`, ``versions``
are old versions of objects, read and deleted; ``write`` is every upload, ``read`` every look."""

USES: frozenset[Use] = frozenset({"copy", "delete", "list", "read", "sweep", "write"})
"""What most applications do, and so what rights are named for if nobody says more or less."""


def _check_days(_: Any, __: Any, days: int | None) -> None:
    if days is None:
        return
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 365:
        raise InvalidInput("unfinished_days are a whole number, from 1 to 365, or None")


def _check_uses(_: Any, __: Any, uses: frozenset[Use]) -> None:
    unknown = uses - set(get_args(Use))
    if unknown:
        raise InvalidInput(f"{min(unknown)!a} is no use; there are {', '.join(get_args(Use))}")


def _several(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidInput("say several as a list of texts, not as one text")
    return tuple(value)


def _origins(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(origin_of(one, patterns=True) for one in _several(value))


def _uses(value: Iterable[Use]) -> frozenset[Use]:
    return frozenset(_several(value))  # type: ignore[arg-type]  # the validator looks


@frozen(kw_only=True)
class Wanted:
    """What a bucket shall be set up for, beside what the configuration says of it.

    Attributes:
        origins: origins of the web pages that reach the bucket from a browser: CORS. None: the
            bucket's CORS rules are left alone.
        uploads: whether these pages upload, too.
        unfinished_days: days after which what is left of an upload in parts is removed; None
            leaves that alone.
        versioning: whether old versions are kept; None leaves that alone.
        uses: what the application does, which decides the rights that its key pair needs.
    """

    origins: tuple[str, ...] = field(default=(), converter=_origins)
    uploads: bool = False
    unfinished_days: int | None = field(default=7, validator=_check_days)
    versioning: bool | None = None
    uses: frozenset[Use] = field(default=USES, converter=_uses, validator=_check_uses)

    def __attrs_post_init__(self) -> None:
        if self.uploads and not self.origins:
            raise InvalidInput("uploads from a browser need the origins of their pages")


Status = Literal["in place", "change", "by hand", "unread", "not there"]
"""``in place``: nothing to do. ``change``: applying it changes this. ``by hand``: the server has no
way that we know, and `Step.hint` tells the vendor's own. ``unread``: it could not be looked at.
``not there``: the server has no such setting, as a new bucket showed, and needs none."""


@frozen(kw_only=True)
class Step:
    """One thing that a bucket is set up with.

    Attributes:
        name: what it is: ``bucket``, ``cors`` ...
        status: what is to be done.
        why: what it is for, in a sentence.
        present: what is there, in the vendor's own form; None where nothing is.
        wanted: what shall be there: exactly what applying the step writes.
        hint: what to do where the step cannot, with its source.
        fresh: whether the same plan makes the bucket, so that there is nothing to lose.
    """

    name: str
    status: Status
    why: str = ""
    present: Any = None
    wanted: Any = None
    hint: str = ""
    fresh: bool = False

    def diff(self) -> str:
        """Return what applying it changes, as a unified diff; "" where it changes nothing."""
        if self.status != "change":
            return ""
        present, wanted = (_lines(value) for value in (self.present, self.wanted))
        lines = difflib.unified_diff(present, wanted, "present", "wanted", lineterm="")
        return "\n".join(lines)


def _lines(value: Any) -> list[str]:
    if value is None:
        return []
    return json.dumps(value, indent=2, default=str, ensure_ascii=False).splitlines()


@frozen(kw_only=True)
class Rights:
    """What the key pair of an application must be allowed, and how that is said at the vendor.

    `text` is a policy, "" where the vendor has none; `hint` says where it belongs, or what to do
    instead, and `source` who says so.
    """

    text: str = ""
    hint: str = ""
    source: str = ""


@frozen(kw_only=True)
class SetupPlan:
    """What a bucket is set up with, step by step in the order of applying, and the rights needed.

    It is a value: what is applied is what was shown. `subject` is the provider and bucket that it
    was made for.
    """

    subject: tuple[str, str] = ("", "")
    steps: tuple[Step, ...] = ()
    rights: Rights | None = None

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.status == "change")

    def without(self, *names: str) -> SetupPlan:
        """Return the plan without some steps. `InvalidInput` for a name that no step has."""
        known = [step.name for step in self.steps]
        for name in names:
            if name not in known:
                steps = ", ".join(known) or "none"
                raise InvalidInput(f"there is no step {name!a}; there are {steps}")
        left = tuple(step for step in self.steps if step.name not in names)
        return attrs.evolve(self, steps=left)


@frozen(kw_only=True)
class Applied:
    """What became of a plan: done in order, until one failed or none was left.

    Attributes:
        done: the steps that were applied, as they were found to be afterwards.
        failed: the step that was not, with its `error`.
        left: the steps behind it, which were not tried.
    """

    done: tuple[Step, ...] = ()
    failed: Step | None = None
    error: StorageError | None = None
    left: tuple[Step, ...] = ()

    def raise_failure(self) -> None:
        """Raise the error of the step that failed, if one did."""
        if self.error is not None:
            raise self.error
