"""What the commands share: where they write, the options they have in common, and errors as one clear line."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

out = Console(soft_wrap=False, highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

CourseOption = Annotated[str, typer.Option("--course", help="A course by name, or a course folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def fail(message: str) -> NoReturn:
    """One line on standard error, exit status 2."""
    err.print(" ".join(message.split()), markup=False)
    raise typer.Exit(2)


def plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn every error a user can cause or mend into one line."""

    @functools.wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except (ValueError, RuntimeError) as error:
            if not isinstance(error, user_errors()):
                raise
            fail(str(error))
        except OSError as error:
            fail(f"{error.filename or 'The file'}: {error.strerror or error}.")

    return wrapped


USER_ERRORS = {
    "assistant.accounts": "SignInError",
    "assistant.class_sets.submission": "ClassSetError",
    "assistant.cluster": "ClusterError",
    "assistant.corpus.building": "BuildError",
    "assistant.corpus.loading": "CourseError",
    "assistant.documents": "DocumentError",
    "assistant.nlp.pipeline": "PipelineError",
    "assistant.scoring.artefacts": "ArtefactError",
    "assistant.scoring.encoder_training": "TrainingExtraMissing",
    "assistant.service": "UnknownQuestion",
    "assistant.store.database": "StoreError",
    "assistant.training": "TrainingError",
}
"""What a user can cause or mend, by the module that raises it."""


def user_errors() -> tuple[type[Exception], ...]:
    """The classes of those errors that can have been raised: a module that was never needed is not loaded for its own."""
    return tuple(getattr(sys.modules[module], name) for module, name in USER_ERRORS.items() if module in sys.modules)


def print_json(value: Any) -> None:
    """JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))
