"""Making a plan and applying it: one value, shown first."""

from __future__ import annotations

import attrs

from bucketry.errors import InvalidInput, StorageError
from bucketry.provider import Provider
from bucketry.provider.perform import perform
from bucketry.setup.values import Applied, SetupPlan, Step, Wanted


def plan(provider: Provider, wanted: Wanted | None = None) -> SetupPlan:
    """Look at the bucket and return what it is set up with, and what is to be changed.

    What is wanted follows from the configuration and from `wanted`. Nothing is changed. Steps that
    the key pair may not look at, or that the server does not have, say so. Raises `StorageError`
    where the server cannot be reached at all.
    """
    ground = provider._ground
    wanted = wanted or Wanted()
    with perform(ground, "plan_setup", None, wanted) as operation:
        made = attrs.evolve(ground.ask.plan_setup(wanted), subject=_subject(provider))
        operation.answer = made
    return made


def _subject(provider: Provider) -> tuple[str, str]:
    return provider.name, getattr(provider.options, "bucket", "")


def apply(provider: Provider, plan: SetupPlan) -> Applied:
    """Apply the steps of a plan that change something, in order, and return what became of them.

    Each is looked at again before it is written: one that has changed since it was planned fails
    with `PreconditionFailed`, and nothing of it is overwritten. Each is read again afterwards. The
    first failure ends it; what is done stands, and a new plan goes on from there.
    """
    if not isinstance(plan, SetupPlan):
        raise InvalidInput(f"a plan is applied, not {type(plan).__name__}")
    if plan.subject != _subject(provider):
        raise InvalidInput(
            f"the plan was made for {' of '.join(reversed(plan.subject))!a}; plan what is applied"
        )
    ground = provider._ground
    done: list[Step] = []
    changes = plan.changes
    for number, step in enumerate(changes, 1):
        try:
            with perform(ground, "apply_setup", None, step) as operation:
                after = operation.answer = ground.ask.apply_setup(step)
        except StorageError as error:
            return Applied(done=tuple(done), failed=step, error=error, left=changes[number:])
        done.append(after)
    return Applied(done=tuple(done))
