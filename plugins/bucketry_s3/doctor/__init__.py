"""The probes of an S3 bucket, from the outside in."""

from __future__ import annotations

from bucketry.doctor import Probe
from bucketry_s3.doctor.account import Account
from bucketry_s3.doctor.asking import Asker
from bucketry_s3.doctor.browser import Browser
from bucketry_s3.doctor.codes import CODES
from bucketry_s3.doctor.options import Writing
from bucketry_s3.doctor.outside import Outside
from bucketry_s3.doctor.parts import Parts
from bucketry_s3.doctor.promises import Promises
from bucketry_s3.doctor.way import Way

__all__ = ["CODES", "Asker", "probes"]


def probes(asker: Asker) -> list[Probe]:
    """Return all of them."""
    return [
        probe
        for part in (Way, Account, Writing, Promises, Parts, Outside, Browser)
        for probe in part(asker).probes()
    ]
