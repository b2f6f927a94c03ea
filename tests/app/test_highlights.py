"""Highlights are cut from the student's own text, whatever the spans and whatever the text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.app.highlights import annotated, fact_titles, legend, segments
from assistant.app.wording import ROLES, markdown_plain
from assistant.schemas import ErrorFeedback, EvidenceFeedback, Feedback, Role, SentenceFeedback, Span


class Reader(HTMLParser):
    """What a browser would show: the text, the text without labels, and every tag met."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.student = ""
        self._labels = 0
        self._open: list[bool] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        label = any(name in (dict(attrs).get("class") or "").split() for name in ("ap-tag", "ap-number", "ap-check"))
        self._open.append(label)
        self._labels += label

    def handle_endtag(self, tag: str) -> None:
        self._labels -= self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._labels:
            self.student += data


def bare(feedback: Feedback, **parts: object) -> Feedback:
    return feedback.model_copy(update={"sentences": (), "evidence": (), "errors": (), **parts})


def fact(number: int, *spans: Span) -> EvidenceFeedback:
    return EvidenceFeedback(
        fact=f"f{number}", lines=(number,), statement=f"Fact “{number}” & <more>.", relevant=True, confidence=0.9, spans=spans
    )  # fmt: skip


def wrong(span: Span) -> ErrorFeedback:
    return ErrorFeedback(
        fact="f", lines=(1,), kind="date", span=span, message="Check <this>.", correct="Right.", confidence=0.9
    )


def test_every_slice_equals_the_text(answer: str, feedback: Feedback) -> None:
    cut = segments(answer, feedback)
    assert "".join(segment.text for segment in cut) == answer
    assert all(segment.text == answer[segment.start : segment.end] for segment in cut)
    for number, item in enumerate(feedback.evidence, 1):
        highlighted = "".join(segment.text for segment in cut if number in segment.facts)
        assert highlighted == "".join(answer[slice(*span)] for span in item.spans)
    highlighted = "".join(segment.text for segment in cut if segment.errors)
    assert highlighted == answer[slice(*feedback.errors[0].span)]


@pytest.mark.parametrize("view", ["both", "facts", "roles"])
def test_a_browser_shows_the_text_and_labels_only(answer: str, feedback: Feedback, view: str) -> None:
    reader = Reader(annotated(answer, feedback, view))
    assert reader.student == answer
    assert {tag for tag, _ in reader.tags} <= {"div", "span", "a"}
    assert not any(name.startswith("on") for _, attributes in reader.tags for name in attributes)


def test_student_text_is_escaped(feedback: Feedback) -> None:
    text = '<script>alert("x")</script> & <img src=x onerror=\'y\'> &amp; "quoted"'
    html = annotated(text, bare(feedback, evidence=(fact(1, (0, 20)),), errors=(wrong((5, 40)),)))
    assert "<script" not in html and "<img" not in html
    assert Reader(html).student == text


def test_labels_of_facts_are_escaped(feedback: Feedback) -> None:
    html = annotated("abc", bare(feedback, evidence=(fact(1, (0, 3)),), errors=(wrong((0, 3)),)))
    assert "<more>" not in html and "<this>" not in html
    titles = [attributes.get("title") or "" for _, attributes in Reader(html).tags]
    assert "Fact 1: Fact “1” & <more>." in titles


def test_overlapping_spans_keep_both(feedback: Feedback) -> None:
    cut = segments("0123456789", bare(feedback, evidence=(fact(1, (0, 6)), fact(2, (4, 9)))))
    assert [(segment.text, segment.facts) for segment in cut] == [
        ("0123", (1,)),
        ("45", (1, 2)),
        ("678", (2,)),
        ("9", ()),
    ]
    assert [segment.closes for segment in cut] == [(), (("fact", 1),), (("fact", 2),), ()]


def test_a_text_without_sentences_is_shown_plain(feedback: Feedback) -> None:
    assert Reader(annotated("???\n\n...", bare(feedback))).student == "???\n\n..."
    assert segments("", bare(feedback)) == []
    assert legend(bare(feedback)) == ""


def test_spans_outside_the_text_are_cut_to_it(feedback: Feedback) -> None:
    cut = segments("abc", bare(feedback, evidence=(fact(1, (-5, 2), (2, 99), (7, 9), (1, 1)),)))
    assert "".join(segment.text for segment in cut if segment.facts) == "abc"


@pytest.mark.parametrize("role", ROLES)
def test_colour_is_never_the_only_signal(role: Role, feedback: Feedback) -> None:
    marked = bare(feedback, sentences=(SentenceFeedback(span=(0, 5), role=role),))
    tags = Reader(annotated("Text.", marked)).tags
    words = ROLES[role]
    assert (
        "span",
        {"class": f"ap-tag ap-tag-{role}", "role": "img", "aria-label": f"{words.name}:", "title": words.name},
    ) in tags
    assert words.name in legend(marked) and f">{words.letter}<" in legend(marked)


def test_fact_label_names_fact_and_raised_factor_only(feedback: Feedback) -> None:
    assert fact_titles(feedback)[1] == "Fact 1: Quotas rose by 44% in 1932. Supports: Excessive requisitioning."
    missing = tuple(factor.model_copy(update={"status": "missing"}) for factor in feedback.factors)
    assert fact_titles(feedback.model_copy(update={"factors": missing}))[1] == "Fact 1: Quotas rose by 44% in 1932."


def test_views_leave_out_what_was_not_asked_for(answer: str, feedback: Feedback) -> None:
    assert "ap-tag" not in annotated(answer, feedback, "facts") and "ap-number" in annotated(answer, feedback, "facts")
    assert "ap-tag" in annotated(answer, feedback, "roles") and "ap-number" not in annotated(answer, feedback, "roles")
    assert all("ap-check" in annotated(answer, feedback, view) for view in ("both", "facts", "roles"))


TEXTS = st.text(alphabet=st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=60)
SPANS = st.tuples(st.integers(-5, 70), st.integers(-5, 70))


@given(TEXTS, st.lists(SPANS, max_size=4), st.lists(SPANS, max_size=3), st.lists(SPANS, max_size=2))
def test_any_spans_on_any_text(text: str, sentences: list[Span], facts: list[Span], errors: list[Span]) -> None:
    from assistant.schemas import CriterionFeedback, ModelInfo

    nothing = CriterionFeedback(score=0, comment="")
    feedback = Feedback(
        course="c", question="q", words=0, level=0, mark=0, max_mark=12, mark_range=(0, 0), needs_review=False,
        review_reasons=(), criteria={"factors": nothing}, factors=(), hints=(),
        sentences=tuple(SentenceFeedback(span=span, role="claim") for span in sentences),
        evidence=tuple(fact(n, span) for n, span in enumerate(facts, 1)),
        errors=tuple(wrong(span) for span in errors),
        model=ModelInfo(version="0", corpus_version="0"),
    )  # fmt: skip
    assert "".join(segment.text for segment in segments(text, feedback)) == text
    assert Reader(annotated(text, feedback)).student == text


def test_markdown_is_shown_letter_for_letter() -> None:
    plain = markdown_plain("![x](http://evil.example/a.png) *not* $x$ :red[y]\n1. z")
    assert plain.startswith(r"\!\[x\]\(http\:\/\/evil\.example")
    assert "\n" not in plain
