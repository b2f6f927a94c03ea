"""The command that starts the app: to this machine alone, or to a school whose people sign in."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from assistant import cli
from assistant.accounts import SIGN_IN_VARIABLE

SETTINGS = """
[auth]
redirect_uri = "https://essays.school.example/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "essays"
client_secret = "kept"
server_metadata_url = "https://accounts.example/.well-known/openid-configuration"

[roles]
teachers = ["ann@school.example"]
"""


@pytest.fixture
def serve(monkeypatch, course_folder):
    """Runs `assistant serve`; what it would have started, or None."""
    started = []

    def run(command, env, cwd, check):
        started.append(SimpleNamespace(command=command, env=env))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.delenv(SIGN_IN_VARIABLE, raising=False)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["assistant", "serve", "--course", str(course_folder), *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return (left.value.code or 0), (started[-1] if started else None)

    return call


def option(started, name):
    return started.command[started.command.index(name) + 1]


def test_on_its_own_machine_nobody_signs_in(serve):
    status, started = serve("--headless")
    assert status == 0
    assert option(started, "--server.address") == "localhost"
    assert SIGN_IN_VARIABLE not in started.env
    assert "--secrets.files" not in started.command
    # Started for the first time at a keyboard, Streamlit would ask for an email address and wait for it.
    assert option(started, "--server.showEmailPrompt") == option(started, "--browser.gatherUsageStats") == "false"


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "essays.school.example"])
def test_no_other_machine_comes_in_without_signing_in(serve, capsys, address):
    status, started = serve("--address", address)
    assert (status, started) == (2, None)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "people must sign in" in said and "--sign-in" in said


def test_a_school_signs_in(serve, tmp_path):
    file = tmp_path / "sign-in.toml"
    file.write_text(SETTINGS)
    status, started = serve("--address", "0.0.0.0", "--sign-in", file)
    assert status == 0
    assert option(started, "--server.address") == "0.0.0.0"
    assert option(started, "--secrets.files") == str(file)
    assert option(started, "--browser.serverAddress") == "essays.school.example"
    assert started.env[SIGN_IN_VARIABLE] == str(file)


@pytest.mark.parametrize("content", [None, "", "[auth", SETTINGS.replace("ann@school.example", "ann")])
def test_settings_that_are_not_fit_start_nothing(serve, tmp_path, capsys, content):
    file = tmp_path / "sign-in.toml"
    if content is not None:
        file.write_text(content)
    for address in ("localhost", "0.0.0.0"):
        status, started = serve("--address", address, "--sign-in", file)
        assert (status, started) == (2, None)
        assert capsys.readouterr().err.count("\n") == 1


def test_the_extra_is_asked_for_where_it_is_missing(serve, tmp_path, capsys, monkeypatch):
    file = tmp_path / "sign-in.toml"
    file.write_text(SETTINGS)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert serve("--sign-in", file) == (2, None)
    assert "essay-practice-assistant[school]" in capsys.readouterr().err


def test_the_app_by_itself_is_for_this_machine_alone(root):
    import tomllib

    settings = tomllib.loads((root / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "localhost"
