"""Signers for CDNs, against vectors that others have published."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

import bucketry
from bucketry import InvalidExpiry, InvalidInput, Provider, SignRequest, Unsupported
from bucketry_cdn import CloudFront, TokenSigner, bunny, cloudflare
from snippets import run

NOW = 1_700_000_000

# The public half of a key that the tests of the AWS CLI sign with.
CLI_KEY = b"""-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9V3AbaAks3cqqpghX4dF3i4rg
rZROm11G7HAG5ewFCEs20DSs4DtRcEQQzHXX2MjkP9pwz8y4YACthCr/nRIuP2BH
S4NnGzmsY34Up+snMDPgudNi7PwrcRyAnKrOHELOwU5RX5N9oMuzqpC0207bSBjF
mrAQEBy4WyWbLQ6drwIDAQAB
-----END PUBLIC KEY-----
"""
CANNED = (
    b'{"Statement":[{"Resource":"https://d111111abcdef8.cloudfront.net/image.jpg",'
    b'"Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}'
)
OF_A_NETWORK = (
    b'{"Statement":[{"Resource":"https://d111111abcdef8.cloudfront.net/*","Condition":'
    b'{"DateLessThan":{"AWS:EpochTime":1767290400},"IpAddress":{"AWS:SourceIp":"10.0.0.0/8"}}}]}'
)
PUBLISHED = [
    (
        CANNED,
        hashes.SHA1(),
        "iONoMLnhiCy9q1~WB9GkR2DiHz18I85i3o6kZ64REf-fCSOg-AyXEZiq7fJuS~DT-kbZXjVpgIQqI4sCTcBW9XpO6dyJ"
        "5sh8Igk3V~OVncS9acGVnI~ZhHBWiGhU8GmkEMAhn6R2RGO-wKGClrXdJGEUE26XoALdHUzHbmU6AGI_",
    ),
    (
        CANNED,
        hashes.SHA256(),
        "LiC~LakvNvZtR~AsTcirQ0CAsy-YIZmpHmI9uImK4xJmrhVdJULhWmRt3bXO7qqw2gJDECZN-xC~bKWEKcJ9Vgs1IgpR"
        "dMkY6XGDKZ1XHBdNbd~0v5UiRf4zXwVMRqoynkQPQcihkze7RkDBsOoYHh9jDdtO1iDm0QZ1Qp~cxro_",
    ),
    (
        OF_A_NETWORK,
        hashes.SHA256(),
        "OzeonPh-NS8g3trdsFAo5LrMBEx1ef05GvdmWuLai6AaBLP63PVJRUGySYmGfQ-NqQ02geWzo7aZS7XFtkr4X1z9VTbQ"
        "MfmzZftbuRXoP5ZDhFzVnSX3DeoEW8jP3BrOLHJsKwFCY5alIR4zO6LpqFmR5vVmqMYpRcbafg3~X18_",
    ),
]


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))


@pytest.mark.parametrize(("policy", "digest", "signature"), PUBLISHED, ids=["sha1", "sha256", "ip"])
def test_the_policies_here_are_what_others_sign(
    policy: bytes, digest: hashes.HashAlgorithm, signature: str
) -> None:
    key = serialization.load_pem_public_key(CLI_KEY)
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(_bytes(signature), policy, padding.PKCS1v15(), digest)


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem


@pytest.fixture
def front(rsa_key: rsa.RSAPrivateKey) -> CloudFront:
    return CloudFront(
        "https://d111111abcdef8.cloudfront.net/", "K1TESTKEY", _pem(rsa_key), clock=lambda: NOW
    )


def test_cloudfront_signs_the_published_policies(
    front: CloudFront, rsa_key: rsa.RSAPrivateKey
) -> None:
    url = front.signed("https://d111111abcdef8.cloudfront.net/image.jpg", 1767290400)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    public = rsa_key.public_key()
    public.verify(_bytes(query.pop("Signature")), CANNED, padding.PKCS1v15(), hashes.SHA256())
    assert query == {
        "Expires": "1767290400",
        "Key-Pair-Id": "K1TESTKEY",
        "Hash-Algorithm": "SHA256",
    }

    cookies = front.cookies("*", datetime.fromtimestamp(1767290400, UTC), ip="10.0.0.0/8")
    told = {name: value.reveal() for name, value in cookies.items()}
    assert _bytes(told["CloudFront-Policy"]) == OF_A_NETWORK
    public.verify(
        _bytes(told["CloudFront-Signature"]), OF_A_NETWORK, padding.PKCS1v15(), hashes.SHA256()
    )
    assert told["CloudFront-Key-Pair-Id"] == "K1TESTKEY"
    assert told["CloudFront-Policy"] not in repr(cookies)


def test_the_older_digest_is_not_named_and_a_start_is_in_the_policy(
    rsa_key: rsa.RSAPrivateKey,
) -> None:
    front = CloudFront("https://cdn.example", "K1", _pem(rsa_key).decode(), digest="SHA1")
    url = front.signed("https://cdn.example/a?size=large", 2_000_000_000, starts=1_999_999_000)
    assert url.startswith("https://cdn.example/a?size=large&Policy=")
    query = parse_qs(urlsplit(url).query)
    assert sorted(query) == ["Key-Pair-Id", "Policy", "Signature", "size"]
    (statement,) = json.loads(_bytes(query["Policy"][0]))["Statement"]
    assert statement["Resource"] == "https://cdn.example/a?size=large"
    assert statement["Condition"] == {
        "DateLessThan": {"AWS:EpochTime": 2_000_000_000},
        "DateGreaterThan": {"AWS:EpochTime": 1_999_999_000},
    }


def test_elliptic_keys_sign(front: CloudFront) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    front = CloudFront("https://d111111abcdef8.cloudfront.net", "K1", _pem(key))
    url = front.signed("https://d111111abcdef8.cloudfront.net/image.jpg", 1767290400)
    signature = _bytes(parse_qs(urlsplit(url).query)["Signature"][0])
    key.public_key().verify(signature, CANNED, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidInput, match="SHA256 only"):
        CloudFront("https://cdn.example", "K1", _pem(key), digest="SHA1")
    with pytest.raises(InvalidInput, match="P-256"):
        CloudFront("https://cdn.example", "K1", _pem(ec.generate_private_key(ec.SECP384R1())))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda f: f.signed("https://x/a", 2_147_483_648), "2038"),
        (lambda f: f.signed("https://x/a", 2_000, starts=2_000), "after it starts"),
        (lambda f: f.signed("https://x/a", datetime(2026, 1, 1)), "time zone"),
        (lambda f: f.signed("https://x/a", 1.5), "seconds"),
        (lambda f: f.signed("https://x/a", True), "seconds"),
        (lambda f: f.signed("https://x/\n", 2_000), "ASCII"),
        (lambda f: f.signed('https://x/"}', 2_000), "ASCII"),
        (lambda f: f.signed("https://x/ü", 2_000), "ASCII"),
        (lambda f: f.signed("https://x/a", 2_000, ip="::1"), "IPv4"),
        (lambda f: f.signed("https://x/a", 2_000, ip='1.2.3.4"'), "IPv4"),
    ],
)
def test_what_a_policy_cannot_hold_is_refused(front: CloudFront, call: Any, says: str) -> None:
    with pytest.raises((InvalidInput, InvalidExpiry), match=says):
        call(front)


@pytest.mark.parametrize("key", [b"no key", "", None, 7])
def test_what_is_no_key_is_refused_without_showing_it(key: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        CloudFront("https://cdn.example", "K1", key)
    assert "no key" not in str(caught.value)


# bunny.net's own vectors.
@pytest.mark.parametrize(
    ("path", "token"), [("/300kb.jpg", "HS256-o10JRWlsAItyAsdKS6jJKjabHN4FrFsplDHPV1idcX4")]
)
def test_bunny(path: str, token: str) -> None:
    signer = bunny("https://token-tester.b-cdn.net", "SecurityKey")
    url = f"https://token-tester.b-cdn.net{path}"
    assert signer.signed(url, 1598024587) == f"{url}?token={token}&expires=1598024587"


# Computed with openssl from the formula that Cloudflare documents.
@pytest.mark.parametrize(
    ("key", "path", "mac"),
    [
        ("mysecrettoken", "/images/cat.jpg", "XsZ5NmtNBxOd4f4fBOtqVmpWRnDRNkHKVZieqDPKu3U%3D"),
        ("mysecretkey", "/download/cat.jpg", "JcOQEFurDwNF66OcDJLopQxjsg3cB1KVO5%2BBFS9zZZ0%3D"),
    ],
)
def test_cloudflare(key: str, path: str, mac: str) -> None:
    signer = cloudflare("https://cdn.example", key, life=3600, clock=lambda: 1484063787)
    url = f"https://cdn.example{path}"
    assert signer.signed(url, 1484063787 + 3600) == f"{url}?verify=1484063787-{mac}"
    shorter = signer.signed(url, 1484063787 + 60)
    assert f"?verify={1484063787 + 60 - 3600}-" in shorter
    with pytest.raises(InvalidExpiry, match="3600 seconds at most"):
        signer.signed(url, 1484063787 + 3601)


def test_a_token_of_ones_own() -> None:
    # printf '/a b.txt1700000060' | openssl dgst -sha1 -hmac k
    signer = TokenSigner(
        "https://cdn.example",
        "k",
        message="{path}{expires}",
        query="e={expires}&h={token}",
        digest="sha1",
        decoded=True,
    )
    assert signer.signed("https://cdn.example/a%20b.txt", 1700000060) == (
        "https://cdn.example/a%20b.txt?e=1700000060&h=2e28a3ca666cf354fbf2173eea3cb91c25d8ccaa"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": "{path}"},
        {"message": "{expires}"},
        {"query": "expires={expires}"},
        {"query": "token={token}"},
        {"message": "{path}{expires}{host}"},
        {"message": "{path}{expires}{"},
        {"digest": "md7"},
        {"encoding": "rot13"},
        {"key": ""},
        {"address": "https://cdn.example/?a=b"},
        {"address": "cdn.example"},
        {"address": None},
    ],
)
def test_what_cannot_be_a_token_is_refused_when_the_layer_is_made(wrong: dict[str, Any]) -> None:
    given = {"address": "https://cdn.example", "key": "k"} | wrong
    with pytest.raises(InvalidInput):
        TokenSigner(given.pop("address"), given.pop("key"), **given)


@pytest.fixture
def media(tmp_path: Path) -> Provider:
    return bucketry.open_provider(
        {
            "provider": "local",
            "directory": str(tmp_path),
            "root_path": "site",
            "base_url": "http://127.0.0.1:8900",
        }
    )


def test_a_provider_signs_for_the_cdn_and_uploads_to_the_bucket(
    media: Provider, front: CloudFront
) -> None:
    behind = media.with_layer(front)
    behind.upload(b"x", key="ü/a b.txt")
    assert behind.is_private("ü/a b.txt")
    signed = behind.sign("ü/a b.txt", expires_in=60)
    assert signed.expires_at == datetime.fromtimestamp(NOW + 60, UTC)
    start = "https://d111111abcdef8.cloudfront.net/site/%C3%BC/a%20b.txt?Expires=1700000060&"
    assert signed.reveal().startswith(start)
    assert behind.url("ü/a b.txt", expires_in=60).startswith(start)
    assert [one.reveal()[:20] for one in behind.sign_many(["a"]).values()] == [start[:20]]
    for method in ("HEAD", "PUT", "DELETE"):
        assert "cloudfront" not in behind.sign("a", method=method).reveal()
    refused: list[Any] = [{"download_name": "b.txt"}, {"version": "1"}]
    for options in refused:
        with pytest.raises(Unsupported, match="response headers, versions or request headers"):
            behind.sign("a", **options)
    with pytest.raises(Unsupported, match="request headers"):
        front.bucketry_sign(SignRequest(key="a", method="GET", expires_in=60, headers={"x": "y"}))
    assert "Signature" not in repr(signed)


@pytest.mark.parametrize("pattern", ["videos/*", "videos/?.ts"])
def test_cookies_for_several_objects_have_a_policy(front: CloudFront, pattern: str) -> None:
    assert "CloudFront-Policy" in front.cookies(pattern, 2_000)
    assert "CloudFront-Expires" in front.cookies("videos/1.ts", 2_000)


def test_a_folder_of_the_bucket_is_the_cdns_root(media: Provider) -> None:
    behind = media.with_layer(bunny("https://media.b-cdn.net/x", "k", folder="site/public"))
    assert behind.url("public/a.txt").startswith("https://media.b-cdn.net/x/a.txt?token=HS256-")
    with pytest.raises(InvalidInput, match="site/public"):
        behind.url("private/a.txt")


def test_neither_key_is_shown(front: CloudFront) -> None:
    signer = bunny("https://media.b-cdn.net", "top-secret")
    assert "top-secret" not in f"{signer!r} {vars(signer)!r}"
    assert "PRIVATE KEY" not in f"{front!r} {vars(front)!r}"


def test_every_snippet_of_the_page_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    front: CloudFront,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bucketry.toml").write_text(
        '[providers.media]\nprovider = "local"\ndirectory = "files"\n'
        'base_url = "http://127.0.0.1:8900"\n',
        "utf-8",
    )
    namespace = run("docs/howto/signing-for-a-cdn.md")
    link, _, upload = capsys.readouterr().out.splitlines()
    assert link.startswith("https://media.b-cdn.net/photos/cat.jpg?token=HS256-")
    assert upload == "http://127.0.0.1:8900/photos/cat.jpg?***"
    assert sorted(namespace["cookies"](front)) == [
        "CloudFront-Hash-Algorithm",
        "CloudFront-Key-Pair-Id",
        "CloudFront-Policy",
        "CloudFront-Signature",
    ]
