"""django-storages itself: does it have the options that its dialect converts, and no others?

`make test-storages` runs this in an environment that has it.
"""

from __future__ import annotations

import os
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import django
from django.conf import settings

from bucketry.config import convert_config
from bucketry_django_storages import names

if not settings.configured:
    settings.configure()
    django.setup()
print(f"django-storages {version('django-storages')}")

NONE_OF_S3 = {"AWS_S3_FILE_BUFFER_SIZE", "FILE_UPLOAD_TEMP_DIR", "USE_TZ"}


def _read_by_it() -> dict[str, list[str]]:
    """Return the options of its S3 storage, each with the settings that it reads for it."""
    from storages.backends import s3

    storage = s3.S3Storage.__new__(s3.S3Storage)
    with mock.patch.object(s3, "setting", lambda name, default=None: [name, *_names(default)]):
        options = s3.S3Storage.get_default_settings(storage)
    return {option: read for option, read in options.items() if isinstance(read, list)}


def _names(default: Any) -> list[str]:
    return default if isinstance(default, list) else []


def test_each_option_has_the_settings_that_we_read() -> None:
    with mock.patch("storages.backends.s3.lookup_env", return_value=None):
        found = _read_by_it()
    found["url_protocol"] = ["AWS_S3_URL_PROTOCOL"]
    known = {option: [*read] for option, read in names.SETTINGS.items()}
    assert known.pop("cloudfront_signer") == []  # an argument alone
    assert known == found


def test_each_variable_of_the_environment_is_one_that_it_reads() -> None:
    asked: list[tuple[str, ...]] = []
    with mock.patch("storages.backends.s3.lookup_env", lambda names: asked.append(tuple(names))):
        _read_by_it()
    assert sorted(asked) == sorted(names.ENVIRONMENT.values())


def test_no_setting_is_left_out() -> None:
    """Whatever its source reads by `setting`, of S3, stands in our lists."""
    import re

    from storages.backends import s3

    source = Path(s3.__file__).read_text("utf-8")
    read = set(re.findall(r'setting\(\s*"([A-Z0-9_]+)"', source)) - NONE_OF_S3
    assert read == {name for settings in names.SETTINGS.values() for name in settings}


def test_a_class_below_its_own_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "own_storages.py").write_text(
        "from storages.backends.s3 import S3StaticStorage\n"
        "class Media(S3StaticStorage):\n"
        "    location = 'media'\n"
        "    def url(self, name): return name\n"
    )
    (tmp_path / "own_settings.py").write_text(
        "STORAGES = {'default': {'BACKEND': 'own_storages.Media'}}\n"
        "AWS_STORAGE_BUCKET_NAME = 'media'\n"
        "AWS_S3_REGION_NAME = 'eu-west-1'\n"
    )
    with mock.patch.dict(os.environ):
        text = convert_config(str(tmp_path / "own_settings.py"), dialect="django-storages")
    flat = tomllib.loads(text)["providers"]["default"]
    assert (flat["root_path"], flat["visibility"]) == ("media", "public")
    assert "BACKEND: has its own url, which" in text
