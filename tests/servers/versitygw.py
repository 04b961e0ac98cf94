"""The Versity S3 Gateway in front of a folder."""

from __future__ import annotations

from pathlib import Path

from servers.go_server import GoServer
from servers.server import VIRTUAL_HOST, Endpoint


class Versitygw(GoServer):
    """versitygw with its posix backend, which keeps what is not data in extended attributes."""

    name = "versitygw"
    module = "github.com/versity/versitygw/cmd/versitygw"

    def _serve(self, program: Path, port: int, endpoint: Endpoint, tls: tuple[Path, Path]) -> None:
        data, versions = self.folder / "data", self.folder / "versions"
        data.mkdir()
        versions.mkdir()
        chain, key = tls
        self._spawn(
            "versitygw",
            [
                *(program, "--port", f"127.0.0.1:{port}", "--region", endpoint.region),
                *("--cert", chain, "--key", key, "--virtual-domain", f"{VIRTUAL_HOST}:{port}"),
                *("posix", "--versioning-dir", versions, data),
            ],
            env={
                "ROOT_ACCESS_KEY": endpoint.access_key_id,
                "ROOT_SECRET_KEY": endpoint.secret_access_key,
            },
        )
