"""What keeps a request from being sent at all: never doubtful."""

from __future__ import annotations

from collections.abc import Iterator

from faults.acts import strangers
from faults.table import (
    ANY,
    FEW,
    Fault,
)


def network_rows() -> Iterator[Fault]:
    """What keeps a request from being sent at all: never doubtful."""
    few = [*FEW, ("upload parts", "CreateMultipartUpload")]
    yield Fault(name="connection refused", on=few, place="refused", must="refused", deadline=2)
    yield Fault(name="no such host", on=few, place="unknown host", must="refused", deadline=2)
    yield Fault(name="names hang", on=few, place="hanging names", must="refused", deadline=2)
    yield Fault(name="SYN unanswered", on=few, place="black hole", must="refused", deadline=2)
    yield Fault(
        name="connection refused, long deadline",
        on=FEW[:1],
        place="refused",
        must="refused",
        deadline=30,
        ends=12,
    )
    yield Fault(
        name="no such host, long deadline",
        on=FEW[:1],
        place="unknown host",
        must="refused",
        deadline=30,
        ends=12,
    )
    for name, act in {
        "TLS alert": strangers.tls_alert,
        "plain HTTP": strangers.plain_http,
        "reset before TLS": strangers.connection_reset,
        "closed before TLS": strangers.connection_closed,
        "handshake stalls": strangers.stall_in_handshake,
        "handshake dripped": strangers.drip_handshake,
        "certificate of another name": strangers.wrong_name,
        "certificate expired": strangers.expired,
        "authority unknown": strangers.unknown_authority,
        "client certificate wanted": strangers.client_certificate_wanted,
    }.items():
        yield Fault(
            name=f"{name}, always",
            act=act,
            on=few,
            connect=True,
            times=None,
            must="refused",
            deadline=2,
        )
    for name, act in {
        "certificate of another name": strangers.wrong_name,
        "authority unknown": strangers.unknown_authority,
        "plain HTTP": strangers.plain_http,
    }.items():
        yield Fault(
            name=f"{name}, long deadline",
            act=act,
            on=FEW[:1],
            connect=True,
            times=None,
            must="refused",
            deadline=30,
            ends=12,
        )
    for name, act in {
        "reset before TLS": strangers.connection_reset,
        "closed before TLS": strangers.connection_closed,
    }.items():
        yield Fault(name=name, act=act, on=few, connect=True, must="ok")
    yield Fault(
        name="tunnel",
        act=strangers.tunnel_well,
        on=ANY,
        connect=True,
        tunnel=True,
        times=None,
        must="ok",
    )
    for name, act in {
        "tunnel wants a login": strangers.tunnel_login,
        "tunnel: bad gateway": strangers.tunnel_bad_gateway,
        "tunnel: forbidden": strangers.tunnel_forbidden,
        "tunnel: no HTTP": strangers.tunnel_garbage,
        "tunnel stalls": strangers.tunnel_stalls,
        "tunnel dripped": strangers.tunnel_drips,
    }.items():
        yield Fault(
            name=name,
            act=act,
            on=FEW,
            connect=True,
            tunnel=True,
            times=None,
            must="refused",
            deadline=2,
        )
