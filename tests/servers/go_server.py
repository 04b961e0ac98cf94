"""Servers that are one program, built from its sources with Go or found as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from servers.server import HOST, VIRTUAL_HOST, Endpoint, Server, answers, free_ports


class GoServer(Server):
    """Runs the program `name`, which Go builds from `module`; `ready` is answered when it is up."""

    module: ClassVar[str]
    ready: ClassVar[str] = ""

    @abstractmethod
    def _serve(self, program: Path, port: int, endpoint: Endpoint, tls: tuple[Path, Path]) -> None:
        """Start the program on a port, with the certificates and the key in `tls`."""

    def missing(self) -> str | None:
        if _find(self.name):
            return None
        return f"{self.name} is not installed (go install {self.module}@latest)"

    def _launch(self) -> Endpoint:
        ca, chain, key = self._certify()
        program = _find(self.name)
        assert program is not None
        (port,) = free_ports(1)
        endpoint = Endpoint(
            server=self.name,
            version=self._version(program),
            profile=self.name,
            url=f"https://{HOST}:{port}",
            virtual_url=f"https://{VIRTUAL_HOST}:{port}",
            ca_bundle=str(ca),
        )
        self._serve(program, port, endpoint, (chain, key))
        self._wait(lambda: answers(f"{endpoint.url}{self.ready}", ca), self.name)
        return endpoint

    def _version(self, program: Path) -> str:
        """Return the module's version of a program that `go install` has built."""
        shown = subprocess.run(
            ["go", "version", "-m", str(program)], capture_output=True, text=True, check=True
        )
        lines = [line.split() for line in shown.stdout.splitlines()]
        return next(line[2] for line in lines if line[:1] == ["mod"])


def _find(name: str) -> Path | None:
    """Return a program from the PATH or from where Go installs programs."""
    found = shutil.which(name)
    if found:
        return Path(found)
    folders = [Path.home() / "go"]
    if shutil.which("go"):
        answer = subprocess.run(["go", "env", "GOPATH"], capture_output=True, text=True, check=True)
        folders += [Path(folder) for folder in answer.stdout.strip().split(os.pathsep)]
    programs = (folder / "bin" / name for folder in folders)
    return next((program for program in programs if program.is_file()), None)
