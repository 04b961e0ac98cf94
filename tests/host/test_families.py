"""A family brings hooks of its own: asked, wrapped, audited and offered like all others."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any, cast

import pytest
from attrs import frozen

from bucketry import LayerContext, PluginError, Provider, hookimpl, hookspec
from core.memory import MemoryLayer, MemoryOptions, memory_vendor


class MailHooks:
    """The hooks of a family that sends letters."""

    @hookspec(firstresult=True)
    def bucketry_mail_send(self, letter: str, stamp: int) -> str:
        raise NotImplementedError


@frozen(eq=False)
class Postman:
    """Answers the family's hook; asks it through the provider's finished stack."""

    context: LayerContext

    @hookimpl
    def bucketry_mail_send(self, letter: str) -> str:
        return f"sent {letter}"

    @hookimpl
    def bucketry_object_url(self, key: str) -> str:
        hooks = cast(Any, self.context.hooks)
        return f"https://memory.example/{hooks.bucketry_mail_send(letter=key, stamp=1)}"


class Registered:
    @hookimpl(wrapper=True)
    def bucketry_mail_send(self, stamp: int) -> Generator[None, str, str]:
        return f"{(yield).replace(' ', '-')}-by-registered-mail-{stamp}"


def _mail(*hookspecs: type, layers: Any = None) -> Provider:
    return Provider(
        name="media",
        vendor=memory_vendor(
            hookspecs=hookspecs or (MailHooks,),
            layers=layers
            or (lambda options, context: [MemoryLayer(options, context), Postman(context)]),
        ),
        options=MemoryOptions(),
        distribution="bucketry-mail 1.0",
    )


def test_a_layer_of_the_application_wraps_what_the_family_asks() -> None:
    media = _mail().with_layer(Registered())
    assert media.object_url("a") == "https://memory.example/sent-a-by-registered-mail-1"


class MisspeltFamilyHook:
    @hookimpl
    def bucketry_mail_sent(self) -> None:
        return None


class MisspeltArgument:
    @hookimpl
    def bucketry_mail_send(self, leter: str) -> str:
        return leter


class NoHookAtAll:
    pass


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (MisspeltFamilyHook, "no hook 'bucketry_mail_sent'; did you mean 'bucketry_mail_send'?"),
        (MisspeltArgument, "it may take letter, stamp; did you mean 'letter'?"),
        (NoHookAtAll, ", bucketry_perform, bucketry_mail_send"),
    ],
)
def test_a_mistake_is_answered_with_the_familys_names(layer: type, said: str) -> None:
    with pytest.raises(PluginError, match=re.escape(said)):
        _mail().with_layer(layer())


def test_another_family_does_not_know_the_hook() -> None:
    with pytest.raises(PluginError, match="there is no hook 'bucketry_mail_send'"):
        Provider(name="media", vendor=memory_vendor(), options=MemoryOptions()).with_layer(
            Registered()
        )


class Unmarked:
    def bucketry_mail_send(self, letter: str) -> str:
        raise NotImplementedError


class Collecting:
    @hookspec
    def bucketry_mail_send(self, letter: str) -> str:
        raise NotImplementedError


class WrongName:
    @hookspec(firstresult=True)
    def mail_send(self, letter: str) -> str:
        raise NotImplementedError


class Taken:
    @hookspec(firstresult=True)
    def bucketry_head(self, letter: str) -> str:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (Unmarked, "Unmarked.bucketry_mail_send: a hook starts with 'bucketry_' and is marked"),
        (Collecting, "is marked with @bucketry.hookspec(firstresult=True)"),
        (WrongName, "WrongName.mail_send: a hook starts with 'bucketry_'"),
        (Taken, "Taken.bucketry_head: there is a hook of this name"),
        (MailHooks(), "which is no class"),
    ],
)
def test_a_faulty_set_of_hooks_names_the_plugin(spec: Any, said: str) -> None:
    with pytest.raises(PluginError, match=re.escape(said)) as caught:
        _mail(spec)
    assert str(caught.value).startswith("memory (bucketry-mail 1.0): ")
