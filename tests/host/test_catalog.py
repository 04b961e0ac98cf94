"""The catalog lists without importing, and one bad plugin hurts nobody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bucketry import PluginError, Vendor
from bucketry.host.catalog import BLOCK_VARIABLE, GROUP, Catalog, Listed, installed
from host.distributions import entries, install, vendor_module

RAISES = "raise RuntimeError('imported')\n"


def _refusal(catalog: Catalog, name: str) -> str:
    with pytest.raises(PluginError) as caught:
        catalog.load(name)
    return str(caught.value)


def test_listing_imports_nothing(site: Path) -> None:
    install(site, "bucketry-acme", {"acme": "acme_bomb:vendor"}, {"acme_bomb.py": RAISES})
    install(site, "bucketry-zed", {"zed": "zed_bomb:vendor", "abc": "zed_bomb:other"},
            {"zed_bomb.py": RAISES}, version="2.1")  # fmt: skip
    catalog = Catalog(entries(site))
    assert list(catalog) == [
        Listed("abc", "bucketry-zed 2.1", "zed_bomb:other"),
        Listed("acme", "bucketry-acme 1.0", "acme_bomb:vendor"),
        Listed("zed", "bucketry-zed 2.1", "zed_bomb:vendor"),
    ]
    assert catalog.names() == ["abc", "acme", "zed"]
    assert catalog.distribution("acme") == "bucketry-acme 1.0"
    assert catalog.distribution("nobody") == ""
    assert "acme_bomb" not in sys.modules
    assert "zed_bomb" not in sys.modules


def test_loading_imports_only_what_is_asked_for_and_once(site: Path) -> None:
    counts = site / "imports"
    counted = f"with open({str(counts)!r}, 'a') as file:\n    file.write('x')\n"
    good = counted + vendor_module("acme")
    install(site, "bucketry-acme", {"acme": "acme_good:vendor"}, {"acme_good.py": good})
    install(site, "bucketry-zed", {"zed": "zed_bomb:vendor"}, {"zed_bomb.py": RAISES})
    catalog = Catalog(entries(site))
    vendor = catalog.load("acme")
    assert isinstance(vendor, Vendor)
    assert (vendor.name, catalog.load("acme")) == ("acme", vendor)
    assert counts.read_text() == "x"
    assert "zed_bomb" not in sys.modules


def test_a_name_offered_twice_names_both_and_spares_the_others(site: Path) -> None:
    install(site, "bucketry-r2-plus", {"r2": "r2_plus:vendor"}, {"r2_plus.py": RAISES})
    install(site, "acme-storage", {"r2": "acme_r2:vendor"}, {"acme_r2.py": RAISES}, version="3")
    install(site, "bucketry-acme", {"acme": "acme_two:vendor"},
            {"acme_two.py": vendor_module("acme")})  # fmt: skip
    catalog = Catalog(entries(site))
    said = _refusal(catalog, "r2")
    assert said.startswith("r2: offered by ")
    assert "bucketry-r2-plus 1.0 (r2_plus:vendor)" in said
    assert "acme-storage 3 (acme_r2:vendor)" in said
    assert said.endswith("; uninstall one or block the name")
    assert [listed.name for listed in catalog] == ["acme", "r2", "r2"]
    assert catalog.load("acme").name == "acme"


def test_a_distribution_may_not_offer_one_name_for_two_modules(site: Path) -> None:
    install(site, "bucketry-acme", {})
    lines = f"[{GROUP}]\nacme = acme_a:vendor\nacme = acme_b:vendor\n"
    (site / "bucketry_acme-1.0.dist-info" / "entry_points.txt").write_text(lines)
    assert _refusal(Catalog(entries(site)), "acme").startswith(
        "acme: offered by bucketry-acme 1.0 (acme_a:vendor) and bucketry-acme 1.0 (acme_b:vendor)"
    )


def test_a_distribution_that_is_on_the_path_twice_counts_once(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An editable checkout is seen as a folder and as an installation."""
    other = tmp_path_factory.mktemp("other")
    for folder in (site, other):
        install(folder, "bucketry-acme", {"acme": "acme_twice:vendor"},
                {"acme_twice.py": vendor_module("acme")})  # fmt: skip
    catalog = Catalog(entries(site, other))
    assert len(list(catalog)) == 1
    assert catalog.load("acme").name == "acme"


