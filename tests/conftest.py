"""A small course, and a pipeline and encoder without trained models, so that most tests need neither."""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import settings
from spacy.language import Language

from assistant.nlp.encoder import DIMENSIONS, EncodedSentence
from assistant.nlp.pipeline import build_blank
from assistant.nlp.reading import Reading, read_doc
from assistant.schemas import Course, Criterion, Fact, Factor, Key, Level, Question, Rubric, Style, Term
from assistant.scoring.bank_cache import CACHE_VARIABLE

# A shared machine is slow at times; a slow example is no failure. Nothing is written beside the tests.
settings.register_profile("project", deadline=None, max_examples=60, database=None)
settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps what tests read of banks out of the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


def term(name: str, kind: str = "concept", **spellings: tuple[str, ...]) -> Term:
    return Term(term=name, kind=kind, gloss=f"What {name} was.", **spellings)


def fact(number: int, statement: str, **details: object) -> Fact:
    details = {"nudge": f"Nudge {number}?", "cue": f"Cue {number}.", **details}
    return Fact(id=f"fact-{number}", lines=(number,), statement=statement, **details)


@pytest.fixture(scope="session")
def course() -> Course:
    """Ten notes, eight facts, two questions: one with two sides to a view, one without."""
    return Course(
        id="small",
        title="A small course",
        notes=(
            "THE STRUGGLE",
            "Stalin was General Secretary from 1922 and chose who got which post",
            "Trotsky was arrogant and missed Lenin's funeral in January 1924",
            "K and Z turned on Stalin too late, in the United Opposition of 1926",
            "LS at the bottom",
            "THE PLANS",
            "First Five-Year Plan launched 1928, coal output doubled by 1932",
            "Stakhanov mined 102 tonnes in one shift, August 1935",
            "about 25-30% of livestock lost by 1930",
            "a third of peasants had joined by 1930",
        ),
        headings=(1, 6),
        set_aside={5: "a label of the notes"},
        facts=(
            fact(2, "Stalin was General Secretary from 1922.", key=Key(dates=("1922",), names=("Stalin",))),
            fact(
                3,
                "Trotsky missed Lenin's funeral.",
                key=Key(dates=("1924-01",), names=("Leon Trotsky", "Lenin")),
            ),
            fact(4, "Kamenev and Zinoviev opposed Stalin too late.", key=Key(dates=("1926/1927",))),
            fact(7, "Coal output doubled.", key=Key(dates=("1928/1932",), numbers=("doubled",))),
            fact(8, "Stakhanov mined 102 tonnes.", key=Key(dates=("1935-08",), numbers=("102 tonnes",))),
            fact(9, "A quarter of all livestock was lost.", key=Key(numbers=("25-30% of livestock",))),
            fact(10, "A third of all peasants had joined.", key=Key(numbers=("a third",))),
        ),
        terms=(
            term("Stalin", "person", aliases=("Joseph Stalin",), misspellings=("Stallin",)),
            term("Leon Trotsky", "person", aliases=("Trotsky",), misspellings=("Trotski",)),
            term("Lenin", "person"),
            term("Lenin's Testament", "event", aliases=("the Testament",)),
            term("Zinoviev", "person"),
            term("Kamenev", "person"),
            term(
                "collectivisation",
                aliases=("collectivization", "collective farming"),
                misspellings=("colectivisation",),
            ),
            term("machine tractor station", "organisation", abbreviations=("MTS", "MP")),
            term("Gosplan", "organisation"),
        ),
        questions=(
            Question(
                id="struggle",
                topic="rise",
                style="essay-25",
                prompt="'Stalin won because his rivals were weak.' How far do you agree?",
                factors=(
                    Factor(
                        id="rivals",
                        title="Weak rivals",
                        stance="for",
                        lines=(3, 4),
                        nudge="Who lost, and why?",
                    ),
                    Factor(id="party", title="Control of the party", stance="against", lines=(2,)),
                    Factor(
                        id="economy",
                        title="A turn in policy",
                        stance="against",
                        lines=(2, 7),
                        nudge="Which policy?",
                    ),
                ),
            ),
            Question(
                id="plans",
                topic="economy",
                style="explain-12",
                prompt="Explain why output rose during the first two plans.",
                factors=(
                    Factor(id="workers", title="Model workers", stance="other", lines=(8,)),
                    Factor(id="coal", title="Heavy industry", stance="other", lines=(7,)),
                    Factor(id="farms", title="Collective farms", stance="other", lines=(9, 10)),
                ),
            ),
        ),
        rubric=Rubric(
            styles=(
                Style(id="essay-25", max_mark=25, minutes=45, levels=_levels(25, 5)),
                Style(id="explain-12", max_mark=12, minutes=20, levels=_levels(12, 3)),
            ),
            criteria=tuple(Criterion(id=name, title=name, asks="?") for name in ("factors", "evidence", "judgement")),
        ),
        version="0" * 12,
    )


def _levels(highest: int, width: int) -> tuple[Level, ...]:
    return tuple(
        Level(level=number, marks=(low, low + width - 1), summary=f"Level {number}.")
        for number, low in enumerate(range(1, highest + 1, width), 1)
    )


@pytest.fixture
def course_folder(course: Course, tmp_path: Path) -> Path:
    """The small course as a folder that a test may break."""
    folder = tmp_path / "small"
    parts = course.model_dump(mode="json")
    files = {
        "course.yaml": {name: parts[name] for name in ("id", "title", "headings", "set_aside")},
        "facts/all.yaml": parts["facts"],
        "terms.yaml": parts["terms"],
        "questions.yaml": parts["questions"],
        "rubric.yaml": parts["rubric"],
    }
    (folder / "facts").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    (folder / "notes.txt").write_text("\n".join(course.notes) + "\n", encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Done:
    """What a command left with and wrote."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs the command in this process."""
    from assistant import cli

    def call(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["assistant", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as left:
            cli.main()
        shown = capsys.readouterr()
        return Done(left.value.code or 0, shown.out, shown.err)

    return call


@pytest.fixture
def refused(run: Callable[..., Done]) -> Callable[..., str]:
    """Runs a command that must be refused with one line on standard error, and gives that line."""

    def call(*arguments: object, stdin: bytes = b"") -> str:
        done = run(*arguments, stdin=stdin)
        assert (done.status, done.out) == (2, "")
        assert done.err.endswith("\n")
        assert done.err.count("\n") == 1
        return done.err.strip()

    return call


class StillEncoder:
    """Gives every sentence one made-up unit vector that depends on its words alone."""

    def encode(self, sentences: Sequence[str], paragraphs: Sequence[int] | None = None) -> list[EncodedSentence]:
        return [EncodedSentence(self._vector(sentence)[None, :]) for sentence in sentences]

    @staticmethod
    def _vector(sentence: str) -> np.ndarray:
        vector = np.random.default_rng(zlib.crc32(sentence.encode())).normal(size=DIMENSIONS).astype(np.float32)
        return vector / np.linalg.norm(vector)


@pytest.fixture(scope="session")
def encoder() -> StillEncoder:
    return StillEncoder()


@pytest.fixture(scope="session")
def nlp(course: Course) -> Language:
    """The pipeline without the English model."""
    return build_blank(course, known_words={"stain", "stalling", "staling", "collective", "machine"})


@pytest.fixture(scope="session")
def read(nlp: Language, encoder: StillEncoder) -> Callable[[str], Reading]:
    """Reads a text with the blank pipeline."""
    return lambda text: read_doc(nlp(text), encoder)
