"""What each step wants, by what the configuration declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from bucketry.keys import RootPath
from bucketry.setup import Wanted
from bucketry_s3.options import S3Options
from bucketry_s3.profile import PUBLIC_ACCESS_BLOCKS, Profile
from bucketry_s3.setup import merging
from bucketry_s3.setup.rights import VERSION, objects_arn

PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})

Present = Mapping[str, Any] | None


@frozen(kw_only=True)
class Declared:
    """What is declared of a bucket."""

    options: S3Options
    wanted: Wanted
    profile: Profile

    @property
    def acls(self) -> frozenset[str]:
        """The canned ACLs that uploads may carry."""
        params = self.options.extra_params
        named = (self.options.acl, params.upload.get("ACL"), params.upload_stream.get("ACL"))
        return frozenset(acl for acl in named if acl)

    @property
    def opened_by_acl(self) -> bool:
        """Whether objects are opened to all one by one."""
        return bool(self.acls & PUBLIC_ACLS)

    @property
    def opened_by_policy(self) -> bool:
        """Whether everybody shall read from the bucket's own address, and nothing else opens it."""
        declared = self.options.visibility == "public" and not self.options.base_url
        return declared and not self.opened_by_acl

    def concerns(self, step: str) -> bool:
        """Return whether there is anything to say of a step."""
        match step:
            case "public access":
                # Whether what stands in front of it reads as everybody only its owner knows.
                return self.options.visibility == "private" or not self.options.base_url
            case "versions":
                return self.wanted.versioning is not None
            case "cors":
                return bool(self.wanted.origins)
            case "unfinished uploads":
                return self.wanted.unfinished_days is not None
        return True

    def of(self, step: str, present: Present) -> Present:
        """Return what shall be there; what is there already where that will do."""
        match step:
            case "owners":
                return self._owners(present)
            case "public access":
                return self._public_access(present)
            case "public reads":
                return self._public_reads(present)
            case "versions":
                return self._versions(present)
            case "cors":
                methods = ["GET", "HEAD", *(("PUT", "POST") if self.wanted.uploads else ())]
                return merging.with_cors(present, self.wanted.origins, methods)
        days = self.wanted.unfinished_days
        return present if days is None else merging.with_abort(present, self._root, days)

    @property
    def _root(self) -> str:
        return RootPath(self.options.root_path).prefix

    def _owners(self, present: Present) -> Present:
        rules = (present or {}).get("Rules", [])
        owner = rules[0].get("ObjectOwnership") if rules else None
        fitting = (
            ("BucketOwnerPreferred", "ObjectWriter") if self.acls else ("BucketOwnerEnforced",)
        )
        return present if owner in fitting else {"Rules": [{"ObjectOwnership": fitting[0]}]}

    def _public_access(self, present: Present) -> Present:
        blocked: dict[str, Any] = {**dict.fromkeys(PUBLIC_ACCESS_BLOCKS, False), **(present or {})}
        blocked |= dict.fromkeys(self.profile.public_access_blocks, True)
        if self.opened_by_acl:
            blocked |= {"BlockPublicAcls": False, "IgnorePublicAcls": False}
        if self.opened_by_policy:
            blocked |= {"BlockPublicPolicy": False, "RestrictPublicBuckets": False}
        return blocked

    def _public_reads(self, present: Present) -> Present:
        if not self.opened_by_policy:
            return merging.without_public_read(present)
        objects = objects_arn(self.options, self.profile)
        return merging.with_public_read(present, objects, VERSION)

    def _versions(self, present: Present) -> Present:
        status = (present or {}).get("Status")
        if self.wanted.versioning:
            return present if status == "Enabled" else {"Status": "Enabled"}
        return {"Status": "Suspended"} if status == "Enabled" else present