BROKEN = [
    # module text, what is said about it
    ("raise RuntimeError('no licence')", "it cannot be loaded: RuntimeError: no licence"),
    ("import missing_sdk",
     "it cannot be loaded: ModuleNotFoundError: No module named 'missing_sdk'"),
    ("import sys; sys.exit('bye')", "it cannot be loaded: SystemExit: bye"),
    ("raise GeneratorExit", "it cannot be loaded: GeneratorExit: "),
    ("def broken(:\n", "it cannot be loaded: SyntaxError: invalid syntax"),
    ("x = 1", "it cannot be loaded: AttributeError: module"),
    ("vendor = 7", "it is of type int, not a bucketry.Vendor"),
    ("from bucketry import Vendor as vendor", "it is of type type, not a bucketry.Vendor"),
    (vendor_module("acme").replace("options=Options", "options=dict"),
     "the Vendor's options must be an attrs class"),
    (vendor_module("acme").replace("options=Options", "options=Options()"),
     "the Vendor's options must be an attrs class"),
    (vendor_module("acme").replace("schema=SchemaFile(", "schema=dict("),
     "the Vendor's schema is of type dict, not SchemaSource"),
    (vendor_module("acme").replace("capabilities=Capabilities()", "capabilities=None"),
     "the Vendor's capabilities is of type NoneType, not Capabilities"),
    (vendor_module("acme").replace("docs_url=", "hookspecs=None, docs_url="),
     "the Vendor's hookspecs is of type NoneType, not Sequence"),
    (vendor_module("acme").replace("docs_url=", "max_expires_in='week', docs_url="),
     "the Vendor's max_expires_in is of type str, not int"),
    (vendor_module("acme").replace("docs_url=", "protected_params=['Key'], docs_url="),
     "the Vendor's protected_params is of type list, not Set"),
    (vendor_module("acme").replace("    signed_url_expires: int = 900\n", ""),
     "the Vendor's options lack signed_url_expires, which all vendors' options have"),
    (vendor_module("acme2"), "the Vendor calls itself 'acme2'; both names must agree"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), BROKEN)
def test_a_plugin_that_cannot_be_loaded_is_named_and_spares_the_others(
    site: Path, text: str, reason: str
) -> None:
    install(site, "bucketry-acme", {"acme": "acme_broken:vendor"}, {"acme_broken.py": text})
    install(site, "bucketry-good", {"good": "good:vendor"}, {"good.py": vendor_module("good")})
    catalog = Catalog(entries(site))
    said = _refusal(catalog, "acme")
    assert said.startswith(f"acme (bucketry-acme 1.0, acme_broken:vendor): {reason}")
    if "cannot be loaded" in reason:
        assert said.endswith("; report it to its authors")
    assert _refusal(catalog, "acme") == said
    assert catalog.load("good").name == "good"


def test_the_cause_of_a_failed_import_is_kept_for_its_authors(site: Path) -> None:
    install(site, "bucketry-acme", {"acme": "acme_cause:vendor"}, {"acme_cause.py": RAISES})
    with pytest.raises(PluginError) as caught:
        Catalog(entries(site)).load("acme")
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_an_interruption_while_importing_is_no_broken_plugin(site: Path) -> None:
    install(site, "bucketry-acme", {"acme": "acme_stop:vendor"},
            {"acme_stop.py": "raise KeyboardInterrupt"})  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        Catalog(entries(site)).load("acme")


def test_listing_does_not_pay_for_a_slow_import(site: Path) -> None:
    install(
        site, "bucketry-slow", {"slow": "acme_slow:vendor"}, {"acme_slow.py": vendor_module("slow")}
    )
    catalog = Catalog(entries(site))
    assert [listed.name for listed in catalog] == ["slow"]
    assert "acme_slow" not in sys.modules
    catalog.load("slow")
    assert "acme_slow" in sys.modules


def test_a_metadata_folder_without_metadata_hurts_nobody(site: Path) -> None:
    install(site, "bucketry-odd", {"odd": "acme_odd:vendor"})
    (site / "bucketry_odd-1.0.dist-info" / "METADATA").unlink()
    install(site, "bucketry-good", {"good": "good:vendor"}, {"good.py": vendor_module("good")})
    catalog = Catalog(entries(site))
    assert catalog.names() == ["good", "odd"]
    assert catalog.load("good").name == "good"
    assert "odd (" in _refusal(catalog, "odd")


@pytest.mark.parametrize("text", [b"[bucketry.providers]\nno equals sign\n", b"\xff\xfe"])
def test_entry_points_that_cannot_be_read_are_left_out_by_name(site: Path, text: bytes) -> None:
    install(site, "bucketry-garbled", {})
    (site / "bucketry_garbled-1.0.dist-info" / "entry_points.txt").write_bytes(text)
    install(site, "bucketry-good", {"good": "good:vendor"}, {"good.py": vendor_module("good")})
    with pytest.warns(RuntimeWarning, match="'bucketry-garbled' is left out: its entry points"):
        catalog = Catalog()
    assert {"aws", "good", "r2"} <= set(catalog.names())
    assert catalog.load("good").name == "good"
    assert catalog.load("aws").name == "aws"


# -- names -----------------------------------------------------------------------------------


