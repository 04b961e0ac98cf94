"""A pytest plugin for speed: every client of boto3 parses the same two megabytes of JSON."""

from __future__ import annotations

import functools

import botocore.session

botocore.session.create_loader = functools.cache(botocore.session.create_loader)
