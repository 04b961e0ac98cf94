"""The way to the server."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import trustme

from doctor.seeds.plot import Plot, certified, free_port, seed, website


@seed("the host has no address", "unknown-host")
def unknown_host(plot: Plot) -> None:
    resolve = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "s3.nowhere.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **kwargs)

    plot.around.enter_context(mock.patch.object(socket, "getaddrinfo", look_up))
    plot.options["endpoint"] = "https://s3.nowhere.example"


@seed("nobody listens", "no-connection")
def nobody_listens(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{free_port()}"


@seed("nobody vouches for the certificate", "certificate-untrusted")
def untrusted(plot: Plot) -> None:
    other = trustme.CA()
    folder = plot.around.enter_context(tempfile.TemporaryDirectory())
    other.cert_pem.write_to_path(f"{folder}/other.pem")
    plot.options["ca_bundle"] = f"{folder}/other.pem"


@seed("the certificate has another name", "certificate-name")
def other_name(plot: Plot) -> None:
    plot.later.append(
        lambda server: plot.options.update(endpoint=f"https://a.b.localhost:{server.port}")
    )


@seed("the certificate has run out", "certificate-expired")
def expired_certificate(plot: Plot) -> None:
    context = certified(plot, "localhost", not_after=datetime.now(UTC) - timedelta(days=1))
    listening = plot.around.enter_context(socket.create_server(("127.0.0.1", 0)))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with contextlib.suppress(OSError):
                    context.wrap_socket(connection, server_side=True).close()
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    plot.options["endpoint"] = f"https://localhost:{listening.getsockname()[1]}"


@seed("the port speaks no TLS", "no-tls")
def no_tls(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{website(plot, 200, b'', tls=False)}"


@seed("plain http to a port with TLS", "no-answer")
def tls_there(plot: Plot) -> None:
    plot.later.append(
        lambda server: plot.options.update(endpoint=f"http://localhost:{server.port}")
    )


@seed("the authorities cannot be read", "bad-ca-bundle")
def bad_bundle(plot: Plot) -> None:
    plot.options["ca_bundle"] = __file__


@seed("nobody listens where the proxy should be", "proxy-unreachable")
def no_proxy(plot: Plot) -> None:
    _proxied(plot, free_port())


@seed("the proxy wants a password", "proxy-refuses")
def proxy_with_password(plot: Plot) -> None:
    _proxied(plot, website(plot, 407, b"", tls=False))


@seed("the proxy lets nobody through", "proxy-refuses")
def closed_proxy(plot: Plot) -> None:
    _proxied(plot, website(plot, 403, b"", tls=False))


def _proxied(plot: Plot, port: int) -> None:
    proxies = {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "NO_PROXY": "", "no_proxy": ""}
    plot.around.enter_context(mock.patch.dict(os.environ, proxies))


@seed("a website answers", "not-s3")
def website_answers(plot: Plot) -> None:
    page = b"<html><title>Sign in</title></html>"
    plot.options["endpoint"] = f"https://localhost:{website(plot, 200, page)}"


@seed("a web server knows no such page", "not-s3")
def page_not_found(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{website(plot, 404, b'no such page')}"


@seed("a gateway denies", "not-s3")
def gateway_denies(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{website(plot, 403, b'<html>blocked</html>')}"


@seed("a login page asks for a password", "not-s3")
def login(plot: Plot) -> None:
    asking = {"WWW-Authenticate": 'Basic realm="intranet"'}
    plot.options["endpoint"] = f"https://localhost:{website(plot, 401, b'', asking)}"


@seed("the endpoint leads to a login page", "redirected")
def to_login(plot: Plot) -> None:
    onward = {"Location": "/login"}
    plot.options["endpoint"] = f"https://localhost:{website(plot, 302, b'', onward)}"


@seed("a gateway fails", "server-trouble")
def bad_gateway(plot: Plot) -> None:
    plot.options["endpoint"] = f"https://localhost:{website(plot, 502, b'bad gateway')}"


@seed("the endpoint is a redirect", "redirected")
def redirect(plot: Plot) -> None:
    onward = {"Location": "https://www.example.com/"}
    plot.options["endpoint"] = f"https://localhost:{website(plot, 301, b'', onward)}"


@seed("the endpoint's path is wrong", "wrong-path")
def wrong_path(plot: Plot) -> None:
    plot.server["base_path"] = "/storage/v1/s3"
    plot.later.append(
        lambda server: plot.options.update(endpoint=f"https://localhost:{server.port}")
    )


@seed("the server fails", "server-trouble")
def failing(plot: Plot) -> None:
    plot.deny("ListObjectsV2", code="InternalError", status=500)


@seed("the server asks to slow down", "rate-limited")
def slow_down(plot: Plot) -> None:
    plot.deny("ListObjectsV2", code="SlowDown", status=503)
