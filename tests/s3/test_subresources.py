"""What a bucket is set up with: read, written again without a loss, and never taken for granted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from bucketry import AccessDenied, Provider, Unavailable, Unsupported
from bucketry_s3 import BytesBody, S3Answer
from bucketry_s3.layer import S3Layer
from bucketry_s3.objects.subresources import Subresource, subresource
from bucketry_s3.protocol.answers import understood
from bucketry_s3.protocol.requests import Place, request_for
from bucketry_s3.testing import Reply, StandIn

PLACE = Place.of("https://s3.example.com", "media", "path")
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def told(operation: str, body: bytes, *, marked: bool = True) -> dict[str, Any]:
    request = request_for(PLACE, operation, {"Bucket": "media"})
    headers = {"x-amz-request-id": "1"} if marked else {}
    answer = S3Answer(status=200, headers=headers, body=BytesBody(body))
    return understood(request, {"Bucket": "media"}, answer)


def tree(text: bytes) -> Any:
    def walk(element: ElementTree.Element) -> Any:
        inner = sorted(map(walk, element), key=repr)
        return element.tag.rpartition("}")[2], (element.text or "").strip(), inner

    return walk(ElementTree.fromstring(text))


# MinIO's and Ceph's own elements, and one that nobody knows yet.
LIFECYCLE = """
<LifecycleConfiguration{}>
  <Rule><ID>old logs</ID><Status>Enabled</Status><Filter><And><Prefix>logs/</Prefix>
    <Tag><Key>a</Key><Value>b &amp; c</Value></Tag></And></Filter>
    <Expiration><Date>2030-01-01T00:00:00Z</Date>
      <ExpiredObjectAllVersions>true</ExpiredObjectAllVersions></Expiration>
    <DelMarkerExpiration><Days>3</Days></DelMarkerExpiration>
  </Rule>
  <Rule><Status>Disabled</Status><Prefix/><Transition><Days>30</Days>
    <StorageClass>GLACIER</StorageClass><To><Where x="1">&lt;far&gt;</Where></To></Transition>
  </Rule>
  <Later>1</Later>
</LifecycleConfiguration>"""


@pytest.mark.parametrize("namespace", ["", f' xmlns="{NAMESPACE}"'])
def test_nothing_that_is_not_understood_gets_lost(namespace: str) -> None:
    document = LIFECYCLE.format(namespace).encode()

    read = told("GetBucketLifecycleConfiguration", document)
    del read["ResponseMetadata"]
    written = request_for(
        PLACE,
        "PutBucketLifecycleConfiguration",
        {"Bucket": "media", "LifecycleConfiguration": read},
    )

    without_attribute = document.replace(b' x="1"', b"")
    assert tree(without_attribute) == tree(bytes(written.body))
    root = ElementTree.fromstring(bytes(written.body))
    assert {f"{{{NAMESPACE}}}"} == {each.tag.partition("}")[0] + "}" for each in root.iter()}


def test_a_time_that_would_get_lost_is_no_answer() -> None:
    rule = b"<Rule><Status>Enabled</Status><Expiration><Date>soon</Date></Expiration></Rule>"
    with pytest.raises(Unavailable, match="'soon' is no time"):
        told(
            "GetBucketLifecycleConfiguration",
            b"<LifecycleConfiguration>%b</LifecycleConfiguration>" % rule,
        )


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("GetBucketVersioning", b"<html>Sign in</html>"),
        ("GetBucketVersioning", b""),
        ("GetBucketCors", b"<html><br>"),
        ("GetPublicAccessBlock", b"<OwnershipControls/>"),
        ("GetBucketPolicy", b"<html>Sign in</html>"),
        ("GetBucketPolicy", b'{"error": "sign in"}'),
        ("GetBucketPolicy", b"[" * 100_000),
    ],
)
def test_a_page_in_between_says_nothing_about_a_bucket(operation: str, body: bytes) -> None:
    with pytest.raises(Unavailable, match="the answer is not S3's"):
        told(operation, body, marked=False)


def test_an_empty_document_says_that_nothing_is_set() -> None:
    assert "Status" not in told("GetBucketVersioning", b"<VersioningConfiguration/>")


# Ceph 16 answers what it does not know with a listing, or with 200 and nothing.
@pytest.mark.parametrize("operation", ["GetBucketOwnershipControls", "GetPublicAccessBlock"])
@pytest.mark.parametrize("body", [b"<ListBucketResult><Name>media</Name></ListBucketResult>", b""])
def test_a_server_that_lists_instead_has_no_such_thing(operation: str, body: bytes) -> None:
    with pytest.raises(Unsupported, match=f"the server has no {operation}"):
        told(operation, body)


def test_what_real_servers_write_in_a_way_of_their_own_is_read() -> None:
    status = told(
        "GetBucketPolicyStatus", b"<PolicyStatus><IsPublic>TRUE</IsPublic></PolicyStatus>"
    )
    assert status["PolicyStatus"] == {"IsPublic": True}  # MinIO
    root = b"BlockPublicAccessBlockConfiguration"  # Ceph 16
    block = told(
        "GetPublicAccessBlock", b"<%b><BlockPublicAcls>true</BlockPublicAcls></%b>" % (root, root)
    )
    assert block["PublicAccessBlockConfiguration"] == {"BlockPublicAcls": True}


@pytest.fixture
def bucket(open_on: Callable[..., Provider]) -> Any:
    return open_on().layer(S3Layer).bucket.begin()


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("GetBucketCors", "NoSuchCORSConfiguration"),
        ("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        ("GetBucketPolicy", "NoSuchBucketPolicy"),
        ("GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("GetBucketOwnershipControls", "OwnershipControlsNotFoundError"),
        ("GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ],
)
def test_what_is_not_set_is_none_and_no_error(
    server: StandIn, bucket: Any, operation: Subresource, code: str
) -> None:
    server.faults.add(operation, Reply.error(404, code))
    assert subresource(bucket, operation) is None

    server.faults.add(operation, Reply.error(403, "AccessDenied"))
    with pytest.raises(AccessDenied):
        subresource(bucket, operation)