def test_a_name_that_nobody_offers_gets_the_nearest_and_the_list(site: Path) -> None:
    install(site, "bucketry-acme", {"wasabi": "x:vendor", "minio": "x:vendor"})
    catalog = Catalog(entries(site))
    assert _refusal(catalog, "wasaby") == (
        "wasaby: no installed plugin offers this; did you mean 'wasabi'? Installed: minio, wasabi"
    )
    assert _refusal(catalog, "quux") == (
        "quux: no installed plugin offers this; Installed: minio, wasabi"
    )


def test_a_bundle_that_lacks_what_names_its_plugins_is_told_so() -> None:
    assert "its *.dist-info is missing" in _refusal(Catalog([]), "r2")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("r3", "'r2' or 's3'"), ("R2", "'r2'"), ("3s", "'s3'"), ("gsc", "'gcs'"), ("x", None)],
)
def test_a_short_name_is_near_what_differs_by_a_letter(
    site: Path, name: str, meant: str | None
) -> None:
    install(site, "bucketry-acme", {"r2": "x:vendor", "s3": "x:vendor", "gcs": "x:vendor"})
    said = _refusal(Catalog(entries(site)), name)
    offered = f"did you mean {meant}? " if meant else ""
    assert said == f"{name}: no installed plugin offers this; {offered}Installed: gcs, r2, s3"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AWS", "aws"),
        ("amazon", "aws"),
        ("Google", "gcs"),
        ("cloudflare", "r2"),
        ("spaces", "digitalocean"),
    ],
)
def test_who_writes_the_company_s_or_the_product_s_name_is_told_ours(name: str, meant: str) -> None:
    assert f"did you mean {meant!r}? Installed" in _refusal(Catalog(), name)


@pytest.mark.parametrize("block", ["acme", " zed , acme ", "acme,", ",,acme"])
def test_a_blocked_name_is_neither_listed_nor_imported(
    site: Path, monkeypatch: pytest.MonkeyPatch, block: str
) -> None:
    install(site, "bucketry-acme", {"acme": "acme_blocked:vendor"}, {"acme_blocked.py": RAISES})
    install(site, "bucketry-good", {"good": "good:vendor"}, {"good.py": vendor_module("good")})
    monkeypatch.setenv(BLOCK_VARIABLE, block)
    catalog = Catalog(entries(site))
    assert _refusal(catalog, "acme") == "acme: blocked by BUCKETRY_BLOCK"
    assert [listed.name for listed in catalog] == ["good"]
    assert "acme_blocked" not in sys.modules
    assert catalog.load("good").name == "good"


def test_blocking_by_argument_takes_the_place_of_the_variable(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "bucketry-good", {"good": "good:vendor"}, {"good.py": vendor_module("good")})
    monkeypatch.setenv(BLOCK_VARIABLE, "good")
    assert Catalog(entries(site), block=()).load("good").name == "good"
    assert Catalog(entries(site), block=["good"]).names() == []


def test_a_blocked_name_is_not_suggested(site: Path) -> None:
    install(site, "bucketry-acme", {"wasabi": "x:vendor", "minio": "x:vendor"})
    catalog = Catalog(entries(site), block=["wasabi"])
    assert "did you mean" not in _refusal(catalog, "wasaby")


# -- the real environment --------------------------------------------------------------------


def test_the_built_in_vendors_are_installed_through_the_same_group() -> None:
    catalog = installed()
    assert {"aws", "local", "minio", "r2", "s3"} <= set(catalog.names())
    assert catalog is installed()
    for name in ("aws", "local", "r2"):
        assert catalog.distribution(name).startswith("bucketry ")
        assert catalog.load(name).name == name


def test_listing_the_environment_imports_no_plugin() -> None:
    """In a process of its own, because this one has imported plenty."""
    code = (
        "import sys\n"
        "from bucketry.host.catalog import installed\n"
        "names = installed().names()\n"
        "assert 'r2' in names, names\n"
        "loaded = [m for m in sys.modules if m.startswith(('bucketry_', 'boto'))]\n"
        "assert loaded == [], loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_installed_third_party_is_found_like_the_built_in_ones(site: Path) -> None:
    install(site, "bucketry-acme", {"acme": "acme_found:vendor"},
            {"acme_found.py": vendor_module("acme")})  # fmt: skip
    catalog = Catalog()
    assert {"acme", "aws"} <= set(catalog.names())
    assert catalog.load("acme").title == "Acme"


def test_taking_over_a_built_in_name_is_refused_by_name(site: Path) -> None:
    install(site, "evil-r2", {"r2": "evil_r2:vendor"}, {"evil_r2.py": vendor_module("r2")})
    catalog = Catalog()
    said = _refusal(catalog, "r2")
    assert "evil-r2 1.0 (evil_r2:vendor)" in said
    assert "(bucketry_vendors.r2:vendor)" in said
    assert "evil_r2" not in sys.modules
    assert catalog.load("aws").name == "aws"


def test_a_vendor_is_shown_by_its_name_and_not_by_its_facts() -> None:
    assert repr(installed().load("aws")) == "<Vendor 'aws': Amazon S3>"
