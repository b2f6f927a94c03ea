"""A student's visit in a real browser: choose, paste, read feedback, climb a hint; nothing fetched from elsewhere."""

from __future__ import annotations

import os
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
def address(tmp_path_factory) -> Iterator[str]:
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
    }
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
def visit(request, browser, address) -> Iterator[Visit]:
    """A fresh visit to the app at one width and in one colour scheme."""
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
    expect(page.get_by_text(f"{len(answer.split())} words")).to_be_visible()
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
def test_what_is_typed_stays_when_the_question_changes(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    box = page.get_by_role("textbox", name="Your answer")
    box.fill("Typed, and feedback never asked for.")
    page.get_by_role("combobox", name="Topic").click()
    page.get_by_role("option", name="Collectivisation").click()
    expect(page.get_by_text("Explain why there was famine")).to_be_visible()
    page.get_by_text("Explain why there was famine").click()
    expect(page.get_by_role("radio", name="Explain why there was famine")).to_be_checked()
    expect(box).to_have_value("Typed, and feedback never asked for.")


@desktop
def test_a_document_fills_the_box(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit.page
    page.get_by_text("Or take the answer from a document").click()
    page.locator("input[type=file]").set_input_files(Path(__file__).with_name("famine_answer.txt"))
    expect(page.get_by_text("famine_answer.txt")).to_be_visible()
    page.get_by_role("button", name="Get feedback").click()
    expect(page.get_by_role("heading", name="What works")).to_be_visible()
    expect(page.get_by_text("From famine_answer.txt: 324 words")).to_be_visible()
    assert "The famine of 1932 to 1934" in page.get_by_role("textbox", name="Your answer").input_value()
