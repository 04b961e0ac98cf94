"""The commands that make a bucket and set it up: mb, setup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, get_args

import click

from bucketry import AlreadyExists, Provider, Unsupported
from bucketry.cli import output
from bucketry.cli.places import Place, Providers, places
from bucketry.cli.settings import Settings, command
from bucketry.setup import (
    USES,
    Applied,
    CspSources,
    Rights,
    SetupPlan,
    Step,
    Use,
    Wanted,
    apply,
    csp_sources,
    plan,
)
from bucketry.setup.csp import DIRECTIVES


@command
@click.argument("name", required=False)
@click.option(
    "--origin", "origins", multiple=True, metavar="ORIGIN",
    help="Origin of pages that reach the bucket from a browser: https://www.example.com.",
)  # fmt: skip
@click.option("--uploads", is_flag=True, help="These pages upload, too.")
@click.option(
    "--versions/--no-versions",
    default=None,
    help="Keep old versions, or stop it.  [default: as is]",
)
@click.option(
    "--unfinished-days", type=click.IntRange(0, 365), default=7, show_default=True,
    help="Remove what is left of unfinished uploads after so many days; 0 leaves that alone.",
)  # fmt: skip
@click.option(
    "--use", "uses", multiple=True, type=click.Choice(sorted(get_args(Use))),
    help=f"What the application does, for its rights.  [default: {', '.join(sorted(USES))}]",
)  # fmt: skip
@click.option("--skip", "skipped", multiple=True, metavar="STEP", help="Leave a step out.")
@click.option("--apply", "applies", is_flag=True, help="Make the changes that are shown.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before.")
def setup(
    settings: Settings,
    name: str | None,
    origins: Sequence[str],
    uploads: bool,
    versions: bool | None,
    unfinished_days: int,
    uses: Sequence[Use],
    skipped: Sequence[str],
    applies: bool,
    yes: bool,
) -> int:
    """Show how a bucket is set up, and change it.

    It is the bucket of provider NAME. Shown are its settings, as a difference where --apply would
    change them, the least rights that the application's key pair needs, and what a page's content
    security policy must allow. Rules of your own are kept. Nothing is changed but what was shown.
    """
    wanted = Wanted(
        origins=origins,
        uploads=uploads,
        unfinished_days=unfinished_days or None,
        versioning=versions,
        uses=uses or USES,
    )
    with settings.open(name) as provider:
        made = plan(provider, wanted).without(*skipped)
        sources = _sources(provider, uploads)
        if not settings.json:
            _show(provider, made, sources)
        changes = ", ".join(step.name for step in made.changes)
        if not applies or not changes:
            if settings.json:
                output.emit(_told(made, sources))
            settings.note(f"to change: {changes}; --apply does it" if changes else "nothing to do")
            return 0
        if not yes and not _confirmed(provider, changes):
            settings.note("nothing was changed")
            return output.FAILED
        applied = apply(provider, made)
    if settings.json:
        output.emit({**_told(made, sources), "applied": _stands(applied)})
    return _ended(settings, applied)


@command
@click.argument("place", callback=places, default="", metavar="[PROVIDER:]")
def mb(settings: Settings, place: Place) -> int:
    """Make the bucket that the provider's configuration names.

    In the configured region, and open or closed as the configured visibility wants it, as far as
    the vendor has a way for that; the rest is told. "bucketry setup" shows what else it may want.
    """
    if place.key:
        output.bad_usage(f"the configuration names the bucket: write {place.key}: or nothing")
    with Providers(settings) as providers:
        provider = providers.at(place)
        made = plan(provider, Wanted(unfinished_days=None))
        _check_to_be_made(provider, made)
        applied = apply(provider, made)
    if settings.json:
        output.emit({"steps": made.steps, "applied": _stands(applied)})
    for step in made.steps:
        if step.status != "change":
            settings.note(f"{step.name}, {step.status}: {step.hint}")
    return _ended(settings, applied)


def _check_to_be_made(provider: Provider, made: SetupPlan) -> None:
    """Leave alone a bucket that is there, and say how to make one that cannot be made from here."""
    about: dict[str, Any] = {
        "provider": provider.name,
        "vendor": provider.vendor.name,
        "operation": "mb",
    }
    first = made.steps[0] if made.steps else None
    if first is None:
        raise Unsupported("there are no buckets to make: uploads make what they need", **about)
    if first.status == "in place":
        raise AlreadyExists(
            "the bucket is there already", hint="`bucketry setup` shows what it lacks.", **about
        )
    if first.status != "change":
        raise Unsupported("the bucket cannot be made from here", hint=first.hint, **about)


def _stands(applied: Applied) -> dict[str, Any]:
    return {"done": applied.done, "failed": applied.failed, "left": applied.left}


def _sources(provider: Provider, uploads: bool) -> CspSources | None:
    try:
        return csp_sources(provider, uploads=uploads)
    except Unsupported:
        return None  # nobody reads from there with a browser


def _show(provider: Provider, made: SetupPlan, sources: CspSources | None) -> None:
    bucket = getattr(provider.options, "bucket", "")
    output.line(f"{provider.name}: {bucket or 'no bucket'} at {provider.vendor.title}")
    for step in made.steps:
        _step(step.status, f"{step.name}: {step.why}", step)
    if made.rights is not None:
        _rights(made.rights)
    if sources is not None:
        click.echo("\nContent security policy:")
        for directive in DIRECTIVES:
            output.line(f"  {directive} {' '.join(sources.of(directive))}")


def _step(status: str, told: str, step: Step) -> None:
    output.line(f"{status:9}  {told}")
    for text in (*step.diff().splitlines(), *step.hint.splitlines()):
        output.line(f"           {text}")


def _rights(rights: Rights) -> None:
    click.echo("\nRights of the application's key pair:")
    for text in rights.text.splitlines():
        output.line(f"  {text}")
    if rights.hint:
        output.line(f"  {rights.hint}{f' ({rights.source})' if rights.source else ''}")


def _told(made: SetupPlan, sources: CspSources | None) -> dict[str, Any]:
    rights = output.plain(made.rights)
    if rights and rights["text"]:
        rights["text"] = json.loads(rights["text"])
    return {
        "steps": made.steps,
        "rights": rights,
        "csp": {name: sources.of(name) for name in DIRECTIVES} if sources else None,
    }


def _confirmed(provider: Provider, changes: str) -> bool:
    if not output.on_terminal():
        output.bad_usage(f"this would change {changes} of {provider.name!r}; add --yes to do it")
    return click.confirm(f"Change {changes} of {provider.name!r}?", err=True)


def _ended(settings: Settings, applied: Applied) -> int:
    """Tell what stands, and return the exit code."""
    code = 0
    for step in applied.done:
        if step.status == "change":
            code = output.FAILED
        if not settings.json:
            done = {"in place": "done", "change": "not so"}.get(step.status, step.status)
            _step(done, step.name, step)
    if applied.error is not None:
        output.show_error(settings, applied.error)
        left = ", ".join(step.name for step in applied.left)
        stands = ", ".join(step.name for step in applied.done)
        settings.note(
            f"stands: {stands or 'nothing'}; not tried: {left or 'nothing'}; run it again to go on"
        )
        return output.exit_code(applied.error)
    return code
