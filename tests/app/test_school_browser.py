"""The app served to a school: people sign in at a real OpenID provider on this machine, in a real browser."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from test_browser import DESKTOP, FIRST, SECONDS, answer_box, browser, check_accessible, screenshot, settle, status  # noqa: F401

from assistant.scoring.artefacts import MANIFEST, models_folder
from assistant.store.class_set_records import NewScript
from assistant.store.class_sets import ClassSets
from assistant.store.database import DATABASE_VARIABLE, Database

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("oidc_provider_mock") is None, reason="oidc-provider-mock is not installed"),
]

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = {"ann-1": "Ann", "bo-2": "Bo", "di-3": "Di"}
WORDS = "Quotas rose and the villages starved, says Bo."
SETTINGS = """
[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "essays"
client_secret = "kept"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[roles]
teachers = ["ann@school.example"]
students = ["@school.example"]
"""


@dataclass(frozen=True)
class School:
    """Where the app and the provider are, and what the app keeps."""

    app: str
    provider: str
    database: Path


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(command: list[str], health: str, log: Path, **environment: str) -> Iterator[None]:
    """A server while it is needed, with whatever it starts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "ASSISTANT_"))}
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=kept | environment,
            start_new_session=True,
        )
        try:
            for _ in range(300):
                assert server.poll() is None, log.read_text()
                try:
                    with urllib.request.urlopen(health, timeout=5):
                        break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.2)
            else:
                pytest.fail(f"it did not start: {log.read_text()}")
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


@pytest.fixture(scope="module")
def school(tmp_path_factory) -> Iterator[School]:
    if not (models_folder() / MANIFEST).is_file():
        pytest.skip("there are no trained models (run 'assistant train')")
    place = tmp_path_factory.mktemp("school")
    ports = free_port(), free_port()
    app, provider = (f"http://localhost:{port}" for port in ports)
    settings = place / "sign-in.toml"
    settings.write_text(SETTINGS.format(app=app, provider=provider))
    known: list[str] = []
    for sub, name in ACCOUNTS.items():
        claims = {"sub": sub, "name": name, "email": f"{name.lower()}@school.example", "email_verified": True}
        known += ["--user-claims", json.dumps(claims)]
    stranger = {"sub": "eve-4", "name": "Eve", "email": "eve@elsewhere.example", "email_verified": True}
    known += ["--user-claims", json.dumps(stranger)]
    database = place / "assistant.sqlite"
    offering = ["oidc_provider_mock", "--port", str(ports[1]), "--host", "localhost", *known]
    serving = ["assistant", "serve", "--headless", "--port", str(ports[0]), "--sign-in", str(settings)]
    log = place / "app.txt"
    with (
        running(offering, f"{provider}/.well-known/openid-configuration", place / "provider.txt"),
        running(serving, f"{app}/_stcore/health", log, **{DATABASE_VARIABLE: str(database)}),
    ):
        yield School(app, provider, database)
    said = log.read_text()
    assert "Traceback" not in said
    assert WORDS not in said, "a student's words reached the log"


@pytest.fixture
def page(browser, school) -> Iterator[object]:  # noqa: F811
    """A tab in a browser of its own."""
    context = browser.new_context(viewport=DESKTOP)
    opened = context.new_page()
    opened.set_default_timeout(60 * SECONDS)
    yield opened
    context.close()


def heading(page, name: str):
    return page.get_by_role("heading", name=name, exact=True)


