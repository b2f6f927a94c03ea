"""Set up and run, with nothing but Python 3.11 or newer: `python3 run.py app` or `python3 run.py tests`.

Makes a virtual environment in `.venv`, installs exactly what the lock files name (checked by hash), installs the
project itself, and starts what was asked for. Running it again only repeats what has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "installed"


def install(lock: Path) -> None:
    """Install `lock` and the project into `.venv`, unless exactly that was done before."""
    wanted = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamps = STAMP.read_text().split() if STAMP.exists() else []
    if wanted in stamps:
        return
    if not PYTHON.exists():
        print("Making a virtual environment in .venv ...", flush=True)
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    print(f"Installing what {lock.name} names (a few minutes the first time) ...", flush=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT], check=True)
    # The tests' lock holds everything the app's lock holds, so the app need not be installed again after it.
    both = [wanted]
    if lock.name == "requirements-dev.lock":
        app = ROOT / "requirements.lock"
        both.append(hashlib.sha256(app.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest())
    STAMP.write_text(" ".join(both))


def install_programs() -> None:
    """Install what tests drive from Debian's packages where that can be done; the tests say so where it cannot."""
    missing = []
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        missing.append("chromium")
    if not shutil.which("initdb") and not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing.append("postgresql")
    if missing and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"Installing {' and '.join(missing)} for the tests ...", flush=True)
        subprocess.run(["apt-get", "-qq", "update"], check=False)
        subprocess.run(
            ["apt-get", "-qq", "-y", "install", "--no-install-recommends", *missing],
            check=False,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )


def main(arguments: list[str]) -> int:
    """Run `app` or `tests`; further arguments go to Streamlit's port option or to pytest."""
    if sys.version_info < (3, 11):
        print("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ".", file=sys.stderr)
        return 2
    if not arguments or arguments[0] not in ("app", "tests", "setup"):
        print("Usage: python3 run.py app | tests [pytest options] | setup", file=sys.stderr)
        return 2
    task, rest = arguments[0], arguments[1:]
    try:
        install(ROOT / ("requirements.lock" if task == "app" else "requirements-dev.lock"))
    except subprocess.CalledProcessError:
        print("The installation failed; the lines above say why. Nothing else was changed.", file=sys.stderr)
        return 2
    if task == "setup":
        return 0
    if task == "app":
        return subprocess.run([PYTHON, "-m", "assistant", "serve", *rest], cwd=ROOT).returncode
    install_programs()
    return subprocess.run([PYTHON, "-m", "pytest", *rest], cwd=ROOT).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
