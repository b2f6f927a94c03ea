"""A teacher's Sunday night in a real browser: thirty mixed files in, reviewed, awarded, and marks, sheets and picture out."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from mixed_set import as_zip
from openpyxl import load_workbook
from test_browser import (  # noqa: F401
    DESKTOP,
    PHONE,
    SECONDS,
    address,
    browser,
    check_accessible,
    database,
    open_page,
    screenshot,
    settle,
)

from assistant.class_picture import ScriptDigest, class_pictures
from assistant.corpus.loading import load_course
from assistant.reports.picture import picture_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


ROW = 35
"""Height of a row of a table, in pixels."""
A4 = {"width": 718, "height": 1047}
"""What is printed on of a page of A4 with margins of a centimetre, in pixels."""


@pytest.fixture
def page(browser, address) -> Iterator[object]:  # noqa: F811
    """The page of class sets; nothing on it may fail or be fetched from elsewhere."""
    context = browser.new_context(viewport=DESKTOP, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(90 * SECONDS)
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(address)
    open_page(opened, "Class sets")
    opened.get_by_role("heading", name="Class sets").wait_for()
    yield opened
    context.close()
    assert said == []


def download(page, label: str, to: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("button", name=label).click()
    path = to / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_a_folder_with_one_for_each_student_comes_in(page, tmp_path) -> None:
    from playwright.sync_api import expect

    folder = tmp_path / "Week 4"
    for student in ("Ann Smith", "Bo Jones"):
        (folder / student).mkdir(parents=True)
        (folder / student / "famine.txt").write_text(f"{student} says that drought ruined the harvest.", "utf-8")
    page.locator("input[type=file][webkitdirectory]").set_input_files(folder)
    page.get_by_text("famine.txt").first.wait_for()
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_text("0 of two scripts awarded")).to_be_visible(timeout=180 * SECONDS)
    expect(page.get_by_role("heading", name=re.compile("Ann Smith|Bo Jones"))).to_be_visible()


def test_thirty_mixed_files_from_a_zip_to_marks_and_sheets(page, tmp_path) -> None:
    from playwright.sync_api import expect

    files = as_zip(tmp_path / "week 3.zip")
    page.locator("input[type=file]").first.set_input_files(files)
    page.get_by_text("week 3.zip").first.wait_for()
    page.get_by_role("textbox", name="Name of the set").fill("Week 3")
    page.get_by_role("button", name="Bring in").click()
    page.get_by_role("button", name="Stop; go on later").click()
    expect(page.get_by_text("still to be read")).to_be_visible()
    page.get_by_role("button", name="Go on reading").click()
    expect(page.get_by_text("Those that need you first stand at the top")).to_be_visible(timeout=180 * SECONDS)
    expect(page.get_by_text("0 of 30 scripts awarded")).to_be_visible()
    check_accessible(page)
    screenshot(page, "class-sets-desktop-light-1-review")

    # The table is drawn on a canvas: its third row is pressed where it stands.
    expect(page.get_by_role("heading", name="Ada Porter")).to_be_visible()
    page.get_by_test_id("stDataFrame").click(position={"x": 100, "y": 2.5 * ROW + ROW})
    expect(page.get_by_role("heading", name="Ada Reeves")).to_be_visible()
    mark = page.get_by_role("spinbutton", name="Mark awarded")
    words = page.get_by_role("textbox", name="Your words to the student")
    name = page.get_by_role("heading", level=3).first

    def turn(key: str) -> str:
        before = name.inner_text()
        page.keyboard.press(key)
        expect(name).not_to_have_text(before)
        settle(page)
        return name.inner_text()

    # By keys alone: what stands in a box is kept although it is not left before the next script is asked for.
    for _ in range(15):
        if mark.is_visible() and name.inner_text() != "Ada Osborne":
            break  # those that cannot be read stand first
        turn("Alt+PageDown")
    one = name.inner_text()
    turn("Alt+PageDown")
    expect(mark).to_be_focused()
    assert turn("Alt+PageUp") == one
    expect(mark).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("7")
    turn("Alt+PageDown")
    expect(mark).to_have_value("")
    assert turn("Alt+PageUp") == one
    expect(mark).to_have_value("7")
    words.focus()
    page.keyboard.type("Weigh the reasons.")
    turn("Alt+PageDown")
    expect(words).to_have_value("")
    assert turn("Alt+PageUp") == one
    expect(words).to_have_value("Weigh the reasons.")
    words.focus()
    page.keyboard.press("End")
    page.keyboard.type(" Then judge.")
    page.keyboard.press("Alt+Enter")
    expect(page.get_by_role("button", name="Award what is suggested:")).to_be_disabled()
    expect(words).to_have_value("Weigh the reasons. Then judge.")

    page.get_by_role("button", name="Award what is suggested to the").first.click()
    expect(page.get_by_text("awarded as suggested")).to_be_visible()
    page.get_by_role("textbox", name="Search").fill("Osborne")
    page.get_by_role("textbox", name="Search").press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="It seems to answer famine instead.")).to_be_visible()
    mark.fill("3")
    mark.press("Tab")
    expect(page.get_by_text("Saved today at")).to_be_visible()
    words.fill("You answer another question.")
    words.press("Tab")
    expect(page.get_by_role("button", name="Award what is suggested:")).to_be_enabled()
    screenshot(page, "class-sets-desktop-light-2-script")

    page.get_by_role("radio", name="Class picture").click()
    expect(page.get_by_text("What to teach again first").first).to_be_visible()
    check_accessible(page)
    screenshot(page, "class-sets-desktop-light-3-picture")
    picture = download(page, "Class picture to print", tmp_path).read_text(encoding="utf-8")
    assert "What to teach again first" in picture and "Ada Osborne" in picture

    page.get_by_role("radio", name="Downloads").click()
    book = load_workbook(download(page, "Marks (Excel)", tmp_path)).active
    rows = {row[0]: row for row in book.iter_rows(values_only=True)}
    assert book.max_row == 31
    assert rows["Ada Osborne"][3] == 3
    assert rows["Ada Osborne"][13] == "You answer another question."
    grades = list(
        csv.DictReader(io.StringIO(download(page, "Awards for Moodle", tmp_path).read_text(encoding="utf-8")))
    )
    assert {"Identifier": "Participant 7014", "Grade": "3"}.items() <= next(
        row for row in grades if row["Full name"] == "Ada Osborne"
    ).items()
    with zipfile.ZipFile(download(page, "A document each", tmp_path)) as archive:
        assert "Ada Osborne.docx" in archive.namelist()
    sheets = download(page, "All sheets to print", tmp_path).read_text(encoding="utf-8")
    assert sheets.index("You answer another question.") < sheets.index("3 out of 25")


def test_two_pasted_answers_on_a_phone(page) -> None:
    from playwright.sync_api import expect

    page.set_viewport_size(PHONE)
    choice = page.get_by_role("combobox", name="Class set")
    if choice.count():  # a set is there already
        choice.click()
        page.get_by_role("option", name="Bring in a new set").click()
    answer = (Path(__file__).with_name("famine_answer.txt")).read_text(encoding="utf-8").strip()
    box = page.get_by_role("textbox", name="Or paste answers")
    box.fill(f"Student: Ann Smith\n{answer}\n\n===\n\nStudent: Bo Jones\n{answer[: len(answer) // 2]}")
    box.press("Tab")
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_text("Two scripts read.")).to_be_visible()
    expect(page.get_by_text("0 of two scripts awarded")).to_be_visible()
    screenshot(page, "class-sets-phone-light-1-review")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_picture_of_thirty_scripts_and_seven_lines_of_argument_fits_a_printed_page(browser) -> None:  # noqa: F811
    course = load_course("stalin")
    question = max(course.questions, key=lambda question: len(question.factors))
    assert len(question.factors) == 7
    statuses = {factor.id: "mentioned" for factor in question.factors}
    labels = [f"Mohammed Al-Rashid {number}" for number in range(29)] + ["a-file_of_7000_assignsubmission.txt"]
    digests = [
        ScriptDigest(label, question.id, 2, 8, 25, statuses, frozenset(), (), frozenset(), 0.5) for label in labels
    ]
    page = browser.new_page(viewport=A4)
    page.emulate_media(media="print")
    page.set_content(picture_page(class_pictures(course, digests)))
    heat = page.locator(".cp-heat").bounding_box()
    assert heat["width"] <= A4["width"]
    assert heat["height"] <= A4["height"]
    titles = page.locator(".cp-heat thead span")
    assert all(title.bounding_box()["width"] < 0.1 * A4["width"] for title in titles.all())
    page.set_viewport_size(DESKTOP)
    mark = page.get_by_role("columnheader", name="Mark", exact=True).bounding_box()
    assert mark["width"] < 60, "what there is to spare belongs to the names"
    page.close()