def sign_in(page, school: School, sub: str) -> None:
    """Sign in at the provider and come back."""
    page.goto(school.app)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{school.provider}/**")
    page.get_by_role("button", name=sub).click()
    page.wait_for_url(f"{school.app}/**")


def sign_out(page, school: School) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{school.provider}/**")
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{school.app}/**")
    heading(page, "Sign in").wait_for()


def offered(page) -> set[str]:
    """Names of the pages in the navigation."""
    links = page.get_by_test_id("stTopNavLink")
    links.first.wait_for()
    return {text.strip() for text in links.all_inner_texts()}


def test_nobody_sees_a_page_before_signing_in(page, school) -> None:
    from playwright.sync_api import expect

    for place in ("", "progress", "class-sets", "my-data?learner=1"):
        page.goto(f"{school.app}/{place}")
        heading(page, "Sign in").wait_for()
        expect(page.get_by_test_id("stTopNavLink")).to_have_count(0)
        assert page.get_by_role("dialog").count() == 0
    check_accessible(page)
    screenshot(page, "sign-in-desktop-light")


def test_a_student_writes_reaches_no_teachers_page_and_signs_out(page, school) -> None:
    from playwright.sync_api import expect

    ClassSets(Database(school.database), f"{school.provider}#ann-1").create(
        "stalin", "Set of Ann’s", [NewScript("one.txt", "famine", "A script.")]
    )
    sign_in(page, school, "bo-2")
    heading(page, "Practise an answer").wait_for()
    assert offered(page) == {"Practise", "Progress", "Flashcards", "Glossary", "My data"}
    expect(page.get_by_text("Bo (bo@school.example)")).to_be_visible()
    check_accessible(page)
    screenshot(page, "signed-in-student-desktop-light")
    answer_box(page, FIRST).fill(WORDS)
    expect(status(page, FIRST)).to_contain_text("saved at")
    for place in ("class-sets", "class-sets?class_set=1", "Class_sets", "class_sets"):
        page.goto(f"{school.app}/{place}")
        offered(page)
        settle(page)
        assert heading(page, "Class sets").count() == 0
        assert page.get_by_text("Set of Ann").count() == 0
    page.goto(school.app)
    sign_out(page, school)
    for place in ("", "progress"):
        page.goto(f"{school.app}/{place}")
        heading(page, "Sign in").wait_for()
        assert page.get_by_text(WORDS).count() == 0


def test_the_next_student_at_the_same_tab_finds_nothing_of_the_last(page, school) -> None:
    sign_in(page, school, "bo-2")
    heading(page, "Practise an answer").wait_for()
    settle(page)
    # Typed, and the tab taken elsewhere before it was handed over: it waits in the tab for whoever typed it.
    answer_box(page, FIRST).fill(f"{WORDS} And more.")
    assert "And more." in page.evaluate("JSON.stringify(sessionStorage)")
    page.context.clear_cookies()
    sign_in(page, school, "di-3")
    heading(page, "Practise an answer").wait_for()
    answer_box(page, FIRST).wait_for()
    settle(page)
    page.wait_for_timeout(2000)  # longer than the pause after which something typed is handed over
    assert answer_box(page, FIRST).input_value() == ""
    assert page.get_by_text("says Bo").count() == 0
    for place in ("progress", "flashcards", "my-data", f"my-data?learner={school.provider}%23bo-2"):
        page.goto(f"{school.app}/{place}")
        offered(page)
        assert page.get_by_text("says Bo").count() == 0


def test_a_teacher_sees_the_class_sets_and_her_name_goes_with_them(page, school) -> None:
    sign_in(page, school, "ann-1")
    heading(page, "Practise an answer").wait_for()
    assert "Class sets" in offered(page)
    page.goto(f"{school.app}/class-sets")
    heading(page, "Class sets").wait_for()
    page.get_by_text("Ann (ann@school.example)").wait_for()


def test_an_account_of_elsewhere_does_not_come_in(page, school) -> None:
    sign_in(page, school, "eve-4")
    heading(page, "You cannot come in with this account").wait_for()
    assert page.get_by_test_id("stTopNavLink").count() == 0
    sign_out(page, school)


def test_a_cookie_that_was_tampered_with_lets_nobody_in(page, school) -> None:
    sign_in(page, school, "bo-2")
    heading(page, "Practise an answer").wait_for()
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "_streamlit_user"]
    value = cookie["value"]
    page.context.clear_cookies()
    page.context.add_cookies([cookie | {"value": value[:20] + ("A" if value[20] != "A" else "B") + value[21:]}])
    page.goto(school.app)
    heading(page, "Sign in").wait_for()
