"""`S3_SUITE`: bucketry's suite, with the rules on what an S3 vendor's provider sends."""

from __future__ import annotations

from bucketry.testing import SUITE, Suite
from bucketry_s3.testing import wire_cases

S3_SUITE = SUITE.extended_by(Suite.of(wire_cases))
"""The suite for what speaks S3. Its group ``wire`` needs a `StandIn` that the run is given."""
