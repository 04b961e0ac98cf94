"""How a vendor's endpoints are named, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any, Literal

import attrs
from attrs import field, frozen

Template = str | Callable[[Any], str]
"""Text in which ``{option}`` stands for an option's value, or a function that chooses such a text
from the options: AWS has other domains in China, R2 one more label in a jurisdiction."""

FALLBACK_REGION = "us-east-1"
"""What a signature names where neither configuration nor vendor gives a region: S3's own default,
and what servers that do not check the region are commonly sent."""


PUBLIC_ACCESS_BLOCKS = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)
"""The settings of a public access block (Amazon S3 API reference, PutPublicAccessBlock)."""


@frozen
class Guide:
    """How something is done at a vendor where S3's own operation does not do it, and who says so.

    `policy` says, of a guide to ``rights``, that the vendor takes policies in IAM's language.
    """

    text: str
    source: str
    policy: bool = False

    def __str__(self) -> str:
        return f"{self.text} ({self.source})"


@frozen(kw_only=True)
class Profile:
    """Where an S3 vendor lives.

    Attributes:
        endpoint: template of the endpoint (``https://{account_id}.r2.cloudflarestorage.com``).
            "" when there is none to derive and users must give `endpoint`.
        addressing: style used unless the configuration says otherwise.
        default_region: region used when none is configured; None makes `region` a must wherever
            the endpoint is made from it.
        regions: regions that the template is known to work with; for completion and for a hint,
            never to refuse one, because vendors open new ones.
        signing_regions: region in the endpoint to region in the signature, where they differ.
        signing_region: one region for every signature (``auto``), or None for the configured one.
        public_base: template of the address that objects are publicly served from, where it is
            not the endpoint (``https://{region}.contabostorage.com/{tenant_id}:{bucket}``). Used
            when every option that it names is set and there is no `base_url`.
        other_bases: templates of further addresses that the vendor serves, or has served, a bucket
            under (``https://{bucket}.s3.amazonaws.com``): applications have stored them, and
            `Provider.key_of_url` knows them.
        bucket: the name that stands in addresses, made from the options, where that is not the
            configured one: an access point of AWS is configured by its ARN.
        partition: the second word of ARNs, made from the options; AWS has several.
        hints: what to change at this vendor, by error code or type, with ``: text`` for what the
            message must hold too; the first that fits counts. See
            `bucketry_s3.protocol.errors.hint_for`.
        guides: what is set up in the vendor's own way, by the step of `bucketry.setup` (``cors``,
            ``public reads`` ...), and under ``rights`` how a key pair gets its rights.
        names_region: whether a bucket is made with its region named.
        public_access_blocks: the settings of a public access block that a closed bucket gets.
            Without ``BlockPublicAcls`` unless the vendor is known to mean by it what AWS does: on
            Ceph 16.2.15 it refuses every upload (measured, 2026-11-26), and where public ACLs are
            ignored nothing is gained by refusing them.
    """

    endpoint: Template
    addressing: Literal["path", "virtual"]
    default_region: str | None = None
    regions: Sequence[str] = ()
    signing_regions: Mapping[str, str] = field(factory=dict)
    signing_region: str | None = None
    public_base: Template = ""
    other_bases: Sequence[Template] = ()
    bucket: Callable[[Any], str] | None = None
    partition: Callable[[Any], str] = lambda options: "aws"
    hints: Mapping[str, str] = field(factory=dict)
    guides: Mapping[str, Guide] = field(factory=dict)
    names_region: bool = False
    public_access_blocks: Sequence[str] = PUBLIC_ACCESS_BLOCKS[1:]

    def region_of(self, options: Any) -> str | None:
        """Return the region that the endpoint is made from; None where there is none."""
        region: str | None = options.region or self.default_region
        return region

    def signing_region_of(self, options: Any) -> str:
        """Return the region that signatures name."""
        region = self.signing_region or self.region_of(options) or FALLBACK_REGION
        return self.signing_regions.get(region, region)

    def location_constraint(self, options: Any) -> str:
        """Return the region to make a bucket in, "" where it is not named.

        S3's first region never is (Amazon S3 API reference, CreateBucket).
        """
        region = self.region_of(options) or ""
        return region if self.names_region and region != FALLBACK_REGION else ""

    def endpoint_of(self, options: Any) -> str:
        """Return the configured endpoint, else the template's, "" where an option is missing."""
        configured: str | None = options.endpoint
        return configured or self._fill(self.endpoint, options)

    def public_base_of(self, options: Any) -> str:
        """Return the address that public objects are served from, "" where it is the endpoint."""
        return self._fill(self.public_base, options)

    def other_bases_of(self, options: Any) -> list[str]:
        """Return the vendor's further addresses of this bucket, without a slash at the end."""
        filled = (self._fill(template, options) for template in self.other_bases)
        return [base for base in filled if base]

    def bucket_of(self, options: Any) -> str:
        """Return the bucket's name as it stands in addresses."""
        configured: str = options.bucket
        return self.bucket(options) if self.bucket else configured

    def names_in_endpoint(self, options: Any) -> Sequence[str]:
        """Return the options that the endpoint's template names, in its order."""
        return _names(self._choose(self.endpoint, options))

    def ways_to_endpoint(self) -> list[list[str]]:
        """Return sets of options of which one leads to it; none where other options decide."""
        if callable(self.endpoint):
            return []
        if not self.endpoint:
            return [["endpoint"]]
        names = _names(self.endpoint)
        needed = [name for name in names if name != "region" or not self.default_region]
        return [["endpoint"], needed] if needed else []

    def _choose(self, template: Template, options: Any) -> str:
        if callable(template):
            return template(attrs.evolve(options, region=self.region_of(options)))
        return template

    def _fill(self, template: Template, options: Any) -> str:
        text = self._choose(template, options)
        values = {name: getattr(options, name) for name in _names(text)}
        if "region" in values:
            values["region"] = self.region_of(options)
        if "bucket" in values:
            values["bucket"] = self.bucket_of(options)
        return text.format_map(values) if all(values.values()) else ""


def _names(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name]
