"""The arrows between packages run one way, and importing is cheap."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import bucketry
from bucketry.host.catalog import installed

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core/bucketry"
PLUGINS = ROOT / "plugins"
INTEGRATIONS = ROOT / "integrations"


def _modules(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found, f"no modules in {folder}"
    return found


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield ``(module, name)`` of each import anywhere in a file; name is "" for a whole module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield from ((str(node.module), alias.name) for alias in node.names)


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_core_imports_no_plugin_no_integration_and_no_sdk_anywhere() -> None:
    found = [
        f"{_shown(path)} imports {module}"
        for path in _modules(CORE)
        for module, _ in _imports(path)
        if module.startswith("bucketry_") or module.split(".")[0] in ("boto3", "botocore", "awscrt")
    ]
    assert found == []


def _docstrings(tree: ast.AST) -> set[int]:
    """Texts that stand alone: docstrings of modules, classes, functions and attributes."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string of the code, docstrings and comments left out."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in docstrings:
            yield getattr(node, "lineno", 0), text


def _names(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of each name that the code gives or uses."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for kind in ("id", "attr", "name", "arg"):
            name = getattr(node, kind, None)
            if isinstance(name, str):
                yield getattr(node, "lineno", 0), name


def test_core_names_no_plugin_in_a_text_either() -> None:
    """As ``import_module("bucketry_s3")`` would."""
    others = [path.name for path in (*PLUGINS.glob("*_*"), *INTEGRATIONS.glob("*_*"))]
    assert len(others) >= 13
    found = [
        f"{_shown(path)}:{line}: {text!r}"
        for path in _modules(CORE)
        for line, text in _texts(path)
        if re.search(rf"\b({'|'.join(others)})\b", text)
    ]
    assert found == []


NAMED: dict[str, set[str]] = {
    # An example that the demo prints, to be continued on a real vendor.
    "core/bucketry/cli/demo.py": {"r2", "cloudflare"},
    # The report of a conformance run names the versions of what was tried.
    "core/bucketry/testing/runner.py": {"boto3"},
    # The values of the portable option `encryption.type`, which all vendors spell so.
    "core/bucketry/model/objects.py": {"aws"},
    "core/bucketry/testing/cases/encryption.py": {"aws"},
    "core/bucketry/testing/cases/facts.py": {"aws"},
}
"""Files of core that name a vendor, a dialect or the SDK, and why."""


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Za-z0-9]+", text)}


def test_core_names_no_vendor_no_dialect_and_no_sdk() -> None:
    """Neither in a text nor in a name; `local` and `s3`, which stands for any server, may be."""
    vendors = set(installed().names()) - {"local", "s3"}
    assert {"aws", "r2"} <= vendors
    words = vendors | {"amazon", "amazonaws", "boto3", "botocore", "cloudflare", "strapi"}
    found: dict[str, set[str]] = {}
    for path in _modules(CORE):
        for _, text in (*_texts(path), *_names(path)):
            if _words(text) & words:
                found.setdefault(_shown(path), set()).update(_words(text) & words)
    assert found == NAMED


NATIVE: dict[str, set[str]] = {
    # Names of our own.
    "core/bucketry/model/__init__.py": {"ChecksumAlgorithm"},
    # The headers of HTTP.
    "core/bucketry/serving/headers.py": {"ETag", "Expires"},
    "core/bucketry/testing/cases/signed.py": {"Range"},
    # To be the family's: cases that set native parameters.
    "core/bucketry/testing/cases/access.py": {"ACL"},
    "core/bucketry/testing/cases/contract.py": {"Body", "Bucket", "ContentType", "Key"},
    "core/bucketry/testing/cases/copying.py": {"Bucket", "Key"},
    "core/bucketry/testing/cases/headers.py": {"Metadata", "WebsiteRedirectLocation"},
    "core/bucketry/testing/cases/tags.py": {"Tagging"},
    "core/bucketry/testing/cases/upload.py": {"Body", "Bucket", "Key"},
}  # fmt: skip
"""Files of core with a text that is spelled like a parameter of the SDK, and why."""


def test_core_spells_no_native_parameter() -> None:
    from botocore.session import get_session

    model = get_session().get_service_model("s3")
    shapes = [model.operation_model(name).input_shape for name in model.operation_names]
    native = {name for shape in shapes if shape is not None for name in shape.members}
    assert {"ACL", "ContentType", "Key"} <= native
    found: dict[str, set[str]] = {}
    for path in _modules(CORE):
        for _, text in _texts(path):
            if text in native:
                found.setdefault(_shown(path), set()).add(text)
    assert found == NATIVE


def test_the_s3_family_knows_no_vendor_and_local_knows_no_s3() -> None:
    forbidden = {
        "bucketry_s3": ("bucketry_vendors", "bucketry_local"),
        "bucketry_local": ("bucketry_vendors", "bucketry_s3", "boto3", "botocore"),
    }
    found = [
        f"{_shown(path)} imports {module}"
        for package, others in forbidden.items()
        for path in _modules(PLUGINS / package)
        for module, _ in _imports(path)
        if module.split(".")[0] in others
    ]
    assert found == []


def _pages() -> list[Path]:
    return [path for path in _modules(PLUGINS / "bucketry_vendors") if path.stem != "__init__"]


@pytest.mark.parametrize("page", _pages(), ids=lambda path: path.stem)
def test_a_page_needs_its_family_and_public_names_only(page: Path) -> None:
    """What a built-in vendor may use, a third party may use."""
    family = {"bucketry_s3"}
    for module, name in _imports(page):
        root = module.split(".")[0]
        if root == "bucketry":
            assert module in ("bucketry", "bucketry.model", "bucketry.vendor"), (
                f"{module} is the host's own"
            )
            assert module != "bucketry" or name in bucketry.__all__, f"{name} is not public"
        else:
            assert root in sys.stdlib_module_names | {"attrs", "__future__"} | family, module
        assert not name.startswith("_"), f"{module}.{name} is private"


