import re

import pytest
import typer
from typer.main import get_command

from assistant.cli import app


def commands(group, path=()):
    """Every command by the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(get_command(app)))


def test_the_commands_are_found():
    assert {
        ("serve",),
        ("mark",),
        ("batch",),
        ("corpus", "check"),
        ("train",),
        ("evaluate",),
    } <= COMMANDS.keys()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_readme_names_the_command(root, words):
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"\bassistant {' '.join(words)}\b", readme)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_command_and_each_of_its_options_has_help(words):
    command = COMMANDS[words]
    assert (command.help or "").strip()
    for parameter in command.params:
        if isinstance(parameter, typer.core.TyperOption):
            assert parameter.help, f"{parameter.opts} has no help"


def test_the_readme_shows_pictures_that_are_there_and_says_what_is_in_them(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", readme)
    assert len(pictures) >= 3
    for words, place in pictures:
        assert len(words) > 40 and (root / place).is_file()
