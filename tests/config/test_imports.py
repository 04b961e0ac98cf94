"""What importing bucketry and opening a provider pull in, in a fresh interpreter."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import bucketry_s3.objects

HEAVY = ["boto3", "botocore", "jsonschema", "referencing", "cattrs", "yaml", "tomllib", "click"]

# What only requests need, and what only files and configurations in other shapes or with faults do.
NEEDED_LATER = [
    *["bucketry_s3.protocol.exchange", "bucketry_s3.protocol.markup", "http.client"],
    *["ssl", "urllib.request", "xml.etree.ElementTree"],
    *["bucketry.config.dialects", "bucketry.config.explain", "bucketry.config.formats"],
    *["bucketry.config.positions", "bucketry.config.effective", "bucketry.config.write"],
]


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(finished.stdout.splitlines()[-1]))


def test_importing_bucketry_is_light() -> None:
    loaded = modules_after("import bucketry, bucketry.config")
    assert [name for name in HEAVY if name in loaded] == []
    assert not any(name.startswith(("bucketry_s3", "bucketry_vendors")) for name in loaded)


def test_opening_a_provider_imports_no_other_vendor() -> None:
    loaded = modules_after(
        "import bucketry\n"
        "bucketry.open_provider({'provider': 'minio', 'bucket': 'media', "
        "'endpoint': 'https://minio.example', 'credentials': 'ambient'})"
    )
    assert "bucketry_vendors.minio" in loaded
    assert "bucketry_vendors.r2" not in loaded
    assert "yaml" not in loaded


def test_signing_imports_nothing_that_sends() -> None:
    # An older jsonschema brings modules of its own that send.
    brought = modules_after("import cattrs, jsonschema")
    loaded = modules_after(
        "import bucketry\n"
        "media = bucketry.open_provider({'provider': 'minio', 'bucket': 'media', "
        "'endpoint': 'https://minio.example', "
        "'credentials': {'access_key_id': 'A' * 20, 'secret_access_key': 's' * 40}})\n"
        "assert 'X-Amz-Signature=' in media.sign('a.png').reveal()"
    )
    assert "bucketry_s3.layer" in loaded
    assert [name for name in NEEDED_LATER if name in loaded - brought] == []
    parts = {name for name in loaded if name.startswith("bucketry_s3.objects.")}
    assert parts == {"bucketry_s3.objects.under_way"}


def test_checking_a_configuration_needs_no_boto3() -> None:
    loaded = modules_after(
        "from bucketry.config import check_config\n"
        "assert check_config({'provider': 'minio', 'bucket': 'media', "
        "'endpoint': 'https://minio.example', 'credentials': 'ambient'}) == ()"
    )
    assert "boto3" not in loaded


def test_what_a_room_does_not_have_is_no_missing_module() -> None:
    assert not hasattr(bucketry_s3.objects, "nothing")
    assert inspect.ismodule(bucketry_s3.objects.copying)


def test_what_is_imported_late_can_be_so_while_the_interpreter_goes_down() -> None:
    script = (
        "import atexit, importlib, pkgutil\n"
        "from bucketry_s3 import objects, protocol, transports\n"
        "from bucketry_s3.transports import sockets\n"
        "def late():\n"
        "    for room in objects, protocol, transports, sockets:\n"
        "        for module in pkgutil.iter_modules(room.__path__, room.__name__ + '.'):\n"
        "            importlib.import_module(module.name)\n"
        "    print('all of them')\n"
        "atexit.register(late)\n"
        "assert not hasattr(objects, '__wrapped__')\n"
        "from bucketry import config\n"
        "from bucketry.config import Dialect, Translation, Vendors\n"
        "assert config.Dialect is Dialect and not hasattr(config, '__wrapped__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout == "all of them\n"
