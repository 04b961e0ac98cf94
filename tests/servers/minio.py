"""MinIO on a folder."""

from __future__ import annotations

import base64
from pathlib import Path

from servers.go_server import GoServer
from servers.server import VIRTUAL_HOST, Endpoint


class Minio(GoServer):
    """MinIO."""

    name = "minio"
    module = "github.com/minio/minio"
    ready = "/minio/health/ready"

    def _serve(self, program: Path, port: int, endpoint: Endpoint, tls: tuple[Path, Path]) -> None:
        certificates = self.folder / "certs"
        certificates.mkdir()
        for file, name in zip(tls, ("public.crt", "private.key"), strict=True):
            file.rename(certificates / name)
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

    def _version(self, program: Path) -> str:
        """Return the release, or the module version of a build by `go install`."""
        release = self._run([program, "--version"]).split()[2]
        return super()._version(program) if release == "DEVELOPMENT.GOGET" else release
