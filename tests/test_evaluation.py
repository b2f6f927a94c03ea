"""The figures, worked out by hand on one response."""

import pytest

from assistant.evaluation import render, score, second_marker
from assistant.schemas import Feedback, MarkedResponse

RESPONSE = MarkedResponse(
    id="r1",
    question="struggle",
    sentences=(
        {"s": "Stalin was General Secretary from 1922.", "role": "evidence", "lines": (2,)},
        {"s": "Trotsky missed the funeral in 1930.", "role": "evidence", "wrong": ({"line": 3, "kind": "date"},)},
        {"s": "Kamenev and Zinoviev woke up too late.", "role": "claim", "lines": (4,)},
    ),
    factors={"machine": 2, "rivals": 1},
    judgement=1,
    level=2,
    mark=5,
    second={"mark": 6, "level": 2, "judgement": 1, "factors": {"machine": 2, "rivals": 1}},
)


def feedback(**changes: object) -> Feedback:
    _, spans = RESPONSE.layout()

    def evidence(fact: str, number: int) -> dict:
        return {
            "fact": fact, "lines": (1,), "statement": "S.", "relevant": True, "confidence": 0.9, "spans": (spans[number],)
        }  # fmt: skip

    values: dict[str, object] = {
        "course": "small",
        "question": "struggle",
        "words": 19,
        "level": 2,
        "mark": 4,
        "max_mark": 12,
        "mark_range": (3, 6),
        "needs_review": False,
        "review_reasons": (),
        "criteria": {name: {"score": 0.5, "comment": "C."} for name in ("factors", "evidence", "judgement")},
        # fact-2 is right and in the right sentence, fact-8 is not due, fact-4 is missed.
        "evidence": (evidence("fact-2", 0), evidence("fact-8", 2)),
        "errors": (),
        "factors": tuple(
            {"id": name, "title": "T", "stance": "for", "status": status, "facts": (), "spans": ()}
            for name, status in (("machine", "developed"), ("rivals", "developed"))
        ),
        "sentences": tuple(
            {"span": span, "role": role}
            for span, role in zip(spans, ("evidence", "evidence", "judgement"), strict=True)
        ),
        "hints": (),
        "model": {"version": "0", "corpus_version": "0"},
    }
    return Feedback(**(values | changes))


def test_score_by_hand(course):
    figures = score(course, [RESPONSE], {"r1": feedback()})
    assert figures["evidence"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "located": 1.0}
    assert figures["wrong_claims"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "sentences": 1}
    assert figures["roles"]["accuracy"] == pytest.approx(2 / 3)
    assert figures["factors"] == {"exact": 0.5, "present": 1.0}
    assert figures["judgement"] == {"exact": 0.0}  # 2 of 3 where the marker saw 1
    marks = figures["marks"]["12"]
    assert (marks["mae"], marks["second_marker_mae"], marks["in_range"], marks["range_width"]) == (1, 1, 1, 3)


def test_error_in_the_right_sentence_counts_once(course):
    _, spans = RESPONSE.layout()
    error = {
        "fact": "fact-3", "lines": (3,), "kind": "date", "span": spans[1], "message": "M", "correct": "C", "confidence": 0.9
    }  # fmt: skip
    elsewhere = error | {"span": spans[0]}
    figures = score(course, [RESPONSE], {"r1": feedback(errors=(error, elsewhere))})
    assert figures["wrong_claims"]["precision"] == 0.5
    assert figures["wrong_claims"]["recall"] == 1.0


def test_crediting_a_fact_that_is_got_wrong_is_neither_right_nor_extra(course):
    _, spans = RESPONSE.layout()
    misstated = {
        "fact": "fact-3", "lines": (3,), "statement": "S.", "relevant": True, "confidence": 0.9, "spans": (spans[1],)
    }  # fmt: skip
    with_it = feedback(evidence=(*feedback().evidence, misstated))
    assert score(course, [RESPONSE], {"r1": with_it})["evidence"]["precision"] == 0.5


def test_credit_in_the_wrong_sentence_is_found_but_not_located(course):
    _, spans = RESPONSE.layout()
    moved = feedback().evidence[0].model_copy(update={"spans": (spans[2],)})
    figures = score(course, [RESPONSE], {"r1": feedback(evidence=(moved,))})["evidence"]
    assert (figures["recall"], figures["located"]) == (0.5, 0.0)


def test_two_levels_off_counts_only_without_a_flag(course):
    far = {"level": 4, "mark": 12, "mark_range": (10, 12)}
    flag = {"needs_review": True, "review_reasons": ({"code": "too-short", "message": "M"},)}
    plain = score(course, [RESPONSE], {"r1": feedback(**far)})["marks"]["12"]
    flagged = score(course, [RESPONSE], {"r1": feedback(**far, **flag)})["marks"]["12"]
    assert plain["two_levels_off_unflagged"] == 1
    assert flagged["two_levels_off_unflagged"] == 0


def test_tables_show_every_figure(course):
    figures = score(course, [RESPONSE], {"r1": feedback()})
    tables = render({"course": "small", "corpus_version": "0", "figures": {"on file": figures}})
    assert [table.row_count for table in tables] == [11, 12, 4]


def test_the_second_marker_is_held_to_the_same_definitions(course):
    labels = (
        {"role": "evidence", "lines": (2,)},
        {"role": "claim", "lines": (), "wrong": ({"line": 3, "kind": "date"},)},
        {"role": "claim", "lines": (4, 7)},
    )
    second = RESPONSE.second.model_copy(update={"factors": {"machine": 1, "rivals": 0}})
    labelled = MarkedResponse.model_validate(
        RESPONSE.model_dump() | {"second": second.model_dump() | {"labels": labels}}
    )
    figures = second_marker(course, [labelled, RESPONSE])
    assert figures["evidence"]["precision"] == pytest.approx(2 / 3)
    assert figures["evidence"]["recall"] == 1.0
    assert figures["wrong_claims"]["f1"] == 1.0
    assert figures["roles"]["accuracy"] == pytest.approx(2 / 3)
    assert figures["factors"] == {"exact": 0.5, "present": 0.75}
    assert figures["judgement"] == {"exact": 1.0}


def test_without_a_second_marker_there_is_no_figure(course):
    alone = RESPONSE.model_copy(update={"second": None})
    assert second_marker(course, [alone])["evidence"] is None
