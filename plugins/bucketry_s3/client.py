"""The way to boto3 itself, for what bucketry has no method for."""

from __future__ import annotations

from typing import Any

from bucketry import Provider
from bucketry_s3.layer import S3Layer
from bucketry_s3.transports.boto3 import Boto3Transport


def boto3_client(provider: Provider) -> Any:
    """Return boto3's S3 client for the provider's endpoint, with its settings and credentials.

    For what bucketry has no method for: replication, inventories, object lock. It is made when it
    is first asked for, and closed with the provider. What goes through it is boto3's own: its
    retries and errors, and none of the provider's layers, root path or checks. Raises
    `LookupError` where the provider is no S3 provider.
    """
    family: S3Layer = provider.layer(S3Layer)
    transport: Boto3Transport = provider.layer(Boto3Transport)
    return transport.connections.client(family.settings, provider.options.bucket, family.key_pair())
