"""The part of the S3 layer that sets buckets up; what it takes is loaded when it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bucketry import LayerContext, hookimpl
from bucketry_s3.options import S3Options
from bucketry_s3.profile import Profile

if TYPE_CHECKING:
    from bucketry.setup.values import SetupPlan, Step, Wanted
    from bucketry_s3.objects.bucket import Bucket
    from bucketry_s3.setup.planning import BucketSetup


class SettingUp:
    """Plans and applies how a bucket is set up."""

    _options: S3Options
    _profile: Profile
    _context: LayerContext

    @hookimpl
    def bucketry_plan_setup(self, wanted: Wanted) -> SetupPlan:
        """Read what S3 has operations for, and plan."""
        return self._setup.plan(wanted)

    @hookimpl
    def bucketry_apply_setup(self, step: Step) -> Step:
        """Write one step, and read it again."""
        return self._setup.apply(step)

    @property
    def _setup(self) -> BucketSetup:
        from bucketry_s3.setup.planning import BucketSetup

        bucket: Bucket = self.bucket  # type: ignore[attr-defined]  # the layer's own
        return BucketSetup(
            bucket=bucket.begin(),
            options=self._options,
            profile=self._profile,
            capabilities=self._context.capabilities,
            title=self._context.vendor.title,
        )
