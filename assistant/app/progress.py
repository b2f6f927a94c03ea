"""The progress page: how the three criteria went over a question's drafts, and where each topic stands."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from assistant.app import resources
from assistant.app.choosing import last_drafts, propose
from assistant.app.wording import count, escape, title_of_id, when
from assistant.schemas import Course, Criterion
from assistant.store.drafts import Draft

# Told apart without colour by shape, dash and label; the colours, after Okabe and Ito, by every kind of colour vision.
LIGHT_COLOURS = ("#0072B2", "#D55E00", "#00805C")
DARK_COLOURS = ("#56B4E9", "#E69F00", "#35CFA1")
"""Each stands out from its page by well over 3:1, for the lines are thin."""
SHAPES = ("circle", "square", "triangle-up")
DASHES = ((1, 0), (6, 3), (2, 2))
LIGHT_INK, DARK_INK = "#23262b", "#e9e6e0"
"""The page's own colours of text; Vega would write in black on both."""
SCORE_AXIS = alt.Axis(tickCount=5, labelFlush=False)
"""Each number at its line, the first and the last as well."""
SCALE_TOLD = "How much of what a marker looks for your drafts show, from 0 to 100. These are no marks."


def page() -> None:
    """Draw the progress page."""
    resources.apply_style()
    course = resources.open_course().course
    drafts = [
        draft
        for draft in resources.open_record().drafts(course.id)
        if any(question.id == draft.question for question in course.questions)
    ]
    st.title("Your progress", anchor=False)
    if not drafts:
        st.html("<p>There is nothing to show yet: ask for feedback on an answer, and your drafts are counted here.</p>")
        return
    st.html(f'<p class="ap-lead">{escape(summary(drafts))}</p>')
    proposal = propose(course, drafts)
    if proposal:
        st.html(f"<p><strong>To try next:</strong> {escape(proposal.told)}</p>")
    st.header("Draft by draft", anchor=False)
    st.html(f'<p class="ap-quiet">{escape(SCALE_TOLD)}</p>')
    _show_question(course, drafts)
    st.header("Topic by topic", anchor=False)
    st.html('<p class="ap-quiet">From the last draft of each question you have tried.</p>')
    _show(topic_chart(topic_rows(course, drafts), course.rubric.criteria))
    with st.expander("All drafts as a table"):
        st.html(table_html(course, drafts))


def summary(drafts: Sequence[Draft]) -> str:
    """How much was written, in one sentence."""
    questions = len({draft.question for draft in drafts})
    facts = len({item.fact for draft in drafts for item in draft.feedback.evidence if item.relevant})
    return (
        f"You have written {count(len(drafts), 'draft')} on {count(questions, 'question')} and used "
        f"{count(facts, 'fact')} that helped to answer them."
    )


def _show_question(course: Course, drafts: Sequence[Draft]) -> None:
    last = last_drafts(drafts)
    practised = sorted(last, key=lambda question: last[question].created, reverse=True)
    chosen = st.selectbox(
        "Question",
        practised,
        format_func=lambda identifier: course.question(identifier).prompt,
        key="progress.question",
        persist_state="session",
    )
    # The box has one line, which on a phone holds half a question.
    st.html(f'<p class="ap-asked">{escape(course.question(chosen).prompt)}</p>')
    own = [draft for draft in drafts if draft.question == chosen]
    if len(own) == 1:
        st.html('<p class="ap-quiet">One draft so far. Write a second one, and a line shows what it gained.</p>')
    _show(draft_chart(draft_rows(own, course.rubric.criteria), course.rubric.criteria))


def draft_rows(drafts: Sequence[Draft], criteria: Sequence[Criterion]) -> pd.DataFrame:
    """A row for each draft and criterion: draft, criterion, score in per cent."""
    rows = [
        (draft.number, criterion.title, round(100 * draft.feedback.criteria[criterion.id].score))
        for draft in drafts
        for criterion in criteria
    ]
    return pd.DataFrame(rows, columns=["draft", "criterion", "score"])


def topic_rows(course: Course, drafts: Sequence[Draft]) -> pd.DataFrame:
    """A row for each topic tried and criterion: topic, criterion, mean score of the last drafts in per cent."""
    topics = {question.id: title_of_id(question.topic) for question in course.questions}
    rows = [
        (topics[draft.question], criterion.title, 100 * draft.feedback.criteria[criterion.id].score)
        for draft in last_drafts(drafts).values()
        for criterion in course.rubric.criteria
    ]
    frame = pd.DataFrame(rows, columns=["topic", "criterion", "score"])
    return frame.groupby(["topic", "criterion"], sort=False, as_index=False)["score"].mean().round()


def _show(chart: alt.LayerChart) -> None:
    st.altair_chart(coloured(chart, dark=st.context.theme.type == "dark"), width="stretch")


