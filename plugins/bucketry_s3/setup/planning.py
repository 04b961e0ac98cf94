"""A plan from what is declared and what is there, and its steps applied."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import attrs
from attrs import frozen

from bucketry import (
    AccessDenied,
    Fact,
    PreconditionFailed,
    Rejected,
    StorageError,
    Unsupported,
)
from bucketry.setup import Rights, SetupPlan, Status, Step, Wanted
from bucketry_s3.objects.bucket import Bucket
from bucketry_s3.profile import Profile
from bucketry_s3.setup import merging
from bucketry_s3.setup.declared import Declared
from bucketry_s3.setup.rights import least_policy, missing_right
from bucketry_s3.setup.steps import ASPECTS, create, is_there, read, write

_INSTEAD = {
    "unfinished uploads": "Run `bucketry sweep` once a day instead.",
    "cors": "Set it up in the vendor's console or with its own tool.",
    "public reads": (
        "Open the bucket in the vendor's console, or set `base_url` to the address that serves it."
    ),
    "versions": "Leave it out.",
}
"""What helps where a server has no such thing, whoever it is from."""

_GRANT = (
    "These are the rights that it needs, as IAM writes them: give them to the key pair in the "
    "vendor's own way."
)

_PAUSES = (0.5, 1.5)
"""Seconds before another look at what was written: AWS may show the old state for a moment."""


@frozen
class BucketSetup:
    """A bucket that is set up, with what is known of its vendor; `title` is the vendor's name."""

    bucket: Bucket
    profile: Profile
    title: str

    # -- planning ------------------------------------------------------------------------------

    def plan(self, wanted: Wanted) -> SetupPlan:
        """Look at the bucket and plan."""
        declared = Declared(options=self.bucket.options, wanted=wanted, profile=self.profile)
        bucket = self._bucket()
        steps = [bucket]
        for name in ASPECTS:
            if declared.concerns(name):
                steps += self._step(name, declared, fresh=bucket.status == "change")
        return SetupPlan(steps=tuple(steps), rights=self._rights(wanted))

    def _bucket(self) -> Step:
        step = Step(name="bucket", status="in place", why="Where everything is stored.")
        try:
            if is_there(self.bucket):
                return step
        except AccessDenied as error:
            hint = (
                f"{error.reason}. {self._missing('HeadBucket')}. Or the bucket is "
                "somebody else's: names are shared by all customers of a vendor."
            )
            return attrs.evolve(step, status="unread", hint=hint)
        guide = self.profile.guides.get("bucket")
        if guide is not None or self.bucket.options.bucket.startswith("arn:"):
            hint = str(guide) if guide else "What has an ARN is made with the vendor's own tools."
            return attrs.evolve(step, status="by hand", hint=hint)
        region = self.profile.location_constraint(self.bucket.options)
        made = {"LocationConstraint": region} if region else {}
        return attrs.evolve(step, status="change", wanted=made)

    def _step(self, name: str, declared: Declared, *, fresh: bool) -> Iterator[Step]:
        """Yield the step, or nothing where the server has no such thing and needs none."""
        aspect = ASPECTS[name]

        def step(status: Status, hint: str = "", **told: Any) -> Step:
            return Step(name=name, status=status, why=aspect.why, hint=hint, fresh=fresh, **told)

        guide = self.profile.guides.get(name)
        fact: Fact[Any] | None = (
            getattr(self.bucket.capabilities, aspect.fact) if aspect.fact else None
        )
        # Where nothing can open a bucket by a policy, there is nothing to take away either.
        needed = name != "public reads" or declared.opened_by_policy
        own_way = str(guide) if guide is not None else ""
        if not own_way and fact is not None and fact.value == "no":
            own_way = self._instead(name, fact)
        if own_way:
            if needed:
                yield step("by hand", own_way)
            return
        try:
            present = None if fresh else read(self.bucket, name)
        except AccessDenied:
            yield step("unread", self._missing(aspect.get))
            return
        except (Unsupported, Rejected) as error:
            if aspect.fact and needed:
                yield step("by hand", self._answered(name, error))
            return
        wanted = declared.of(name, present)
        hint = ""
        if name == "public reads" and not declared.opened_by_policy:
            own = len(merging.public_statements(present))
            hint = f"{own} of the policy's own statements let everybody in." if own else ""
        status: Status = "in place" if wanted == present else "change"
        yield step(status, hint, present=present, wanted=wanted)

    def _answered(self, name: str, error: StorageError) -> str:
        return f"{self.title} answers: {error.reason}. {_INSTEAD[name]}"

    def _instead(self, name: str, fact: Fact[Any]) -> str:
        said = f"{self.title} has no such thing in its S3 interface"
        note = f": {fact.note}" if fact.note else "."
        instead = _INSTEAD[name]
        if name == "public reads" and self.bucket.capabilities.acl.value == "object":
            instead = 'Send `acl = "public-read"`, which opens each object that is uploaded.'
        return f"{said}{note} {instead} ({fact.source}, {fact.as_of})"

    def _missing(self, operation: str) -> str:
        return missing_right(operation, self.bucket.options, self.profile)

    def _rights(self, wanted: Wanted) -> Rights:
        guide = self.profile.guides.get("rights")
        text = json.dumps(least_policy(self.bucket.options, self.profile, wanted), indent=2)
        if guide is None:
            return Rights(text=text, hint=_GRANT)
        return Rights(text=text if guide.policy else "", hint=guide.text, source=guide.source)

    # -- applying ------------------------------------------------------------------------------

    def apply(self, step: Step) -> Step:
        """Apply a step, if what is there is still what it says, and look at it again."""
        if step.name != "bucket" and step.name not in ASPECTS:
            raise Unsupported(f"no layer applies the step {step.name!a}")
        operation = "CreateBucket" if step.name == "bucket" else ASPECTS[step.name].put
        try:
            return self._create(step) if step.name == "bucket" else self._change(step)
        except AccessDenied as error:
            asked = operation if step.wanted is not None else "DeleteBucketPolicy"
            hint = self._missing(asked)
            if step.name == "public reads" and step.wanted is not None:
                hint += (
                    ". With that right it is refused while public access is blocked, for the "
                    "bucket or for the whole account"
                )
            raise error.evolve(hint=hint) from error.__cause__

    def _create(self, step: Step) -> Step:
        if is_there(self.bucket):
            raise _changed(step)
        create(self.bucket, step.wanted)
        return attrs.evolve(step, status="in place")

    def _change(self, step: Step) -> Step:
        try:
            present = read(self.bucket, step.name)
            if not step.fresh and present != step.present:
                raise _changed(step)
            if present != step.wanted:
                write(self.bucket, step.name, step.wanted)
        except (Unsupported, Rejected) as error:
            if step.fresh:  # a bucket that was not there could not be asked before
                return self._without(step, error)
            hint = error.hint or f"Leave the step {step.name!r} out."
            raise error.evolve(hint=hint) from error.__cause__
        after = read(self.bucket, step.name)
        for pause in _PAUSES:
            if _meaning(after) == _meaning(step.wanted):
                return attrs.evolve(step, status="in place", present=after)
            time.sleep(pause)
            after = read(self.bucket, step.name)
        return attrs.evolve(
            step, present=after, hint=f"{self.title} has taken it and shows something else."
        )

    def _without(self, step: Step, error: StorageError) -> Step:
        """Return a step that a new bucket turned out not to have."""
        if ASPECTS[step.name].fact:
            return attrs.evolve(step, status="by hand", hint=self._answered(step.name, error))
        return attrs.evolve(step, status="not there", hint=f"{self.title} has no such setting.")


def _changed(step: Step) -> StorageError:
    return PreconditionFailed(
        f"what is there of {step.name!r} has changed since the plan was made, so nothing of it was "
        "written",
        hint="Make the plan again and look at it.",
    )


def _meaning(value: Any) -> Any:
    """Return a value without what servers write in a way of their own.

    That is an order, a list around one thing, and how a policy says "everybody".
    """
    if isinstance(value, dict):
        said = {name: _meaning(inner) for name, inner in value.items()}
        return "*" if said == {"AWS": "*"} else sorted(said.items(), key=repr)
    if isinstance(value, list):
        return _meaning(value[0]) if len(value) == 1 else sorted(map(_meaning, value), key=repr)
    return value