@pytest.mark.parametrize(
    ("dialect", "tool"), [("bucketry_django_storages", "django"), ("bucketry_strapi", "")]
)
def test_a_dialect_needs_public_names_only(dialect: str, tool: str) -> None:
    for path in _modules(PLUGINS / dialect):
        for module, name in _imports(path):
            root = module.split(".")[0]
            if root == "bucketry":
                assert module in ("bucketry", "bucketry.config"), f"{module} is the host's own"
                assert name in importlib.import_module(module).__all__, f"{name} is not public"
            else:
                assert root in sys.stdlib_module_names | {"attrs", "__future__", dialect, tool}


def test_an_integration_needs_public_names_only() -> None:
    """And its framework's, but no plugin's and no other integration's."""
    for path in _modules(INTEGRATIONS):
        for module, name in _imports(path):
            root = module.split(".")[0]
            if root == "bucketry":
                public = ("bucketry", "bucketry.aio", "bucketry.layers", "bucketry.serving")
                assert module in public, f"{module} is the host's own"
                assert name in importlib.import_module(module).__all__, f"{name} is not public"
            elif root.startswith("bucketry"):
                assert root == path.relative_to(INTEGRATIONS).parts[0], f"{module} is another's"


def test_no_package_reaches_into_anothers_private_names() -> None:
    found = []
    for path in [*_modules(CORE), *_modules(PLUGINS), *_modules(INTEGRATIONS)]:
        package = path.relative_to(ROOT).parts[1]
        found += [
            f"{_shown(path)}: {module}.{name}"
            for module, name in _imports(path)
            if module.startswith("bucketry")
            and module.split(".")[0] != package
            and (name.startswith("_") or "._" in module)
        ]
    assert found == []


# -- public names ----------------------------------------------------------------------------

PUBLIC = ["bucketry", "bucketry.aio", "bucketry.config", "bucketry.doctor", "bucketry.layers",
          "bucketry.serving", "bucketry.setup", "bucketry.testing", "bucketry_local", "bucketry_s3",
          "bucketry_s3.testing"]  # fmt: skip


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("package", PUBLIC)
def test_all_is_sorted_and_everything_in_it_exists(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__all__ == sorted(set(module.__all__), key=_order)
    for name in module.__all__:
        assert not isinstance(getattr(module, name), ModuleType)
        assert not name.startswith("_")


def test_everything_that_is_imported_to_be_public_is_declared() -> None:
    names = {
        name
        for name, value in vars(bucketry).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert names == set(bucketry.__all__)


def test_what_is_public_is_bucketrys_own_and_documented() -> None:
    for name in bucketry.__all__:
        value = getattr(bucketry, name)
        if name.isupper() or name in ("hookimpl", "hookspec"):
            continue
        assert value.__module__.split(".")[0] == "bucketry", name
        assert inspect.getdoc(value), name


def test_types_are_shipped() -> None:
    plugins = [PLUGINS / name for name in ("bucketry_local", "bucketry_s3")]
    integrations = [path for path in INTEGRATIONS.iterdir() if path.name.startswith("bucketry_")]
    assert integrations
    for package in (CORE, *plugins, *integrations):
        assert (package / "py.typed").is_file()


# -- what importing costs --------------------------------------------------------------------

HEAVY = (
    *("boto3", "botocore", "awscrt", "urllib3", "jsonschema", "referencing", "cattrs"),
    *("click", "rich", "yaml", "pytest", "anyio"),
    *("bucketry_s3", "bucketry_vendors", "bucketry_local"),
)


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import bucketry", ()),
        ("from bucketry import *", ()),
        ("import bucketry.testing", ()),
        ("import bucketry.host.catalog; bucketry.host.catalog.installed().names()", ()),
        ("import bucketry.aio", ("anyio",)),
        ("import bucketry_s3", ("bucketry_s3",)),
        ("import bucketry_vendors.r2", ("bucketry_s3", "bucketry_vendors")),
        ("import bucketry_local", ("bucketry_local",)),
    ],
)
def test_importing_is_cheap(statement: str, allowed: tuple[str, ...]) -> None:
    """In a process of its own, because this one has imported plenty."""
    code = (
        f"import sys\n{statement}\n"
        f"print(sorted({{m.split('.')[0] for m in sys.modules}} & set({HEAVY!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert ast.literal_eval(done.stdout) == sorted(allowed)


# -- size ------------------------------------------------------------------------------------

MAX_LINES = 350
LONGER = {
    "core/bucketry/provider/facade.py": "every public method with its documentation",
    "core/bucketry/hookspecs.py": "the contract: every hook with its documentation and example",
    "plugins/bucketry_vendors/aws.py": "one vendor's facts, and the addresses of its partitions",
    "plugins/bucketry_s3/testing/wire_cases.py": "conformance cases, one after the other",
}
"""Modules that are longer, and why that is easier to read than two."""


def test_modules_can_be_read_at_one_sitting() -> None:
    lengths = {
        _shown(path): len(path.read_text("utf-8").splitlines())
        for folder in (CORE, PLUGINS, ROOT / "schemas", INTEGRATIONS)
        for path in _modules(folder)
    }
    assert {name for name, lines in lengths.items() if lines > MAX_LINES} <= set(LONGER)
    assert set(LONGER) <= set(lengths)
