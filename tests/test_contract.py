"""`Feedback` as JSON against the schema that other programs rely on."""

import json

import jsonschema
import pytest

from assistant.documents import check_text
from assistant.schemas import Feedback
from assistant.scoring.artefacts import MANIFEST, models_folder

TEXTS = (
    (
        "stalin-victory",
        "Stalin ran the party as General Secretary from 1922. He chose who sat.\n\nTrotsky was ill.",
    ),
    (
        "trotsky-defeat",
        "  “Arrogant” – so he was… Trotsky missed Lenin’s funeral in 1925 😀 and K and Z hated him!\nSo he lost.",
    ),
    ("stalin-victory", "Bananas are yellow. The weather was nice."),
)


@pytest.fixture(scope="module")
def schema(request):
    path = request.config.rootpath / "tests" / "contract" / "feedback.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


def validate(feedback, schema, **changes):
    """Raise if the feedback, written as JSON, read again and changed, is not what the contract says."""
    jsonschema.validate(json.loads(feedback.model_dump_json()) | changes, schema, jsonschema.Draft202012Validator)


@pytest.fixture
def feedback():
    """One of everything that feedback can hold."""
    return Feedback(
        course="stalin",
        question="stalin-victory",
        words=12,
        level=2,
        mark=8,
        max_mark=25,
        mark_range=(6, 10),
        needs_review=True,
        review_reasons=({"code": "too-short", "message": "Too short."},),
        criteria={name: {"score": 0.5, "comment": "Go on."} for name in ("factors", "evidence", "judgement")},
        factors=(
            {
                "id": "f",
                "title": "F",
                "stance": "for",
                "status": "developed",
                "facts": ("x",),
                "spans": ((0, 9),),
            },
        ),
        evidence=(
            {
                "fact": "x",
                "lines": (3,),
                "statement": "S.",
                "relevant": True,
                "confidence": 0.9,
                "spans": ((0, 9),),
            },
        ),
        errors=(
            {
                "fact": "y",
                "lines": (4,),
                "kind": "date",
                "span": (10, 20),
                "message": "M.",
                "correct": "C.",
                "confidence": 0.9,
            },
        ),
        sentences=({"span": (0, 9), "role": "claim"},),
        hints=(
            {
                "criterion": "factors",
                "factor": "f",
                "fact": "x",
                "lines": (3,),
                "nudge": "N?",
                "cue": "C.",
                "reveal": "R.",
            },
            {"criterion": "judgement", "nudge": "N?", "cue": "C.", "reveal": "R."},
        ),
        model={"version": "1", "corpus_version": "2"},
    )


def test_feedback_as_json_follows_the_contract(feedback, schema):
    validate(feedback, schema)


@pytest.mark.parametrize(
    "change",
    [
        {"mark": -1},
        {"mark_range": [1, 2, 3]},
        {"criteria": {}},
        {"factors": [{"id": "f"}]},
        {"hints": [{"nudge": "N?"}]},
    ],
)
def test_the_contract_refuses_what_it_should(feedback, schema, change):
    with pytest.raises(jsonschema.ValidationError):
        validate(feedback, schema, **change)


@pytest.fixture(scope="module")
def engine():
    if not (models_folder() / MANIFEST).is_file():
        pytest.skip("there are no trained models: run 'assistant train' first")
    from assistant.service import Engine

    return Engine()


def spans_of(feedback):
    yield from (span for item in (*feedback.factors, *feedback.evidence) for span in item.spans)
    yield from (item.span for item in (*feedback.errors, *feedback.sentences))


@pytest.mark.slow
@pytest.mark.parametrize(("question", "text"), TEXTS)
def test_what_the_engine_says_follows_the_contract(engine, schema, question, text):
    feedback = engine.mark(question, check_text(text))
    validate(feedback, schema)
    low, high = feedback.mark_range
    assert 0 <= low <= feedback.mark <= high <= feedback.max_mark
    assert [text[start:end] for start, end in spans_of(feedback)] == [
        text[start:end].strip() for start, end in spans_of(feedback)
    ]
    assert all(0 <= start < end <= len(text) for start, end in spans_of(feedback))
    assert feedback.sentences


@pytest.mark.slow
def test_the_same_text_gets_the_same_feedback(engine):
    once = [engine.mark(question, text) for question, text in TEXTS]
    again = [engine.mark(question, text) for question, text in reversed(TEXTS)]
    assert once == again[::-1]
