"""OpenStack Swift with its S3 interface: a proxy, three storage servers and memcached."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from servers.server import (
    HOST,
    VIRTUAL_HOST,
    Endpoint,
    Server,
    answers,
    free_ports,
    not_found,
    servers_folder,
)

_RINGS = """\
[swift-hash]
swift_hash_path_prefix = bucketry
swift_hash_path_suffix = bucketry
[storage-policy:0]
name = default
default = yes
"""

_COMMON = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
# One process each, so that nothing is left when it ends.
workers = 0
user = {user}
swift_dir = {folder}
"""

_STORAGE = """\
devices = {folder}/devices
mount_check = false
fallocate_reserve = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

_PROXY = """\
cert_file = {chain}
key_file = {key}
[pipeline:main]
pipeline = catch_errors cache listing_formats bulk s3api tempauth copy slo dlo \
versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcached_port}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
s3_acl = true
location = us-east-1
storage_domain = {virtual_host}
[filter:tempauth]
use = egg:swift#tempauth
user_{user_option} = {secret} .admin .reseller_admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
"""


_CAPABILITIES = {
    "acl": "object",
    "put_if_absent": "enforced",
    "put_if_match": "refused",
    "complete_if_absent": "enforced",
    "complete_if_match": "refused",
    "delete_if_match": "enforced",
    "tagging": "no",
    "batch_delete": "yes",
    # It takes 1000, but deletes one after the other: on a busy machine that outlasts a timeout.
    "batch_delete_limit": 100,
    "multipart": "yes",
    "part_size_min": 5 << 20,
    "parts_max": 1000,
    "post_policy": "no",
    # It knows no such directive as guards a signed PUT elsewhere, and needs none.
    "unsigned_headers": "refused",
    "public_url": "no",
}
"""What a user of ``provider = "s3"`` writes as `capabilities`; measured on 2.38.3, 2026-11-24."""


class Swift(Server):
    """Swift's s3api behind TLS."""

    name: ClassVar[str] = "swift"

    def __init__(self) -> None:
        super().__init__()
        self._venv = servers_folder() / "swift-venv"

    def missing(self) -> str | None:
        return (
            not_found({"memcached": "memcached"})
            or _without_attributes(servers_folder())
            or self._install()
        )

    def _install(self) -> str | None:
        """Install Swift into an environment of its own, once; return why that failed."""
        if (self._venv / "installed").exists():
            return None
        pip = str(self._venv / "bin/pip")
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(self._venv)],
            [pip, "install", "--quiet", "--disable-pip-version-check", "swift"],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                last = (done.stderr or done.stdout).strip().splitlines()[-1:]
                return f"Swift cannot be installed: {' '.join(last)}"
        (self._venv / "installed").touch()
        return None

    def _launch(self) -> Endpoint:
        ca, chain, key = self._certify()
        port, memcached_port, *storage_ports = free_ports(5)
        endpoint = Endpoint(
            server=self.name,
            version=self._run(
                [
                    self._venv / "bin/python",
                    "-c",
                    "from importlib.metadata import version; print(version('swift'))",
                ]
            ).strip(),
            profile="s3",
            options={"capabilities": _CAPABILITIES},
            url=f"https://{HOST}:{port}",
            virtual_url=f"https://{VIRTUAL_HOST}:{port}",
            ca_bundle=str(ca),
            access_key_id="test:bucketry",
        )
        (self.folder / "devices" / "d1").mkdir(parents=True)
        (self.folder / "swift.conf").write_text(_RINGS)
        user = getpass.getuser()
        self._spawn(
            "memcached",
            ["memcached", "-u", user, "-l", "127.0.0.1", "-p", str(memcached_port), "-m", "32"],
        )
        for kind, storage_port in zip(
            ("account", "container", "object"), storage_ports, strict=True
        ):
            self._build_ring(kind, storage_port)
            common = _COMMON.format(port=storage_port, user=user, folder=self.folder)
            self._start_part(kind, common + _STORAGE.format(folder=self.folder, kind=kind))
        common = _COMMON.format(port=port, user=user, folder=self.folder)
        proxy = _PROXY.format(
            chain=chain,
            key=key,
            memcached_port=memcached_port,
            virtual_host=VIRTUAL_HOST,
            user_option=endpoint.access_key_id.replace(":", "_"),
            secret=endpoint.secret_access_key,
        )
        self._start_part("proxy", common + proxy)
        self._wait(lambda: answers(f"{endpoint.url}/", ca), "the proxy")
        return endpoint

    def _build_ring(self, kind: str, port: int) -> None:
        """Place everything of this kind on the one device."""
        builder = [self._venv / "bin/swift-ring-builder", self.folder / f"{kind}.builder"]
        self._run([*builder, "create", "0", "1", "1"])
        self._run([*builder, "add", f"r1z1-127.0.0.1:{port}/d1", "1"])
        self._run([*builder, "rebalance"])

    def _start_part(self, kind: str, configuration: str) -> None:
        path = self.folder / f"{kind}.conf"
        path.write_text(configuration)
        binaries = self._venv / "bin"
        self._spawn(
            kind,
            [binaries / "python", binaries / f"swift-{kind}-server", path, "verbose"],
            env={"PYTHONWARNINGS": "ignore"},
        )


def _without_attributes(folder: Path) -> str | None:
    """Return a reason if files in `folder` cannot have the extended attributes Swift writes."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        os.setxattr(folder, "user.bucketry", b"1")
        os.removexattr(folder, "user.bucketry")
    except OSError:
        return f"the file system of {folder} has no user extended attributes"
    return None