def coloured(chart: alt.LayerChart, dark: bool) -> alt.LayerChart:
    """The chart in colours that stand out from a light or a dark page: Streamlit's own grey is too faint on light paper."""
    ink, colours = (DARK_INK, DARK_COLOURS) if dark else (LIGHT_INK, LIGHT_COLOURS)
    return (
        chart.configure_axis(labelColor=ink, titleColor=ink)
        .configure_legend(labelColor=ink)
        .configure_text(color=ink)
        .configure_range(category=list(colours))
    )


def draft_chart(rows: pd.DataFrame, criteria: Sequence[Criterion]) -> alt.LayerChart:
    """A line for each criterion over the drafts of a question."""
    titles = [criterion.title for criterion in criteria]
    # At the top: below, Vega takes the room for it from the lines. Two in a row fit a phone.
    named = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=2,
        columnPadding=14,
        symbolSize=90,
        symbolStrokeWidth=0,
        labelLimit=160,
    )
    base = alt.Chart(rows).encode(
        x=alt.X("draft:O", title="Draft", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("score:Q", title=None, scale=alt.Scale(domain=[0, 100]), axis=SCORE_AXIS),
        color=alt.Color("criterion:N", scale=alt.Scale(domain=titles), legend=named),
        tooltip=[
            alt.Tooltip("draft:O", title="Draft"),
            alt.Tooltip("criterion:N", title="Criterion"),
            alt.Tooltip("score:Q", title="Per cent"),
        ],
    )
    dash = alt.StrokeDash(
        "criterion:N", scale=alt.Scale(domain=titles, range=[list(dash) for dash in DASHES]), legend=None
    )
    shape = alt.Shape("criterion:N", scale=alt.Scale(domain=titles, range=list(SHAPES)), legend=named)
    # Vega draws points with some of the page showing through, which makes them faint.
    return (
        base.mark_line(strokeWidth=2).encode(strokeDash=dash)
        + base.mark_point(size=90, filled=True, opacity=1).encode(shape=shape)
    ).properties(height=320, description=_described(rows, "draft"))


def topic_chart(rows: pd.DataFrame, criteria: Sequence[Criterion]) -> alt.LayerChart:
    """Bars for each topic, one a criterion, each with its name written on it, so that colour need not be read."""
    titles = [criterion.title for criterion in criteria]
    base = alt.Chart(rows.assign(label=rows["criterion"] + " " + rows["score"].astype(int).astype(str))).encode(
        y=alt.Y("topic:N", title=None, sort=None, axis=alt.Axis(labelLimit=160)),
        yOffset=alt.YOffset("criterion:N", sort=titles),
        x=alt.X("score:Q", title=None, scale=alt.Scale(domain=[0, 100]), axis=SCORE_AXIS),
        tooltip=[
            alt.Tooltip("topic:N", title="Topic"),
            alt.Tooltip("criterion:N", title="Criterion"),
            alt.Tooltip("score:Q", title="Per cent"),
        ],
    )
    # A height in bands, as Streamlit would set it, Vega applies twice, and the bars lie below their names.
    bars = base.mark_bar(height=20, fillOpacity=0.35, strokeWidth=1.5).encode(
        color=alt.Color("criterion:N", scale=alt.Scale(domain=titles), legend=None),
        stroke=alt.Stroke("criterion:N", scale=alt.Scale(domain=titles), legend=None),
    )
    labels = base.mark_text(align="left", dx=6, baseline="middle", fontSize=12).encode(x=alt.value(0), text="label:N")
    return (bars + labels).properties(height=alt.Step(26), description=_described(rows, "topic"))


def _described(rows: pd.DataFrame, by: str) -> str:
    """The chart in words, for a screen reader."""
    return "; ".join(f"{by} {row[by]}, {row['criterion']}: {int(row['score'])} per cent" for _, row in rows.iterrows())


def table_html(course: Course, drafts: Sequence[Draft]) -> str:
    """Every draft, the newest first, with its words, lines of argument, facts and scores."""
    criteria = course.rubric.criteria
    head = "".join(f'<th scope="col">{escape(criterion.title)}</th>' for criterion in criteria)
    rows = []
    for draft in reversed(drafts):
        feedback = draft.feedback
        raised = sum(factor.status != "missing" for factor in feedback.factors)
        scores = "".join(f"<td>{feedback.criteria[criterion.id].score:.0%}</td>" for criterion in criteria)
        rows.append(
            f'<tr><th scope="row">{escape(course.question(draft.question).prompt)}</th><td>{draft.number}</td>'
            f"<td>{escape(when(draft.created))}</td><td>{feedback.words}</td><td>{raised} of {len(feedback.factors)}</td>"
            f"<td>{sum(item.relevant for item in feedback.evidence)}</td>{scores}</tr>"
        )
    return (
        '<div class="ap-scroll" tabindex="0" role="region" aria-label="All drafts"><table class="ap-compare"><thead><tr>'
        '<th scope="col">Question</th><th scope="col">Draft</th><th scope="col">Read</th><th scope="col">Words</th>'
        f'<th scope="col">Lines of argument</th><th scope="col">Facts</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
