"""The command line: thin commands over the service. Bad input gives one clear line and exit status 2."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from typer.exceptions import TyperException

from assistant import __version__
from assistant.accounts import SIGN_IN_VARIABLE
from assistant.batch_command import batch
from assistant.terminal import CourseOption, JsonOption, err, fail, out, plain_errors, print_json

if TYPE_CHECKING:
    from assistant.schemas import Feedback

app = typer.Typer(
    help="Practise history essays: find the factors, evidence and judgement in an answer, and what is missing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
corpus_app = typer.Typer(help="Build, check and look into a course.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")


def version_option(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"assistant {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=version_option, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Practise history essays with feedback that stays on this machine."""


@app.command()
@plain_errors
def serve(
    course: CourseOption = "stalin",
    port: Annotated[int, typer.Option(help="Port of the browser app.", min=1, max=65535)] = 8501,
    headless: Annotated[bool, typer.Option(help="Do not open a browser window.")] = False,
    address: Annotated[
        str, typer.Option(help="Address to serve at; any but this machine's own needs --sign-in.")
    ] = "localhost",
    sign_in: Annotated[
        Path | None,
        typer.Option("--sign-in", help="TOML file that says how people sign in, and who is a teacher: see the README."),
    ] = None,
) -> None:
    """Start the browser app: for this machine, or with --sign-in for a school."""
    from assistant.accounts import is_local
    from assistant.corpus.loading import find_course

    folder = find_course(course)
    if sign_in is None and not is_local(address):
        fail(f"Serving at {address} lets other machines in, so people must sign in: name the settings with --sign-in.")
    options = sign_in_options(sign_in) if sign_in else []
    router = Path(__file__).resolve().parent / "_data" / "streamlit_app.py"
    if not router.is_file():
        router = Path(__file__).resolve().parent.parent / "streamlit_app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(router)]
    command += ["--server.port", str(port), "--server.address", address]
    command += ["--browser.gatherUsageStats", "false", "--server.showEmailPrompt", "false"]
    command += ["--server.headless", str(headless).lower(), *options]
    environment = {**os.environ, "ASSISTANT_COURSE": str(folder.resolve())}
    if sign_in:
        environment[SIGN_IN_VARIABLE] = str(sign_in.resolve())
    raise typer.Exit(subprocess.run(command, env=environment, cwd=router.parent, check=False).returncode)


def sign_in_options(path: Path) -> list[str]:
    """What Streamlit must be told for people to sign in as a file says, once it has been found fit. Raises SignInError."""
    from assistant.accounts import SignInError, read_sign_in

    settings = read_sign_in(path)
    if importlib.util.find_spec("authlib") is None:
        raise SignInError("Signing in needs the extra 'school': pip install 'essay-practice-assistant[school]'.")
    # Streamlit lets a browser in by the name it knows the app by.
    return ["--secrets.files", str(path.resolve()), "--browser.serverAddress", settings.host]


@app.command()
@plain_errors
def questions(course: CourseOption = "stalin", as_json: JsonOption = False) -> None:
    """List the questions of a course."""
    from assistant.corpus.loading import load_course

    loaded = load_course(course)
    if as_json:
        print_json([question.model_dump(mode="json") for question in loaded.questions])
        return
    table = Table("Question", "Marks", "Prompt", title=loaded.title, show_lines=True)
    for question in loaded.questions:
        table.add_row(question.id, str(loaded.rubric.style(question.style).max_mark), question.prompt)
    out.print(table)


@app.command()
@plain_errors
def mark(
    file: Annotated[str, typer.Argument(help="The answer: .txt, .md, .docx, .odt or .pdf; - for standard input.")],
    question: Annotated[str, typer.Option("--question", "-q", help="The question's id, see 'assistant questions'.")],
    course: CourseOption = "stalin",
    as_json: JsonOption = False,
) -> None:
    """Mark one answer."""
    from assistant.corpus.loading import load_course
    from assistant.documents import MAX_BYTES, DocumentError, parse_document, read_document

    known = [entry.id for entry in load_course(course).questions]
    if question not in known:
        fail(f"There is no question '{question}'; the questions are: {', '.join(known)}.")
    if file == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise DocumentError(f"The answer is larger than {MAX_BYTES // 1_000_000} MB.")
        text = parse_document("standard input", data) if data.strip() else ""
        if not text:
            raise DocumentError("The answer holds no text.")
    else:
        text = read_document(Path(file))
    from assistant.service import engine

    feedback = engine(course).mark(question, text)
    if as_json:
        print_json(feedback.model_dump(mode="json"))
    else:
        print_feedback(feedback)


STATUS_SIGNS = {"developed": "●", "mentioned": "◐", "missing": "○"}


def print_feedback(feedback: Feedback) -> None:
    """Feedback for a terminal: what works, what to fix, what is missing, and then the level."""
    out.print(f"[bold]What works[/bold]  ({feedback.words} words)")
    for item in feedback.factors:
        if item.status != "missing":
            out.print(f"  {STATUS_SIGNS[item.status]} {item.title}: {item.status}", markup=False)
    for fact in feedback.evidence:
        sign = "✓" if fact.relevant else "·"
        out.print(f"    {sign} {fact.statement}", markup=False)
    if feedback.errors:
        out.print("\n[bold]To fix[/bold]")
        for error in feedback.errors:
            out.print(f"  ✗ {error.message} {error.correct}", markup=False)
    out.print("\n[bold]To think about[/bold]")
    for hint in feedback.hints[:5]:
        out.print(f"  ? {hint.nudge}", markup=False)
    out.print("\n[bold]By criterion[/bold]")
    for name, criterion in feedback.criteria.items():
        out.print(f"  {name}: {criterion.comment}", markup=False)
    low, high = feedback.mark_range
    out.print(
        f"\n[bold]Suggested[/bold]  level {feedback.level}, mark {feedback.mark} of {feedback.max_mark} "
        f"(likely {low} to {high}). A suggestion; only a teacher awards marks."
    )
    for reason in feedback.review_reasons:
        out.print(f"  ! I may be wrong here: {reason.message}", markup=False)


