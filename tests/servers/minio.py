"""MinIO on a folder."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import ClassVar

from servers.server import (
    HOST,
    VIRTUAL_HOST,
    Endpoint,
    Server,
    answers,
    free_ports,
    go_program,
    go_version,
)

INSTALL = "go install github.com/minio/minio@latest"


class Minio(Server):
    """MinIO, built from its sources with Go or found as a program."""

    name: ClassVar[str] = "minio"

    def missing(self) -> str | None:
        return None if go_program("minio") else f"minio is not installed ({INSTALL})"

    def _launch(self) -> Endpoint:
        ca, chain, key = self._certify()
        program = go_program("minio")
        assert program is not None
        (port,) = free_ports(1)
        endpoint = Endpoint(
            server=self.name,
            version=self._version(program),
            profile="minio",
            url=f"https://{HOST}:{port}",
            virtual_url=f"https://{VIRTUAL_HOST}:{port}",
            ca_bundle=str(ca),
        )
        certificates = self.folder / "certs"
        certificates.mkdir()
        chain.rename(certificates / "public.crt")
        key.rename(certificates / "private.key")
        self._spawn(
            "minio",
            [
                *(program, "server", "--quiet", "--address", f"127.0.0.1:{port}"),
                *("--certs-dir", certificates, self.folder / "data"),
            ],
            env={
                "MINIO_ROOT_USER": endpoint.access_key_id,
                "MINIO_ROOT_PASSWORD": endpoint.secret_access_key,
                "MINIO_DOMAIN": VIRTUAL_HOST,
                # Without a key of its own MinIO encrypts nothing.
                "MINIO_KMS_SECRET_KEY": f"test:{base64.b64encode(bytes(32)).decode()}",
                "MINIO_BROWSER": "off",
                "MINIO_UPDATE": "off",
            },
        )
        self._wait(lambda: answers(f"{endpoint.url}/minio/health/ready", ca), "MinIO")
        return endpoint

    def _version(self, program: Path) -> str:
        """Return the release, or the module version of a build by `go install`."""
        release = self._run([program, "--version"]).split()[2]
        if release != "DEVELOPMENT.GOGET":
            return release
        return go_version(program)
