from dataclasses import replace

import pytest
from feedback_samples import TEXT, feedback_on
from lxml import html

from assistant.class_picture import class_pictures, compare, digest
from assistant.reports.picture import picture_page, picture_part, picture_style


@pytest.fixture
def digests(course):
    return [
        digest(course, "Ann <b>", TEXT, feedback_on(mark=18, statuses=("developed", "mentioned", "missing"))),
        digest(course, "Bo", "", feedback_on(mark=8, statuses=("missing", "missing", "missing"))),
    ]


def test_levels_signs_and_figures_carry_it_without_colour(course, digests):
    page = html.document_fromstring(picture_page(class_pictures(course, digests)))
    levels, statuses = page.findall(".//table")[:2]
    assert [[cell.text_content() for cell in row] for row in levels.iter("tr")][1:] == [
        ["Below level 1", "0"], ["1", "0"], ["2", "1"], ["3", "0"], ["4", "1"], ["5", "0"],
    ]  # fmt: skip
    rows = [[cell.text_content() for cell in row] for row in statuses.iter("tr")]
    assert rows[0] == ["Script", "Mark", "Weak rivals", "Control of the party", "A turn in policy"]
    assert rows[1] == ["Ann <b>", "18", "●", "◐", "○"]
    assert rows[-1] == ["Raise it", "1 of 2", "1 of 2", "0 of 2"]
    labels = [sign.get("aria-label") for sign in statuses.xpath(".//span[@role='img']")]
    assert labels[:3] == ["developed", "mentioned", "not raised"]


def test_what_to_teach_again_comes_first(course, digests):
    text = html.document_fromstring(picture_page(class_pictures(course, digests))).text_content()
    parts = ["What to teach again first", "Trotsky missed Lenin's funeral.", "Levels", "Lines of argument",
             "Commonest wrong claims", "Facts the class leaves out", "Terms the class"]  # fmt: skip
    places = [text.index(part) for part in parts if part in text]
    assert places == sorted(places)
    assert len(places) >= 6


def test_many_lines_of_argument_stand_upright(course, digests):
    (picture,) = class_pictures(course, digests)
    assert 'class="cp-heat"' in picture_part([picture])
    assert 'class="cp-heat cp-many"' in picture_part([replace(picture, factors=2 * picture.factors)])


def test_names_are_escaped_within_another_page_too(course, digests):
    part = picture_part(class_pictures(course, digests))
    assert picture_style() in picture_page(()).replace("&gt;", ">")
    assert "Ann &lt;b&gt;" in part
    assert "<b>" not in part


def test_beside_an_earlier_set(course, digests):
    page = picture_page(class_pictures(course, digests), compare(course, digests[:1], digests))
    rows = [[cell.text_content() for cell in row] for row in html.document_fromstring(page).iter("tr")]
    assert ["Weak rivals", "100%", "50%", "-50 points"] in rows
    assert ["Mean mark, as a share of the maximum", "0.72", "0.52", "-0.20"] in rows
    assert "Scripts: 1 then, 2 now." in page


def test_an_empty_set(course):
    assert "No script of this set has been marked." in picture_page(())
