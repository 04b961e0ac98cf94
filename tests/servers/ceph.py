"""Ceph's object gateway with a monitor and one in-memory storage daemon behind it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from servers.server import HOST, VIRTUAL_HOST, Endpoint, Server, answers, free_ports, not_found

_CONFIGURATION = """\
[global]
fsid = {fsid}
mon initial members = a
mon host = {monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
# The gateway would insist on an encrypted monitor session, which needs cephx, and retry for ever.
ms mon client mode = crc
keyring = {folder}/keyring
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
log file = {folder}/log/$name.log
crash dir = {folder}/log
# One copy on one storage daemon is enough.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon max pg per osd = 1000
# The host's disk may be nearly full: the data is in memory.
mon data avail warn = 1
mon data avail crit = 1
# Creating a pool waits for several proposals; the default of 1 s each makes the start slow.
paxos propose interval = 0.05
paxos min wait = 0.01
[mon]
mon data = {folder}/mon
mon cluster log file = {folder}/log/cluster.log
[osd]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 8589934592
[client.rgw]
rgw data = {folder}/rgw
rgw dns name = {virtual_host}
rgw frontends = beast tcp_nodelay=1 endpoint=127.0.0.1:{plain_port} \
ssl_endpoint=127.0.0.1:{port} ssl_certificate={chain} ssl_private_key={key}
"""


class Ceph(Server):
    """RADOS Gateway, with TLS and without."""

    name: ClassVar[str] = "ceph"

    def missing(self) -> str | None:
        return not_found(
            {
                "ceph-mon": "ceph-mon",
                "ceph-osd": "ceph-osd",
                "radosgw": "radosgw",
                "ceph": "ceph-common",
            }
        )

    def _launch(self) -> Endpoint:
        ca, chain, key = self._certify()
        monitor_port, port, plain_port = free_ports(3)
        monitor = f"[v2:127.0.0.1:{monitor_port}]"
        fsid = str(uuid.uuid4())
        for name in ("mon", "osd", "rgw", "run"):
            (self.folder / name).mkdir()
        (self.folder / "keyring").touch()
        configuration = self.folder / "ceph.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=self.folder,
                fsid=fsid,
                monitor=monitor,
                virtual_host=VIRTUAL_HOST,
                port=port,
                plain_port=plain_port,
                chain=chain,
                key=key,
            )
        )
        endpoint = Endpoint(
            server=self.name,
            version=self._run(["radosgw", "--version"]).split()[2],
            profile="ceph",
            other_profiles=["ionos"],
            url=f"https://{HOST}:{port}",
            virtual_url=f"https://{VIRTUAL_HOST}:{port}",
            plain_url=f"http://{HOST}:{plain_port}",
            ca_bundle=str(ca),
        )
        self._start_storage(configuration, fsid, monitor)
        self._spawn("rgw", ["radosgw", "-c", configuration, "-n", "client.rgw", "-f"])
        self._wait(lambda: answers(endpoint.url, ca), "the gateway")
        self._run(
            [
                *("radosgw-admin", "-c", configuration, "-n", "client.rgw"),
                *("user", "create", "--uid=bucketry", "--display-name=bucketry"),
                f"--access-key={endpoint.access_key_id}",
                f"--secret={endpoint.secret_access_key}",
            ]
        )
        return endpoint

    def _start_storage(self, configuration: Path, fsid: str, monitor: str) -> None:
        """Start the monitor and the storage daemon, as the manual deployment guide does."""
        ceph: list[str | Path] = ["ceph", "-c", configuration, "--connect-timeout", "5"]
        osd_id = str(uuid.uuid4())
        monmap = self.folder / "monmap"
        self._run(["monmaptool", "--create", "--fsid", fsid, "--addv", "a", monitor, monmap])
        self._run(
            [
                *("ceph-mon", "-c", configuration, "-i", "a", "--mkfs"),
                *("--monmap", monmap, "--keyring", self.folder / "keyring"),
            ]
        )
        self._spawn("mon", ["ceph-mon", "-c", configuration, "-i", "a", "-f"])
        self._run([*ceph, "osd", "new", osd_id])
        osd: list[str | Path] = ["ceph-osd", "-c", configuration, "-i", "0"]
        self._run([*osd, "--mkfs", "--osd-uuid", osd_id])
        self._run([*ceph, "osd", "crush", "add", "osd.0", "1.0", "host=localhost", "root=default"])
        self._spawn("osd", [*osd, "-f"])
        self._wait(lambda: "1 up" in self._run([*ceph, "osd", "stat"]), "the storage daemon")
