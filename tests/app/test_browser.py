"""A student's visits in a real browser: write, be nudged, revise, improve; nothing lost, nothing fetched from elsewhere.

Every wait is for something that the student would see, and ends as soon as it is there. How long that may take is set
once, in `browser`, and generously: a busy machine makes these tests slow and never makes them fail.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
WAIT = 120 * SECONDS
FIRST, FAMINE, KULAKS = "stalin-victory", "famine", "dekulakisation"
"""Questions of the course; the first is the one that a newcomer finds chosen."""


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
    log = tmp_path_factory.mktemp("app") / "log.txt"
    with serving(database, free_port(), log) as app:
        yield app.address
    assert "Traceback" not in log.read_text()
    assert "requisition" not in log.read_text(), "a student's words reached the log"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@dataclass
class App:
    """The app as it runs: where, and in which process."""

    address: str
    process: subprocess.Popen


@contextmanager
def serving(database: Path, port: int, log: Path, script: Path = ROOT / "streamlit_app.py") -> Iterator[App]:
    """Start the app, or a script that runs it, and end it afterwards."""
    if not (models_folder() / MANIFEST).is_file():
        pytest.skip("there are no trained models (run 'assistant train')")
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "localhost", "--server.fileWatcherType", "none"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "ASSISTANT_"))
    } | {DATABASE_VARIABLE: str(database)}
    with log.open("w") as output:
        app = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_until_healthy(f"http://localhost:{port}/_stcore/health", app, log)
            yield App(f"http://localhost:{port}", app)
        finally:
            app.terminate()
            try:
                app.wait(30)
            except subprocess.TimeoutExpired:
                app.kill()
                app.wait()


def _wait_until_healthy(url: str, app: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + WAIT / SECONDS
    while time.monotonic() < end:
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
        sync_api.expect.set_options(timeout=WAIT)
        yield started
        started.close()


@contextmanager
def visiting(browser, address: str, database: Path, look: str = "desktop-light") -> Iterator[Visit]:
    """A newcomer's visit to the app at one width and in one colour scheme."""
    PracticeRecord(Database(database)).delete()
    width, scheme = look.split("-")
    context = browser.new_context(viewport=PHONE if width == "phone" else DESKTOP, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    opened = Visit(page)
    page.on("console", lambda message: opened.said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    context.on("request", lambda asked: opened.fetched.append(asked.url))
    page.on("websocket", lambda line: opened.fetched.append(line.url))
    try:
        page.goto(address)
        page.get_by_role("heading", name="Practise an answer").wait_for()
        answer_box(page, FIRST).wait_for()
        yield opened
    finally:
        context.close()
    assert opened.said == []
    hosts = {urlsplit(url).hostname for url in opened.fetched if urlsplit(url).scheme not in ("data", "blob")}
    assert hosts == {"localhost"}, "something was asked for elsewhere"


@pytest.fixture
def visit(request, browser, address, database) -> Iterator[Visit]:
    with visiting(browser, address, database, request.param) as opened:
        yield opened


every_look = pytest.mark.parametrize(
    "visit", ["desktop-light", "desktop-dark", "phone-light", "phone-dark"], indirect=True
)
desktop = pytest.mark.parametrize("visit", ["desktop-light"], indirect=True)


# --- what a student does, and what she sees of it ----------------------------------------------------------------------

SAVED = re.compile(r"words? · saved at \d\d:\d\d")
WHOLE = (Path(__file__).with_name("famine_answer.txt")).read_text(encoding="utf-8").strip()
HALF = WHOLE[: len(WHOLE) // 2].rsplit("\n\n", 1)[0]


def answer_box(page, question: str):
    """The box for the answer to one question: while another is being chosen, the page holds the box of the last still.

    Where something above it goes away, the box is drawn one place higher, and below it stands for a moment what it was.
    """
    return page.locator(f".st-key-practice-answer-{question}").get_by_role("textbox", name="Your answer").first


def status(page, question: str):
    """The line below that box: how many words, and whether they are saved."""
    return page.locator(f".st-key-practice-keeper-{question} .ap-status").first


def choose(page, topic: str, question: str, beginning: str) -> None:
    """Choose a question, and wait until its own box has come."""
    from playwright.sync_api import expect

    topics = page.get_by_role("combobox", name="Topic")
    # A list that is open closes as soon as the page is scrolled, and the browser tells of scrolling late.
    topics.scroll_into_view_if_needed()
    settle(page)
    topics.click()
    page.get_by_role("option", name=topic).click()
    # Streamlit lays its own drawing of a radio button over the real one: press what a person would press.
    page.get_by_role("radiogroup", name="Question").get_by_text(beginning).click()
    expect(page.get_by_role("radio", name=beginning)).to_be_checked()
    answer_box(page, question).wait_for()


def choose_famine(page) -> None:
    choose(page, "Collectivisation", FAMINE, "Explain why there was famine in the USSR between 1932 and 1934.")


def type_in(page, text: str, question: str = FIRST) -> None:
    """Type at the end of the answer, key by key, and stay in the box."""
    answer_box(page, question).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def get_feedback(page, draft: int) -> None:
    """Ask for feedback and wait for that on one draft, with everything below it drawn."""
    from playwright.sync_api import expect

    page.get_by_role("button", name="Get feedback").click()
    told = page.get_by_text(f"Feedback on draft {draft}:")
    expect(told).to_be_visible()
    settle(page)
    expect(told).to_be_in_viewport()  # on a phone it would otherwise lie below the screen
    wait_until(page, lambda: told.bounding_box()["y"] < page.viewport_size["height"] / 4)


def wait_until(page, happened: Callable[[], bool]) -> None:
    """Wait for something that the page itself does not show."""
    end = time.monotonic() + WAIT / SECONDS
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        page.wait_for_timeout(50)


def settle(page) -> None:
    """Wait until the app has drawn what it was asked for, and the browser has painted it."""
    page.locator('[data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]').wait_for()
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame)).then(() => true)")


def screenshot(page, name: str) -> None:
    """Keep a picture of the whole page, which Streamlit scrolls inside the window."""
    SCREENSHOTS.mkdir(exist_ok=True)
    settle(page)
    size = page.viewport_size
    block = page.get_by_test_id("stMainBlockContainer")
    height = int(block.evaluate("block => block.scrollHeight")) + 60
    page.set_viewport_size({"width": size["width"], "height": height})
    page.wait_for_function("height => window.innerHeight === height", arg=height)
    settle(page)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    page.set_viewport_size(size)


def check_accessible(page) -> None:
    """What axe-core finds at fault by WCAG 2.2 AA; it comes with a package and fetches nothing."""
    from axe_playwright_python.sync_playwright import Axe

    settle(page)
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(page, options=rules).response["violations"]
    faults = [f"{rule['impact']} {rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
    assert faults == []


def middles(parts) -> list[float]:
    """How far down the window the middles of these parts of a page are."""
    return [box["y"] + box["height"] / 2 for box in (part.bounding_box() for part in parts.all())]


def contrast(one: str, other: str) -> float:
    """How far two colours, as the browser names them, stand out from one another by WCAG: 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


DRAWN = """chart => [...chart.querySelectorAll(".role-mark path, .role-legend-symbol path")].map((path) => {
  const style = getComputedStyle(path);
  return [style.stroke === "none" ? style.fill : style.stroke, Number(path.getAttribute("opacity") ?? 1)];
})"""
"""The colour of each line, point and bar's edge of a chart, and how much of it covers what is behind."""


def check_chart(page, chart, parts: int) -> None:
    """So many lines, points and edges of bars, which all stand out from the page."""
    drawn = chart.evaluate(DRAWN)
    behind = page.locator(".stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    assert len(drawn) == parts
    assert all(opacity == 1 and contrast(colour, behind) > 3 for colour, opacity in drawn), (drawn, behind)


CUT_OFF = """options => options.flatMap(option => [option, ...option.children])
  .filter(part => part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight)
  .map(part => part.innerText)"""
"""What of some choices is cut off."""


def check_choices(page, name: str) -> None:
    """No choice of a select box is cut off in its list."""
    box = page.get_by_role("combobox", name=name)
    box.scroll_into_view_if_needed()
    settle(page)
    box.click()
    page.get_by_role("option").first.wait_for()
    assert page.get_by_role("option").evaluate_all(CUT_OFF) == []
    box.press("Escape")
    page.get_by_role("listbox").wait_for(state="hidden")


def check_width(page) -> None:
    """Nothing may make the page scroll sideways."""
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth"), "it scrolls sideways"


def open_page(page, name: str) -> None:
    """Follow the navigation, which in a narrow window is folded away before and after."""
    narrow = page.viewport_size["width"] < 600
    if narrow:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=name, exact=True).click()
    if narrow:
        page.get_by_test_id("stExpandSidebarButton").wait_for()


@every_look
def test_a_students_visit(visit: Visit, request) -> None:
    from playwright.sync_api import expect

    page, name = visit.page, request.node.callspec.id
    screenshot(page, f"practice-{name}-1-question")
    choose_famine(page)
    answer_box(page, FAMINE).fill(WHOLE)
    get_feedback(page, 1)

    expect(page.get_by_role("heading", name="What works")).to_be_visible()
    expect(page.get_by_text(f"Feedback on draft 1: {len(WHOLE.split())} words")).to_be_visible()
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

    expect(answer_box(page, FAMINE)).to_have_value(WHOLE)
    # From the text to the fact, which tells what it feeds; back to the text; and from the hints to the answer.
    number = page.locator('.ap-text a.ap-number[title*="Supports: "]').first
    number.click()
    expect(page.locator("li:target")).to_be_in_viewport()
    expect(page.locator("li:target")).to_contain_text("Supports: ")
    page.locator("li:target a.ap-number").click()
    expect(number).to_be_in_viewport()
    page.get_by_role("link", name="Write your next draft").click()
    expect(answer_box(page, FAMINE)).to_be_in_viewport()
    check_width(page)


SLOW_APP = """
import runpy, time
from pathlib import Path
from assistant.service import Engine

if not hasattr(Engine, "mark_at_once"):
    Engine.mark_at_once = Engine.mark

def mark(self, question, text):
    with Path({asked!r}).open("a") as asked:
        print(question, file=asked)
    while not Path({gate!r}).exists():
        time.sleep(0.05)
    return self.mark_at_once(question, text)

Engine.mark = mark
runpy.run_path({app!r})
"""
"""The app with an engine that waits at a gate before it reads an answer."""


@pytest.mark.parametrize("look", ["desktop-light", "phone-dark"])
def test_while_an_answer_is_read_the_page_says_so_and_two_presses_make_one_draft(browser, tmp_path, look) -> None:
    from playwright.sync_api import expect

    database, gate, asked = tmp_path / "practice.sqlite", tmp_path / "gate", tmp_path / "asked"
    slow = tmp_path / "slow_app.py"
    slow.write_text(SLOW_APP.format(asked=str(asked), gate=str(gate), app=str(ROOT / "streamlit_app.py")))
    with (
        serving(database, free_port(), tmp_path / "log.txt", slow) as app,
        visiting(browser, app.address, database, look) as visit,
    ):
        page = visit.page
        answer_box(page, FIRST).fill(HALF)
        expect(status(page, FIRST)).to_have_text(SAVED)
        page.get_by_role("button", name="Get feedback").dblclick()
        reading = page.get_by_role("status").filter(has_text="Reading your answer …")
        expect(reading).to_be_in_viewport(ratio=1)
        expect(page.get_by_text("Feedback on draft")).to_have_count(0)
        gate.touch()
        expect(page.get_by_text("Feedback on draft 1:")).to_be_visible()
        settle(page)
        expect(reading).to_have_count(0)
        assert [draft.number for draft in PracticeRecord(Database(database)).drafts("stalin")] == [1]
        assert asked.read_text().split() == [FIRST]


@desktop
def test_a_blank_answer_gets_one_sentence(visit: Visit) -> None:
    from playwright.sync_api import expect

    visit.page.get_by_role("button", name="Get feedback").click()
    expect(visit.page.get_by_role("alert")).to_have_text("The answer box holds no text.")


@desktop
def test_a_document_fills_the_box(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.get_by_text("Take the answer from a document").click()
    page.locator("input[type=file]").set_input_files(Path(__file__).with_name("famine_answer.txt"))
    expect(page.get_by_text("From famine_answer.txt: 324 words.")).to_be_visible()
    expect(answer_box(page, FIRST)).to_have_value(re.compile("The famine of 1932 to 1934"))
    get_feedback(page, 1)
    expect(page.get_by_role("heading", name="What works")).to_be_visible()


@desktop
def test_the_keyboard_is_enough(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("name => document.activeElement.innerText?.trim() === name", name):
                return
        pytest.fail(f"no way by keyboard to '{name}'")

    answer_box(page, FIRST).focus()
    page.keyboard.insert_text(HALF)
    tab_to("Get feedback")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Feedback on draft 1:")).to_be_visible()
    settle(page)
    tab_to("Give me a cue")
    page.keyboard.press("Enter")
    expect(page.locator(".ap-ladder").first.get_by_role("listitem")).to_have_count(2)
    tab_to("↑ Write your next draft")
    page.keyboard.press("Enter")
    expect(answer_box(page, FIRST)).to_be_in_viewport()
    tab_to("Get feedback")  # the keyboard's place went along


# --- nothing is lost ---------------------------------------------------------------------------------------------------


class Line:
    """The page's line to the app: it can be cut, and the app's words can be held back."""

    def __init__(self, page) -> None:
        self.dead = False
        self._held: list | None = None
        self.heard = 0
        page.route_web_socket(re.compile("_stcore/stream"), self._carry)

    def _carry(self, line) -> None:
        if self.dead:
            line.close()
            return
        self._line = line
        server = line.connect_to_server()
        line.on_message(lambda message: self._to_server(server, message))
        server.on_message(self._to_page)

    def _to_server(self, server, message) -> None:
        self.heard += 1
        server.send(message)

    def _to_page(self, message) -> None:
        if self._held is None:
            self._line.send(message)
        else:
            self._held.append(message)

    def hold(self) -> None:
        self._held = []

    def release(self) -> None:
        held, self._held = self._held or [], None
        for message in held:
            self._line.send(message)

    def cut(self) -> None:
        self.dead = True
        self._line.close()

    def mend(self) -> None:
        self.dead = False


@desktop
def test_words_are_counted_and_saved_while_typing_and_found_after_a_reload(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    line = Line(page)
    page.reload()
    box, below = answer_box(page, FIRST), status(page, FIRST)
    box.wait_for()
    line.hold()
    type_in(page, "Grain was taken")
    expect(below).to_have_text("3 words · saving …")
    line.release()
    expect(below).to_have_text(SAVED)
    expect(box).to_be_focused()
    # Saving must not disturb what is typed meanwhile: no letter lost, none doubled.
    parts = (" and the towns were fed", " while the villages went hungry", " in the winter of 1932.")
    for part in parts:
        line.hold()
        heard = line.heard
        page.keyboard.type(part)
        wait_until(page, lambda: line.heard > heard)  # noqa: B023 - asked at once
        page.keyboard.type(" So")
        line.release()
        page.keyboard.type(" it was.")
    sentence = "".join(f"{part} So it was." for part in parts)
    expect(box).to_have_value("Grain was taken" + sentence)
    expect(below).to_have_text(SAVED)
    page.reload()
    expect(box).to_have_value("Grain was taken" + sentence)
    expect(below).to_contain_text(f"{len(f'Grain was taken{sentence}'.split())} words")


@desktop
def test_typing_without_a_pause_is_saved_all_the_same(visit: Visit, database) -> None:
    from playwright.sync_api import expect

    page = visit.page
    line = Line(page)
    page.reload()
    box = answer_box(page, FIRST)
    box.wait_for()
    box.fill("")
    expect(status(page, FIRST)).not_to_contain_text("saving")
    line.heard = 0
    began = time.monotonic()
    while time.monotonic() - began < 7:
        page.keyboard.type("on and ", delay=20)
    assert line.heard >= 2, "little was handed over while the keys were moving"
    assert PracticeRecord(Database(database)).answer("stalin", FIRST).text, "it would be lost with the browser"
    typed = box.input_value()
    assert len(typed) > 100 and typed == "on and " * (len(typed) // 7)


@desktop
def test_what_was_typed_in_the_last_second_before_a_reload_comes_back(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    type_in(page, "Saved by the pause.")
    expect(status(page, FIRST)).to_have_text(SAVED)
    type_in(page, " Not saved any more.")
    page.reload()
    expect(answer_box(page, FIRST)).to_have_value("Saved by the pause. Not saved any more.")
    expect(status(page, FIRST)).to_have_text(SAVED)


@desktop
def test_a_lost_connection_loses_no_word(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    line = Line(page)
    page.reload()
    box, below = answer_box(page, FIRST), status(page, FIRST)
    type_in(page, "Before the line went dead.")
    expect(below).to_have_text(SAVED)
    type_in(page, " While it was dead.")
    line.cut()
    expect(box).to_be_disabled()  # Streamlit takes nothing while it is cut off
    expect(box).to_have_value("Before the line went dead. While it was dead.")
    line.mend()
    expect(box).to_be_enabled()
    expect(below).to_have_text(SAVED)
    page.reload()
    expect(box).to_have_value("Before the line went dead. While it was dead.")
    # Streamlit says on the console that it could not send what was typed on a dead line.
    visit.said[:] = [said for said in visit.said if "when disconnected from server" not in said]


def test_a_crash_of_the_app_loses_no_word(browser, tmp_path) -> None:
    from playwright.sync_api import expect

    database, port, log = tmp_path / "practice.sqlite", free_port(), tmp_path / "log.txt"
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    with serving(database, port, log) as app:
        page.goto(app.address)
        type_in(page, "Before the crash.")
        expect(status(page, FIRST)).to_have_text(SAVED)
        type_in(page, " In the last second.")
        app.process.kill()
        expect(answer_box(page, FIRST)).to_be_disabled()
    with serving(database, port, log):
        expect(answer_box(page, FIRST)).to_be_enabled()
        expect(answer_box(page, FIRST)).to_have_value("Before the crash. In the last second.")
        expect(status(page, FIRST)).to_have_text(SAVED)
        page.reload()
        expect(answer_box(page, FIRST)).to_have_value("Before the crash. In the last second.")
        context.close()


@desktop
def test_two_tabs_never_overwrite_each_other_silently(visit: Visit, address) -> None:
    from playwright.sync_api import expect

    page = visit.page
    type_in(page, "Start.")
    expect(status(page, FIRST)).to_have_text(SAVED)
    other = page.context.new_page()
    other.set_default_timeout(WAIT)
    other.goto(address)
    expect(answer_box(other, FIRST)).to_have_value("Start.")
    type_in(other, " From the other tab.")
    expect(status(other, FIRST)).to_have_text(SAVED)
    type_in(page, " From this tab.")
    expect(page.get_by_text("also changed in another tab")).to_be_visible()
    expect(answer_box(page, FIRST)).to_have_value("Start. From this tab.")
    page.get_by_role("button", name="Take the other one").click()
    expect(answer_box(page, FIRST)).to_have_value("Start. From the other tab.")
    expect(page.get_by_text("also changed in another tab")).to_be_hidden()
    # What was given up does not come back.
    expect(status(page, FIRST)).to_have_text(SAVED)
    page.reload()
    expect(answer_box(page, FIRST)).to_have_value("Start. From the other tab.")
    expect(status(page, FIRST)).to_have_text(SAVED)
    expect(page.get_by_text("also changed in another tab")).to_be_hidden()


@desktop
def test_an_answer_stays_with_its_question(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    answer_box(page, FIRST).fill("Typed, and feedback never asked for.")
    choose_famine(page)
    expect(answer_box(page, FAMINE)).to_have_value("")
    page.reload()
    expect(answer_box(page, FIRST)).to_have_value("Typed, and feedback never asked for.")


@desktop
def test_what_is_typed_into_a_box_that_the_page_takes_away_comes_back_with_it(visit: Visit) -> None:
    """On a slow line the next question comes seconds after it was chosen, and the old box is there until then."""
    from playwright.sync_api import expect

    page = visit.page
    line = Line(page)
    page.reload()
    choose_famine(page)
    type_in(page, "About the famine.", FAMINE)
    expect(status(page, FAMINE)).to_have_text(SAVED)
    line.hold()
    page.get_by_role("radiogroup", name="Question").get_by_text("Explain why the Soviet regime attacked").click()
    type_in(page, " Typed too late.", FAMINE)
    line.release()
    answer_box(page, KULAKS).wait_for()
    expect(answer_box(page, KULAKS)).to_have_value("")
    page.get_by_role("radiogroup", name="Question").get_by_text("Explain why there was famine").click()
    expect(answer_box(page, FAMINE)).to_have_value("About the famine. Typed too late.")
    expect(status(page, FAMINE)).to_have_text(SAVED)


@desktop
def test_a_plan_stands_beside_the_answer_and_is_saved_with_it(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.get_by_text("Plan beside the answer").click()
    plan = page.get_by_role("textbox", name="Plan")
    plan.click()
    page.keyboard.type("Grain, then towns, then a judgement.")
    expect(status(page, FIRST)).to_have_text(re.compile("^0 words · saved at"))
    assert plan.bounding_box()["x"] > answer_box(page, FIRST).bounding_box()["x"]
    page.reload()
    page.get_by_text("Plan beside the answer").click()
    expect(plan).to_have_value("Grain, then towns, then a judgement.")


TAP = """([box, button]) => {
  box.blur();
  for (const event of ["mousedown", "mouseup", "click"]) button.dispatchEvent(new MouseEvent(event, { bubbles: true, cancelable: true }));
}"""
"""What a finger does: it leaves the box and presses a button in one and the same moment."""


@desktop
def test_a_tap_right_after_typing_is_never_lost(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page

    def type_and_tap(question: str, text: str, target) -> None:
        box = answer_box(page, question)
        box.focus()
        page.keyboard.insert_text(text)
        page.evaluate(TAP, [box.element_handle(), target.element_handle()])

    type_and_tap(FIRST, HALF, page.get_by_role("button", name="Get feedback"))
    expect(page.get_by_text("Feedback on draft 1:")).to_be_visible()
    settle(page)
    type_and_tap(FIRST, " And then?", page.get_by_role("button", name="Give me a cue").first)
    expect(page.locator(".ap-ladder").first.get_by_role("listitem")).to_have_count(2)
    expect(status(page, FIRST)).to_have_text(SAVED)
    type_and_tap(FIRST, " What next?", page.get_by_role("button", name="A question at random"))
    expect(answer_box(page, FIRST)).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Feedback on draft 1:")).to_be_visible()
    expect(answer_box(page, FIRST)).to_have_value(f"{HALF} And then? What next?")


@desktop
def test_a_look_at_another_page_right_after_typing_loses_nothing(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    type_in(page, "Who were")
    open_page(page, "Glossary")
    expect(page.get_by_role("heading", name="Glossary", exact=True)).to_be_visible()
    open_page(page, "Practise")
    expect(answer_box(page, FIRST)).to_have_value("Who were")
    type_in(page, " the kulaks?")
    link = page.get_by_role("link", name="Glossary", exact=True)
    page.evaluate(TAP, [answer_box(page, FIRST).element_handle(), link.element_handle()])
    expect(page.get_by_role("heading", name="Glossary", exact=True)).to_be_visible()
    open_page(page, "Practise")
    expect(answer_box(page, FIRST)).to_have_value("Who were the kulaks?")
    expect(status(page, FIRST)).to_have_text(SAVED)
    page.reload()
    expect(answer_box(page, FIRST)).to_have_value("Who were the kulaks?")


@desktop
def test_an_exam_counts_down_and_leaves_the_text(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    answer_box(page, FIRST).evaluate("box => { box.dataset.kept = 'yes'; }")
    timer = start_exam(page, 45)
    # The same box as before, with its caret and its place in a long text.
    expect(answer_box(page, FIRST)).to_have_attribute("data-kept", "yes")
    began = timer.inner_text()
    type_in(page, "Against the clock.")
    expect(status(page, FIRST)).to_have_text(SAVED)
    expect(timer).not_to_have_text(began)
    page.get_by_role("button", name="Put the clock away").click()
    expect(timer).to_be_hidden()
    expect(answer_box(page, FIRST)).to_have_value("Against the clock.")


COVERED = """() => {
  const focused = document.activeElement.getBoundingClientRect();
  return ["[data-testid=stHeader]", ".ap-clock"].filter((above) => {
    const cover = document.querySelector(above).getBoundingClientRect();
    return focused.top < cover.bottom && focused.bottom > cover.top;
  });
}"""
"""What lies over the element that has the focus."""


def start_exam(page, minutes: int):
    """Start the clock, wait until it runs, and return it."""
    from playwright.sync_api import expect

    page.get_by_text("Sit it as an exam").click()
    page.get_by_role("button", name=f"Start {minutes} minutes").click()
    timer = page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"\d+:\d\d"))
    return timer


@desktop
def test_an_exam_that_ends_warns_and_locks_nothing(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.clock.install()
    page.reload()
    timer, warning = start_exam(page, 20), page.locator(".ap-clock-message")
    expect(warning).to_have_text("")
    page.clock.fast_forward("15:10")
    expect(warning).to_have_text("Five minutes left: write your judgement now.")
    # The app's own clock did not jump: what it sends with a page drawn anew, or with the clock, gives no time back.
    page.get_by_text("Plan beside the answer").click()
    page.get_by_role("textbox", name="Plan").wait_for()
    open_page(page, "Glossary")
    expect(page.get_by_role("heading", name="Glossary", exact=True)).to_be_visible()
    open_page(page, "Practise")
    expect(timer).to_have_text(re.compile(r"[0-4]:\d\d"))
    page.clock.fast_forward("05:00")
    expect(timer).to_have_text("0:00")
    expect(warning).to_have_text(re.compile("^Time is up. Nothing is locked"))
    expect(answer_box(page, FIRST)).to_be_editable()


CLOCKS = """
const date = Date.now, now = performance.now.bind(performance);
Date.now = () => date() + (window.setForward ?? 0);
performance.now = () => now() - (window.slept ?? 0);
"""
"""The browser's clocks as they are where the time of day is set, or the computer sleeps while one of them stands still."""


@desktop
def test_an_exam_is_as_long_when_the_browsers_clock_is_set_or_the_computer_sleeps(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.add_init_script(CLOCKS)
    page.reload()
    timer = start_exam(page, 20)
    for change in ("window.setForward = 600_000", "window.setForward = -600_000", "window.slept = 600_000"):
        page.evaluate(change)
        page.wait_for_timeout(2 * SECONDS)  # the clock has ticked
        expect(timer).to_have_text(re.compile(r"1\d:\d\d"))
        shown = timer.inner_text()
        expect(timer).not_to_have_text(shown)
        assert timer.inner_text() < shown
    type_in(page, "Against the clock.")
    expect(status(page, FIRST)).to_have_text(SAVED)


@pytest.mark.parametrize("visit", ["desktop-light", "phone-dark"], indirect=True)
def test_the_clock_stays_in_view_and_its_messages_move_nothing(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.clock.install()
    page.reload()
    timer, box, warning = start_exam(page, 20), answer_box(page, FIRST), page.locator(".ap-clock-message")
    box.fill("\n\n".join([HALF] * 10))
    expect(status(page, FIRST)).to_have_text(SAVED)
    box.press("Control+End")
    page.get_by_role("button", name="Get feedback").scroll_into_view_if_needed()
    settle(page)
    expect(timer).to_be_in_viewport(ratio=1)
    header = page.get_by_test_id("stHeader").bounding_box()
    assert timer.bounding_box()["y"] >= header["y"] + header["height"]
    stood = box.bounding_box()
    for ahead, said in (("15:10", "Five minutes left"), ("05:00", "Time is up")):
        page.clock.fast_forward(ahead)
        expect(warning).to_contain_text(said)
        expect(warning).to_be_in_viewport(ratio=1)
        assert box.bounding_box() == stood
    check_accessible(page)
    check_width(page)
    # Neither the clock nor Streamlit's header covers what is reached by keys, on the way up the page.
    for _ in range(5):
        page.keyboard.press("Shift+Tab")
        settle(page)
        assert page.evaluate(COVERED) == []


# --- from a first draft to its progress --------------------------------------------------------------------------------


@every_look
def test_from_a_first_draft_to_its_progress(visit: Visit, request) -> None:
    from playwright.sync_api import expect

    page, name = visit.page, request.node.callspec.id
    choose_famine(page)
    box = answer_box(page, FAMINE)
    check_accessible(page)

    box.fill(HALF)
    expect(status(page, FAMINE)).to_have_text(SAVED)
    page.reload()
    expect(box).to_have_value(HALF)

    get_feedback(page, 1)
    expect(page.get_by_text("Only a teacher awards marks")).to_be_hidden()
    page.get_by_role("button", name="Give me a cue").first.click()
    ladder = page.locator(".ap-ladder").first
    expect(ladder.get_by_role("listitem")).to_have_count(2)
    page.reload()
    expect(ladder.get_by_role("listitem")).to_have_count(2)
    check_accessible(page)

    box.fill(WHOLE)
    get_feedback(page, 2)
    expect(page.get_by_text("Since your last draft")).to_be_visible()
    page.get_by_text("Your drafts side by side").click()
    expect(page.get_by_role("heading", name="New facts")).to_be_visible()
    expect(page.get_by_text("tied to a point)").first).to_be_visible()
    expect(page.get_by_text("Only a teacher awards marks")).to_be_visible()
    check_accessible(page)
    check_width(page)
    screenshot(page, f"practice-{name}-4-revised")

    page.get_by_role("link", name="See your progress").click()
    expect(page.get_by_role("heading", name="Your progress")).to_be_visible()
    expect(page.get_by_text("You have written two drafts on one question")).to_be_visible()
    check_choices(page, "Question")
    expect(page.locator(".ap-asked")).to_have_text("Explain why there was famine in the USSR between 1932 and 1934.")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    expect(page.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first).to_be_visible()
    bars, names = (
        page.get_by_test_id("stVegaLiteChart").last.locator(f"g.role-mark {part}") for part in ("path", "text")
    )
    expect(names).to_have_count(3)
    assert middles(bars) == pytest.approx(middles(names), abs=1.5)
    check_chart(page, page.get_by_test_id("stVegaLiteChart").first, parts=3 + 6 + 3)
    check_chart(page, page.get_by_test_id("stVegaLiteChart").last, parts=3)
    check_accessible(page)
    check_width(page)
    screenshot(page, f"progress-{name}")

    open_page(page, "Flashcards")
    page.get_by_role("button", name=re.compile("^Make .* of what you keep missing$")).click()
    check_accessible(page)
    page.get_by_role("button", name="Show the fact").click()
    expect(page.get_by_text("How well did it come back to you?")).to_be_visible()
    check_accessible(page)
    screenshot(page, f"flashcards-{name}")
    page.get_by_role("button", name="Good").click()
    expect(page.get_by_text(re.compile("^Good: it comes back in "))).to_be_visible()

    open_page(page, "Glossary")
    page.get_by_role("textbox", name="Find a term").fill("kulak")
    page.get_by_role("textbox", name="Find a term").press("Enter")
    expect(
        page.get_by_text(re.compile(r"^(One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|\d+) terms?$"))
    ).to_be_visible()
    check_accessible(page)
    screenshot(page, f"glossary-{name}")
    page.get_by_role("tab", name="Where the notes are mistaken").click()
    expect(page.get_by_text("You are never marked down for knowing better")).to_be_visible()
    check_accessible(page)

    open_page(page, "My data")
    expect(page.get_by_text("Two drafts with their feedback")).to_be_visible()
    check_accessible(page)
    screenshot(page, f"my-data-{name}")
    page.get_by_text("I want all of it deleted").click()
    page.get_by_role("button", name="Delete my data").click()
    expect(page.get_by_text("All your data was deleted.")).to_be_visible()
    open_page(page, "Practise")
    expect(answer_box(page, FIRST)).to_have_value("")


# --- a slow line -------------------------------------------------------------------------------------------------------

DELAY, BYTES_A_SECOND = 0.25, 250_000
"""Each way, as on a phone with one bar."""


class SlowLine(socketserver.BaseRequestHandler):
    """Carries one connection to the app and back, late and a little at a time."""

    def handle(self) -> None:
        with socket.create_connection(self.server.app) as app:
            back = threading.Thread(target=self._carry, args=(app, self.request), daemon=True)
            back.start()
            self._carry(self.request, app)
            back.join()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while part := source.recv(32 * 1024):
                time.sleep(DELAY + len(part) / BYTES_A_SECOND)
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # either side has hung up
            source.close()
            target.close()


class SlowLines(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@pytest.fixture
def slow_address(address) -> Iterator[str]:
    """The same app at the end of a slow line."""
    with SlowLines(("127.0.0.1", 0), SlowLine) as lines:
        lines.app = ("localhost", urlsplit(address).port)
        threading.Thread(target=lines.serve_forever, daemon=True).start()
        yield f"http://localhost:{lines.server_address[1]}"
        lines.shutdown()


def test_on_a_slow_line_everything_comes_late_and_nothing_is_lost(browser, slow_address, database) -> None:
    from playwright.sync_api import expect

    with visiting(browser, slow_address, database, "phone-light") as opened:
        page = opened.page
        choose_famine(page)
        type_in(page, "Grain was taken.", FAMINE)
        expect(status(page, FAMINE)).to_contain_text("3 words")
        page.keyboard.type(" Livestock was slaughtered.")
        page.get_by_role("button", name="Get feedback").click()
        expect(page.get_by_text("Feedback on draft 1: six words")).to_be_visible()
        type_in(page, " Exports went on.", FAMINE)
        page.reload()
        expect(answer_box(page, FAMINE)).to_have_value("Grain was taken. Livestock was slaughtered. Exports went on.")
        expect(status(page, FAMINE)).to_have_text(SAVED)
