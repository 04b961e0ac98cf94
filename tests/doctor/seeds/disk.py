"""Files on disk."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from unittest import mock

from doctor.seeds.plot import Plot, free_port, seed, website


@seed("a file stands where the folder should be", "bad-directory")
def file_for_folder(plot: Plot) -> None:
    plot.on_disk(directory=__file__)


@seed("nobody serves the files", "not-served")
def not_served(plot: Plot) -> None:
    plot.on_disk(base_url=f"http://127.0.0.1:{free_port()}")


@seed("the disk is nearly full", "little-space")
def little_space(plot: Plot) -> None:
    plot.on_disk()
    usage = SimpleNamespace(total=100, used=99, free=1)
    plot.around.enter_context(mock.patch.object(shutil, "disk_usage", return_value=usage))


@seed("another server answers for the files", "signed-link")
def served_by_another(plot: Plot) -> None:
    plot.on_disk(base_url=f"http://127.0.0.1:{website(plot, 404, b'nothing here', tls=False)}")
