"""Starting is quick only while nothing heavy is imported before it is needed."""

import subprocess
import sys

import pytest

HEAVY = (
    "sklearn",
    "scipy.stats",
    "pandas",
    "streamlit",
    "torch",
    "transformers",
    "matplotlib",
    "sqlalchemy",
    "distributed",
)


@pytest.mark.parametrize("module", ["assistant.cli", "assistant.service"])
def test_no_heavy_library_is_imported_to_mark(root, module):
    program = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
