"""The suggested level and mark, with every doubt about it in plain words. Only a teacher awards."""

from __future__ import annotations

from assistant.app.wording import count, escape
from assistant.schemas import Course, Feedback

AWARDS = "Only a teacher awards marks; this is a suggestion."
CALIBRATED = (
    "The model was calibrated on practice responses written for this project, not on scripts marked by teachers, "
    "so read the range rather than the single figure."
)
UNCALIBRATED = (
    "Uncalibrated: cautious. No marked responses to this course were there to learn from, so the suggestion rests on "
    "general rules learnt from practice responses written for another course, not on scripts marked by teachers."
)


def suggestion_label(feedback: Feedback) -> str:
    """The line that can be unfolded; it gives no mark away, and says when there is a doubt."""
    doubts = len(feedback.review_reasons)
    return "Suggested level and mark" + (f" ({count(doubts, 'reason')} for caution)" if doubts else "")


def suggestion_html(course: Course, feedback: Feedback, calibrated: bool) -> str:
    """Level, mark and range, the level's description, why it may be wrong, and who awards."""
    style = course.rubric.style(course.question(feedback.question).style)
    low, high = feedback.mark_range
    summary = next((level.summary for level in style.levels if level.level == feedback.level), "")
    level = f"Level {feedback.level} of {len(style.levels)}" if feedback.level else "Below level 1"
    likely = f"most likely between {low} and {high}" if low != high else "with little room either way"
    parts = [
        f'<p class="ap-mark"><strong>{level}</strong> <span>{feedback.mark} out of {feedback.max_mark}, {likely}</span></p>'
    ]
    if summary:
        parts.append(f'<p class="ap-quiet">{escape(summary)}</p>')
    if feedback.review_reasons:
        rows = "".join(f"<li>{escape(reason.message)}</li>" for reason in feedback.review_reasons)
        parts.append(f"<p><strong>I may be wrong here because:</strong></p><ul>{rows}</ul>")
    parts.append(f"<p><strong>{AWARDS}</strong> {CALIBRATED if calibrated else UNCALIBRATED}</p>")
    return f'<div class="ap-suggestion">{"".join(parts)}</div>'
