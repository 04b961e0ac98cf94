"""The findings of an S3 bucket, besides those that any provider can have."""

from __future__ import annotations

from functools import partial

from bucketry import doctor
from bucketry.doctor import Codes, Known
from bucketry.doctor.codes import CODES as ANYWHERE

_MIDDLE = "Look at the endpoint's spelling, and at what stands between here and the vendor."
_POLICY = "`bucketry setup` prints the whole policy."
_PAGE = "Leave the option out, or tell the vendor; bucketry's page of the vendor is wrong here."

CODES: Codes = {
    # -- the way there
    "bad-ca-bundle": Known("error", "Let `ca_bundle` name a readable file with certificates."),
    "certificate-expired": Known(
        "error", "Renew the server's certificate; if it is new, set this machine's clock."
    ),
    "certificate-name": Known(
        "error",
        "Write the name that the certificate is for into `endpoint`; for a bucket with a dot in "
        'its name, `addressing = "path"`.',
    ),
    "certificate-untrusted": Known(
        "error",
        "Let `ca_bundle` name the authority that signed the server's certificate, or that of the "
        "gateway which opens TLS in between.",
    ),
    "no-answer": Known("error", _MIDDLE),
    "no-connection": Known(
        "error", "Look at the endpoint's host and port, at firewalls, and at whether it runs."
    ),
    "no-tls": Known("error", "Correct scheme and port of `endpoint`."),
    "not-s3": Known(
        "error", f"Write the address of the S3 interface, not of a console or website. {_MIDDLE}"
    ),
    "plain-http": Known("warning", "Write https:// into `endpoint`."),
    "proxy-refuses": Known(
        "error", "Look at the proxy that HTTPS_PROXY names, or write the host into NO_PROXY."
    ),
    "proxy-unreachable": Known(
        "error", "Correct HTTPS_PROXY (or HTTP_PROXY), or write the endpoint's host into NO_PROXY."
    ),
    "redirected": Known("error", _MIDDLE),
    "tls-failed": Known("error", _MIDDLE),
    "unknown-host": Known(
        "error", "Look at the spelling of `endpoint` and `region`, and at name resolution here."
    ),
    # -- as whom
    "account-blocked": Known("error", "Clear it up with the vendor: bills, contract, suspension."),
    "clock-drift": Known("warning", "Set this machine's clock, best by NTP."),
    "expired-token": Known(
        "error", "Fetch new temporary credentials, or let the SDK renew them: ambient credentials."
    ),
    "malformed-key": Known("error", "Write the key pair without blanks, quotes and line breaks."),
    "no-credentials": Known(
        "error", "Write a key pair into `credentials`, or give this machine a role or profile."
    ),
    "short-lived-credentials": Known(
        "warning",
        "Lower `signed_url_expires`, or sign with credentials that live longer: no signature "
        "outlives them.",
    ),
    "temporary-credentials": Known(
        "note", 'Use `credentials = "ambient"` where something renews them, or a lasting key pair.'
    ),
    "unknown-key": Known(
        "error", "Check `credentials.access_key_id`: a key of this vendor, and not deleted."
    ),
    "wrong-secret": Known(
        "error",
        "Check `credentials.secret_access_key`. If it is right, something on the way changes "
        "requests: a proxy that rewrites headers or paths.",
    ),
    "wrong-token": Known(
        "error", "Set `credentials.session_token` to the one that came with the access key."
    ),
    # -- where
    "foreign-bucket": Known(
        "error",
        "Check that `bucket` is yours, under the account of this key pair, and that the key's "
        "policy and the bucket's let it in.",
    ),
    "wrong-addressing": Known("error", "Set `addressing` to the other style."),
    "wrong-path": Known("error", "Write the path of the S3 interface into `endpoint`, if any."),
    # -- what may be done
    "denied-abort": Known(
        "warning",
        "Give the key pair s3:AbortMultipartUpload: without it the parts of failed uploads stay. "
        f"{_POLICY}",
    ),
    "denied-acl": Known(
        "error", "Give the key pair s3:PutObjectAcl, or leave `acl` out."
    ),
    "denied-list-parts": Known(
        "warning", "Give the key pair s3:ListMultipartUploadParts."
    ),
    "denied-tags": Known("error", "Give the key pair s3:PutObjectTagging, or leave `tags` out."),
    "acl-required": Known(
        "error",
        'Set `acl = "bucket-owner-full-control"`, or have the bucket own what is put into it.',
    ),
    "encryption-required": Known("error", 'Set `encryption = { type = "AES256" }`.'),
    "storage-full": Known("error", "Delete objects, or raise the quota."),
    # -- what the configuration promises
    "acl-ignored": Known(
        "error", "Leave `acl` out, and open or close the bucket by its policy."
    ),
    "acl-refused": Known("error", "Leave `acl` out, or write one that the vendor takes."),
    "acl-switched-off": Known(
        "error",
        "Leave `acl` out and use a bucket policy; or switch ACLs on (object ownership).",
    ),
    "checksum-ignored": Known("error", "Leave `checksum_algorithm` out: nobody checks it here."),
    "checksum-refused": Known(
        "error", "Leave `checksum_algorithm` out, or choose one that the vendor takes."
    ),
    "encryption-ignored": Known(
        "error", "Leave `encryption` out, and encrypt by the bucket's own default."
    ),
    "encryption-refused": Known(
        "error", "Leave `encryption` out, or correct its type, key and the right to use the key."
    ),
    "params-refused": Known("error", "Correct `extra_params.upload`."),
    "storage-class-ignored": Known("error", "Leave `storage_class` out."),
    "storage-class-refused": Known("error", "Write a storage class that the vendor has."),
    "tags-ignored": Known("error", "Leave `tags` out, and use metadata."),
    "tags-refused": Known("error", "Leave `tags` out, and use metadata."),
    # -- what the vendor promises
    "cannot-parts": Known("error", "Keep uploads below `multipart.part_size`, or ask the vendor."),
    "condition-ignored": Known(
        "error",
        "Do not rely on `prevent_overwrite` and `if_match` here: give every upload a name of its "
        'own (`key_strategy = "hash"` or "date").',
    ),
    "fact-contradicted": Known("warning", _PAGE),
    "no-ranges": Known(
        "warning",
        "Look for a proxy or gateway that drops the Range header: without it nothing can be "
        "resumed, and players cannot seek.",
    ),
    "objects-expire": Known(
        "warning", "Take `root_path` out of the bucket's lifecycle rule if files are to stay."
    ),
    "small-bodies": Known(
        "error",
        "Raise the limit of the proxy or gateway in between (nginx: client_max_body_size), at "
        "least to `multipart.part_size`.",
    ),
    "retained": Known("note", "Nothing; what was stored here goes when its time is over."),
    # -- what others may do
    "cors-etag": Known(
        "warning", "Let the bucket's CORS rule expose `ETag`: uploads in parts need it."
    ),
    "cors-headers": Known(
        "warning", "Let the bucket's CORS rule allow these request headers, or `*`."
    ),
    "cors-read": Known(
        "error", "Add a CORS rule for the origin and GET: `bucketry setup --origin ORIGIN --apply`."
    ),
    "cors-upload": Known(
        "warning",
        "Add a CORS rule for the origin and PUT: `bucketry setup --origin ORIGIN --uploads "
        "--apply`.",
    ),
    "open-listing": Known("warning", "Take the right to list away from everybody."),
    "open-writing": Known("error", "Take the right to write away from everybody, at once."),
    "unsigned-headers": Known(
        "error",
        "Hand out no signed PUTs here: whoever holds one can read or publish what the key pair "
        "can. Update the server, or take uploads through the application.",
    ),
}  # fmt: skip
"""By code."""

found = partial(doctor.found, codes={**ANYWHERE, **CODES})
"""Return a finding of one of these codes, or of those that any provider can have."""
