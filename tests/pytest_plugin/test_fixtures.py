"""The fixtures that applications get, in runs of pytest of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

USED = """
    import bucketry
    import pytest

    @pytest.mark.parametrize("number", range(2))
    def test_files_on_disk(bucketry_provider, tmp_path, number):
        assert list(bucketry_provider.list()) == []
        bucketry_provider.upload(b"x", key="a.txt")
        assert bucketry_provider.read("a.txt") == b"x"
        assert (tmp_path / "bucketry" / "a.txt").is_file()

    @pytest.mark.parametrize("s3_server", ["tigris", "minio"], indirect=True)
    def test_a_vendor(s3_server):
        assert s3_server.objects("media") == {}
        with bucketry.open_provider(s3_server.configuration(root_path="top")) as media:
            assert media.vendor.name == s3_server.personality.name
            media.upload(b"x", key="a.txt")
            assert media.read("a.txt") == b"x"
        assert list(s3_server.objects("media")) == ["top/a.txt"]

    def test_the_default(s3_server):
        assert s3_server.personality.name == "aws"
"""


# It takes a second to load, and is no part of this.
QUICK = ("-p", "no:hypothesispytest")


def test_each_test_has_files_and_a_server_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USED)
    pytester.runpytest_subprocess("-n", "2", *QUICK).assert_outcomes(passed=5)


def test_what_is_no_vendor_is_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("s3_server", ["awz", 7], indirect=True)
        def test_a_vendor(s3_server):
            pass
        """
    )
    result = pytester.runpytest_subprocess(*QUICK)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*awz*", "*s3_server takes the name of a vendor, not 7*"])


def test_what_is_missing_is_named(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['trustme'] = None")
    pytester.makepyfile("def test_a_vendor(s3_server): pass")
    result = pytester.runpytest_subprocess(*QUICK)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*s3_server needs trustme: pip install 'bucketry[[]testing]'*"])


def test_nothing_is_imported_until_a_fixture_is_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_unused():
            ours = [name for name in sys.modules if name.partition(".")[0].startswith("bucketry")]
            assert ours == ["bucketry_pytest"]
            assert "boto3" not in sys.modules
        """
    )
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


def test_the_module_imports_pytest_alone() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import bucketry_pytest; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['bucketry_pytest']"
