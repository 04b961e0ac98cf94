"""The Versity S3 Gateway in front of a folder."""

from __future__ import annotations

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

INSTALL = "go install github.com/versity/versitygw/cmd/versitygw@latest"


class Versitygw(Server):
    """versitygw with its posix backend, which keeps what is not data in extended attributes."""

    name: ClassVar[str] = "versitygw"

    def missing(self) -> str | None:
        return None if go_program("versitygw") else f"versitygw is not installed ({INSTALL})"

    def _launch(self) -> Endpoint:
        ca, chain, key = self._certify()
        program = go_program("versitygw")
        assert program is not None
        (port,) = free_ports(1)
        endpoint = Endpoint(
            server=self.name,
            version=go_version(program),
            profile="versitygw",
            url=f"https://{HOST}:{port}",
            virtual_url=f"https://{VIRTUAL_HOST}:{port}",
            ca_bundle=str(ca),
        )
        data, versions = self.folder / "data", self.folder / "versions"
        data.mkdir()
        versions.mkdir()
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
        self._wait(lambda: answers(endpoint.url, ca), "versitygw")
        return endpoint
