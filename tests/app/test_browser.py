"""A student's visit in a real browser: choose, paste, read feedback, climb a hint; nothing fetched from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assistant.scoring.artefacts import MANIFEST, models_folder
from assistant.store.database import DATABASE_VARIABLE, Database
from assistant.store.drafts import PracticeRecord

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "tests" / "screenshots"
CHROMIUM_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SECONDS = 1000


@dataclass
class Visit:
    """A page open in the browser, with everything it said and fetched."""

    page: object
    said: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    """Where the app keeps what students write."""
    return tmp_path_factory.mktemp("store") / "practice.sqlite"


@pytest.fixture(scope="module")
def address(tmp_path_factory, database) -> Iterator[str]:
    """The app, running on a free port of this machine."""
    if not (models_folder() / MANIFEST).is_file():
        pytest.skip("there are no trained models (run 'assistant train')")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "localhost", "--server.fileWatcherType", "none"]
    log = tmp_path_factory.mktemp("app") / "log.txt"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "ASSISTANT_"))
    } | {DATABASE_VARIABLE: str(database)}
    with log.open("w") as output:
        app = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_until_healthy(f"http://localhost:{port}/_stcore/health", app, log)
            yield f"http://localhost:{port}"
        finally:
            app.terminate()
            try:
                app.wait(10)
            except subprocess.TimeoutExpired:
                app.kill()
                app.wait()
    assert "Traceback" not in log.read_text()
    assert "requisition" not in log.read_text(), "a student's words reached the log"


def _wait_until_healthy(url: str, app: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        assert app.poll() is None, f"the app ended: {log.read_text()}"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the app did not start: {log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Debian's Chromium, driven by Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        # A shared machine is slow at times; what is waited for comes in the end, or the test fails.
        sync_api.expect.set_options(timeout=60 * SECONDS)
        yield started
        started.close()


@pytest.fixture
def visit(request, browser, address, database) -> Iterator[Visit]:
    """A newcomer's visit to the app at one width and in one colour scheme."""
    PracticeRecord(Database(database)).delete()
    width, scheme = request.param.split("-")
    context = browser.new_context(viewport=PHONE if width == "phone" else DESKTOP, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(90 * SECONDS)
    opened = Visit(page)
    page.on("console", lambda message: opened.said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    page.on("request", lambda asked: opened.fetched.append(asked.url))
    page.goto(address)
    page.get_by_role("heading", name="Practise an answer").wait_for()
    page.get_by_role("textbox", name="Your answer").wait_for()
    yield opened
    context.close()
    assert opened.said == []
    hosts = {urlsplit(url).hostname for url in opened.fetched if urlsplit(url).scheme not in ("data", "blob")}
    assert hosts == {"localhost"}


every_look = pytest.mark.parametrize(
    "visit", ["desktop-light", "desktop-dark", "phone-light", "phone-dark"], indirect=True
)
desktop = pytest.mark.parametrize("visit", ["desktop-light"], indirect=True)


def screenshot(page, name: str) -> None:
    """Keep a picture of the whole page, which Streamlit scrolls inside the window."""
    SCREENSHOTS.mkdir(exist_ok=True)
    size = page.viewport_size
    height = page.get_by_test_id("stMainBlockContainer").evaluate("block => block.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": int(height) + 60})
    page.wait_for_timeout(500)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    page.set_viewport_size(size)


@every_look
def test_a_students_visit(visit: Visit, request) -> None:
    from playwright.sync_api import expect

    page, name = visit.page, request.node.callspec.id
    screenshot(page, f"practice-{name}-1-question")

    page.get_by_role("combobox", name="Topic").click()
    page.get_by_role("option", name="Collectivisation").click()
    # Streamlit lays its own drawing of a radio button over the real one: press what a person would press.
    page.get_by_text("Explain why there was famine in the USSR between 1932 and 1934.").click()
    expect(page.get_by_role("radio", name="Explain why there was famine")).to_be_checked()
    answer = (Path(__file__).with_name("famine_answer.txt")).read_text(encoding="utf-8").strip()
    page.get_by_role("textbox", name="Your answer").fill(answer)
    page.get_by_role("button", name="Get feedback").click()

    expect(page.get_by_role("heading", name="What works")).to_be_visible()
    expect(page.get_by_text(f"Feedback on draft 1: {len(answer.split())} words")).to_be_visible()
    expect(page.locator("#ap-fact-1")).to_be_visible()
    assert "August 1935 a law" in page.locator(".ap-text").inner_text()
    expect(page.get_by_text("Only a teacher awards marks")).to_be_hidden()
    screenshot(page, f"practice-{name}-2-feedback")

    ladder = page.locator(".ap-ladder").first
    expect(ladder.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Give me a cue").first.click()
    expect(ladder.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Reveal it").first.click()
    expect(ladder.get_by_role("listitem")).to_have_count(3)
    # The keyboard's place must not be lost; the button is drawn anew a moment after the list.
    expect(page.get_by_role("button", name="Hide it again").first).to_be_focused()

    page.get_by_text("Suggested level and mark").click()
    expect(page.get_by_text("Only a teacher awards marks")).to_be_visible()
    screenshot(page, f"practice-{name}-3-reveal")

    expect(page.get_by_role("textbox", name="Your answer")).to_have_value(answer)
    page.locator(".ap-text a.ap-number").first.click()
    expect(page.locator("li:target")).to_be_in_viewport()
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth"), "it scrolls sideways"


@desktop
def test_a_blank_answer_gets_one_sentence(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Get feedback").click()
    alert = visit.page.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text().strip() == "The answer box holds no text."


@desktop
def test_a_document_fills_the_box(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.get_by_text("Take the answer from a document").click()
    page.locator("input[type=file]").set_input_files(Path(__file__).with_name("famine_answer.txt"))
    expect(page.get_by_text("From famine_answer.txt: 324 words.")).to_be_visible()
    assert "The famine of 1932 to 1934" in page.get_by_role("textbox", name="Your answer").input_value()
    page.get_by_role("button", name="Get feedback").click()
    expect(page.get_by_role("heading", name="What works")).to_be_visible()


# --- nothing is lost ---------------------------------------------------------------------------------------------------

SAVED = re.compile(r"words? · saved at \d\d:\d\d")


def type_in(page, text: str) -> None:
    """Type at the end of the answer, key by key, and stay in the box."""
    box = page.get_by_role("textbox", name="Your answer")
    box.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


@desktop
def test_words_are_counted_and_saved_while_typing_and_found_after_a_reload(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    box, status = page.get_by_role("textbox", name="Your answer"), page.locator(".ap-status")
    type_in(page, "Grain was taken")
    expect(status).to_have_text("3 words · saving …")
    expect(status).to_have_text(SAVED)
    expect(box).to_be_focused()
    # Saving must not disturb what is typed meanwhile: no letter lost, none doubled.
    sentence = " and the towns were fed while the villages went hungry in the winter of 1932."
    for word in re.findall(r"\s\S+", sentence):
        page.keyboard.type(word, delay=10)
        page.wait_for_timeout(200)
    expect(box).to_have_value("Grain was taken" + sentence)
    expect(status).to_have_text(SAVED)
    page.reload()
    expect(box).to_have_value("Grain was taken" + sentence)
    expect(status).to_contain_text(f"{len(f'Grain was taken{sentence}'.split())} words")


@desktop
def test_what_was_typed_in_the_last_second_before_a_reload_comes_back(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    type_in(page, "Saved by the pause.")
    expect(page.locator(".ap-status")).to_have_text(SAVED)
    type_in(page, " Not saved any more.")
    page.reload()
    expect(page.get_by_role("textbox", name="Your answer")).to_have_value("Saved by the pause. Not saved any more.")
    expect(page.locator(".ap-status")).to_have_text(SAVED)


@desktop
def test_a_lost_connection_loses_no_word(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    lines, dead = [], []

    def carry(line) -> None:
        if dead:
            line.close()
        else:
            line.connect_to_server()
            lines.append(line)

    page.route_web_socket(re.compile("_stcore/stream"), carry)
    page.reload()
    type_in(page, "Before the line went dead.")
    expect(page.locator(".ap-status")).to_have_text(SAVED)
    type_in(page, " While it was dead.")
    dead.append(True)
    lines[-1].close()
    box = page.get_by_role("textbox", name="Your answer")
    expect(box).to_be_disabled()  # Streamlit takes nothing while it is cut off
    expect(box).to_have_value("Before the line went dead. While it was dead.")
    dead.clear()
    expect(box).to_be_enabled()
    expect(page.locator(".ap-status")).to_have_text(SAVED)
    page.reload()
    expect(box).to_have_value("Before the line went dead. While it was dead.")


@desktop
def test_two_tabs_never_overwrite_each_other_silently(visit: Visit, address) -> None:
    from playwright.sync_api import expect

    page = visit.page
    type_in(page, "Start.")
    expect(page.locator(".ap-status")).to_have_text(SAVED)
    other = page.context.new_page()
    other.goto(address)
    expect(other.get_by_role("textbox", name="Your answer")).to_have_value("Start.")
    type_in(other, " From the other tab.")
    expect(other.locator(".ap-status")).to_have_text(SAVED)
    type_in(page, " From this tab.")
    expect(page.get_by_text("also changed in another tab")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your answer")).to_have_value("Start. From this tab.")
    page.get_by_role("button", name="Take the other one").click()
    expect(page.get_by_role("textbox", name="Your answer")).to_have_value("Start. From the other tab.")


@desktop
def test_an_answer_stays_with_its_question(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    box = page.get_by_role("textbox", name="Your answer")
    first = page.get_by_role("radiogroup", name="Question").get_by_role("radio").first
    expect(first).to_be_checked()
    box.fill("Typed, and feedback never asked for.")
    page.get_by_role("combobox", name="Topic").click()
    page.get_by_role("option", name="Collectivisation").click()
    expect(page.get_by_text("Explain why there was famine")).to_be_visible()
    expect(box).to_have_value("")
    page.reload()
    expect(box).to_have_value("Typed, and feedback never asked for.")


@desktop
def test_an_exam_counts_down_and_leaves_the_text(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.get_by_text("Sit it as an exam").click()
    page.get_by_role("button", name="Start 45 minutes").click()
    timer = page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"44:5\d"))
    type_in(page, "Against the clock.")
    expect(page.locator(".ap-status")).to_have_text(SAVED)
    expect(timer).to_have_text(re.compile(r"44:4\d"))
    page.get_by_role("button", name="Put the clock away").click()
    expect(timer).to_be_hidden()
    expect(page.get_by_role("textbox", name="Your answer")).to_have_value("Against the clock.")


# --- from a first draft to its progress --------------------------------------------------------------------------------


def check_accessible(page) -> None:
    """What axe-core finds at fault by WCAG 2.2 AA; it comes with a package and fetches nothing."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(page, options=rules).response["violations"]
    faults = [
        f"{rule['impact']} {rule['id']}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert faults == []


def open_page(page, name: str) -> None:
    """Follow the navigation, which on a phone is folded away."""
    if page.viewport_size["width"] < 600:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=name).click()


@every_look
def test_from_a_first_draft_to_its_progress(visit: Visit, request) -> None:
    from playwright.sync_api import expect

    page, name = visit.page, request.node.callspec.id
    box = page.get_by_role("textbox", name="Your answer")
    page.get_by_role("combobox", name="Topic").click()
    page.get_by_role("option", name="Collectivisation").click()
    page.get_by_text("Explain why there was famine in the USSR between 1932 and 1934.").click()
    expect(page.get_by_role("radio", name="Explain why there was famine")).to_be_checked()
    check_accessible(page)

    whole = (Path(__file__).with_name("famine_answer.txt")).read_text(encoding="utf-8").strip()
    half = whole[: len(whole) // 2].rsplit("\n\n", 1)[0]
    box.fill(half)
    expect(page.locator(".ap-status")).to_have_text(SAVED)
    page.reload()
    expect(box).to_have_value(half)

    page.get_by_role("button", name="Get feedback").click()
    expect(page.get_by_text("Feedback on draft 1")).to_be_visible()
    expect(page.get_by_text("Only a teacher awards marks")).to_be_hidden()
    page.get_by_role("button", name="Give me a cue").first.click()
    ladder = page.locator(".ap-ladder").first
    expect(ladder.get_by_role("listitem")).to_have_count(2)
    page.reload()
    expect(ladder.get_by_role("listitem")).to_have_count(2)
    check_accessible(page)

    box.fill(whole)
    page.get_by_role("button", name="Get feedback").click()
    expect(page.get_by_text("Feedback on draft 2")).to_be_visible()
    expect(page.get_by_text("Since your last draft")).to_be_visible()
    page.get_by_text("Your drafts side by side").click()
    expect(page.get_by_role("heading", name="New facts")).to_be_visible()
    expect(page.get_by_text("Only a teacher awards marks")).to_be_visible()
    check_accessible(page)
    screenshot(page, f"practice-{name}-4-revised")

    open_page(page, "Progress")
    expect(page.get_by_role("heading", name="Your progress")).to_be_visible()
    expect(page.get_by_text("You have written two drafts on one question")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    expect(page.locator("canvas, [data-testid=stVegaLiteChart] svg").first).to_be_visible()
    check_accessible(page)
    screenshot(page, f"progress-{name}")

    for title in ("Flashcards", "Glossary", "My data"):
        open_page(page, title)
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        check_accessible(page)
        screenshot(page, f"{title.lower().replace(' ', '-')}-{name}")
    page.get_by_text("I want all of it deleted").click()
    page.get_by_role("button", name="Delete my data").click()
    expect(page.get_by_text("All your data was deleted.")).to_be_visible()
    open_page(page, "Practise")
    expect(box).to_have_value("")
