"""How a vendor's endpoints are named, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import field, frozen


@frozen(kw_only=True)
class Profile:
    """Where an S3 vendor lives.

    Attributes:
        endpoint: template of the endpoint; ``{region}`` and the names of other options stand for
            their values (``https://{account_id}.r2.cloudflarestorage.com``). "" when there is none
            to derive and users must give `endpoint`.
        addressing: style used unless the configuration says otherwise.
        default_region: region used when none is configured; None makes `region` a must.
        regions: regions that the template is known to work with; for completion and for a hint,
            never to refuse one, because vendors open new ones.
        signing_regions: region in the endpoint to region in the signature, where they differ.
        public_base: template of the address that objects are publicly served from, where it is
            not the endpoint (``https://{region}.contabostorage.com/{tenant_id}:{bucket}``). Used
            when every option that it names is set and there is no `base_url`.
        signing_region: one region for every signature (``auto``), or None for the configured one.
    """

    endpoint: str
    addressing: Literal["path", "virtual"]
    default_region: str | None = None
    regions: Sequence[str] = ()
    signing_regions: Mapping[str, str] = field(factory=dict)
    signing_region: str | None = None
    public_base: str = ""
