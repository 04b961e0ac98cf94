"""What django-storages 1.14 calls its options, and the settings that give them where none does."""

from __future__ import annotations

BACKENDS = ("storages.backends.s3.", "storages.backends.s3boto3.")
"""Modules of its S3 storages."""

STATIC = ("S3StaticStorage", "S3ManifestStaticStorage")
"""Classes that never sign addresses, whatever the settings say."""

SETTINGS: dict[str, tuple[str, ...]] = {
    "access_key": ("AWS_S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
    "secret_key": ("AWS_S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
    "security_token": ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    "session_profile": ("AWS_S3_SESSION_PROFILE",),
    "file_overwrite": ("AWS_S3_FILE_OVERWRITE",),
    "object_parameters": ("AWS_S3_OBJECT_PARAMETERS",),
    "bucket_name": ("AWS_STORAGE_BUCKET_NAME",),
    "querystring_auth": ("AWS_QUERYSTRING_AUTH",),
    "querystring_expire": ("AWS_QUERYSTRING_EXPIRE",),
    "signature_version": ("AWS_S3_SIGNATURE_VERSION",),
    "location": ("AWS_LOCATION",),
    "custom_domain": ("AWS_S3_CUSTOM_DOMAIN",),
    "cloudfront_key_id": ("AWS_CLOUDFRONT_KEY_ID",),
    "cloudfront_key": ("AWS_CLOUDFRONT_KEY",),
    "cloudfront_signer": (),
    "addressing_style": ("AWS_S3_ADDRESSING_STYLE",),
    "file_name_charset": ("AWS_S3_FILE_NAME_CHARSET",),
    "gzip": ("AWS_IS_GZIPPED",),
    "gzip_content_types": ("GZIP_CONTENT_TYPES",),
    "url_protocol": ("AWS_S3_URL_PROTOCOL",),
    "endpoint_url": ("AWS_S3_ENDPOINT_URL",),
    "proxies": ("AWS_S3_PROXIES",),
    "region_name": ("AWS_S3_REGION_NAME",),
    "use_ssl": ("AWS_S3_USE_SSL",),
    "verify": ("AWS_S3_VERIFY",),
    "max_memory_size": ("AWS_S3_MAX_MEMORY_SIZE",),
    "default_acl": ("AWS_DEFAULT_ACL",),
    "use_threads": ("AWS_S3_USE_THREADS",),
    "transfer_config": ("AWS_S3_TRANSFER_CONFIG",),
    "client_config": ("AWS_S3_CLIENT_CONFIG",),
}
"""Option to settings, of which the first that is set counts."""

ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "AWS_S3_ACCESS_KEY_ID": ("AWS_S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
    "AWS_S3_SECRET_ACCESS_KEY": ("AWS_S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
    "AWS_SESSION_TOKEN": ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    "AWS_S3_SESSION_PROFILE": ("AWS_S3_SESSION_PROFILE",),
}
"""Setting to environment variables that django-storages reads where no setting gives the option."""

BESIDE = "AWS_S3_FILE_BUFFER_SIZE"
"""A setting that is no option."""


def is_backend(name: object) -> bool:
    """Return whether `name` is an S3 storage of django-storages itself."""
    return isinstance(name, str) and name.startswith(BACKENDS)