app.command()(batch)


@corpus_app.command("check")
@plain_errors
def corpus_check(
    folder: Annotated[str | None, typer.Argument(metavar="DIR", help="A course folder.")] = None,
    course: CourseOption = "stalin",
) -> None:
    """Check a course and name every problem by file, entry and field."""
    from assistant.corpus.checking import check_course
    from assistant.corpus.loading import find_course, load_course

    place = find_course(folder or course)
    problems = check_course(place)
    for problem in problems:
        err.print(str(problem), markup=False)
    if problems:
        fail(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found.")
    loaded = load_course(place)
    out.print(
        f"The course '{loaded.id}' is fit for use: {len(loaded.notes)} note lines, {len(loaded.facts)} facts, "
        f"{len(loaded.terms)} terms, {len(loaded.questions)} questions."
    )


@corpus_app.command("ledger")
@plain_errors
def corpus_ledger(course: CourseOption = "stalin", as_json: JsonOption = False) -> None:
    """Show what became of every note line."""
    from assistant.corpus.ledger import ledger
    from assistant.corpus.loading import load_course

    loaded = load_course(course)
    rows = ledger(loaded)
    if as_json:
        print_json([row.model_dump(mode="json") for row in rows])
        return
    table = Table("Line", "Note", "Kind", "Facts or reason")
    for row in rows:
        table.add_row(str(row.line), loaded.notes[row.line - 1], row.kind, ", ".join(row.facts) or row.reason)
    out.print(table)
    kinds = [row.kind for row in rows]
    out.print(
        f"{len(rows)} lines: {kinds.count('heading')} headings, {kinds.count('fact')} feed facts, {kinds.count('set-aside')} set aside."
    )


@corpus_app.command("errata")
@plain_errors
def corpus_errata(course: CourseOption = "stalin", as_json: JsonOption = False) -> None:
    """List the places where the notes are wrong."""
    from dataclasses import asdict

    from assistant.corpus.ledger import errata
    from assistant.corpus.loading import load_course

    rows = errata(load_course(course))
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table("Line", "The notes say", "Right is", "Why", "Certainty", show_lines=True)
    for row in rows:
        table.add_row(str(row.line), row.says, row.correct, row.why, row.certainty)
    out.print(table)
    out.print(f"{len(rows)} errata.")


@corpus_app.command("build")
@plain_errors
def corpus_build(
    notes: Annotated[
        Path,
        typer.Argument(
            help="Notes, one a line: a document, or a folder with notes.txt (and questions.yaml, rubric.yaml)."
        ),
    ],
    to: Annotated[Path, typer.Option("--out", help="Folder of the new course.")],
    questions_file: Annotated[Path | None, typer.Option("--questions", help="questions.yaml of the course.")] = None,
    rubric_file: Annotated[
        Path | None, typer.Option("--rubric", help="rubric.yaml; the A-level styles by default.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the course.")] = None,
) -> None:
    """Draft a course from notes."""
    from assistant.corpus.building import build_course

    summary = build_course(notes, to, questions_file, rubric_file, title)
    out.print(summary, markup=False, soft_wrap=True)


def tell(message: str) -> None:
    """A line on progress, on standard error."""
    err.print(message, markup=False)


@app.command()
@plain_errors
def train(
    course: CourseOption = "stalin",
    to: Annotated[Path | None, typer.Option("--out", help="Folder of the models.")] = None,
    seed: Annotated[int, typer.Option(help="Seeds everything random.")] = 0,
    estimators_only: Annotated[
        bool,
        typer.Option(
            "--estimators-only", help="Keep the encoder; refit the scikit-learn estimators (minutes, no torch)."
        ),
    ] = False,
    parts: Annotated[
        Path | None, typer.Option(help="Folder that keeps what is done; an interrupted training goes on from there.")
    ] = None,
) -> None:
    """Rebuild the models from the corpus."""
    from assistant.training import train_course

    train_course(course, to, seed, estimators_only, tell, parts)


@app.command()
@plain_errors
def evaluate(
    course: CourseOption = "stalin",
    responses: Annotated[Path | None, typer.Option(help="Marked responses (JSONL) never trained on.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the figures of the model card: cross-validated, or on a file of marked responses."""
    from assistant.evaluation import evaluate_course, evaluate_file, render

    report = (
        evaluate_file(course, responses) if responses else evaluate_course(course, lambda m: err.print(m, markup=False))
    )
    if as_json:
        print_json(report)
    else:
        for table in render(report):
            out.print(table)


def main() -> None:
    """Entry point of the command."""
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as error:  # a missing option, an unknown command; no command at all has shown the help
        if message := " ".join(error.format_message().split()):
            err.print(f"{message.rstrip('.')}. See 'assistant --help'.", markup=False)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
