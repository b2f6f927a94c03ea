"""Who sees which pages and whose work, driven through Streamlit's own test harness with the router itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import streamlit as st
from hand_made import ANSWER, hand_made_feedback
from streamlit.testing.v1 import AppTest

from assistant.accounts import SIGN_IN_VARIABLE
from assistant.app import resources, sign_in
from assistant.app.class_set_intake import bring_in
from assistant.store.class_sets import ClassSets
from assistant.store.database import Database
from assistant.store.drafts import AnswerInProgress, PracticeRecord

ROUTER = Path(__file__).resolve().parents[2] / "streamlit_app.py"
SETTINGS = {
    "auth": {
        "redirect_uri": "http://localhost:8501/oauth2callback",
        "cookie_secret": "0123456789abcdef0123456789abcdef",
        "client_id": "essays",
        "client_secret": "kept",
        "server_metadata_url": "http://localhost:9400/.well-known/openid-configuration",
    },
    "roles": {"teachers": ["ann@school.example", "cy@school.example"]},
}
ISSUER = "http://localhost:9400"
PLACES = ("", "progress", "flashcards", "glossary", "class-sets", "my-data")


def account(name: str, **claims: object) -> dict[str, object]:
    address = f"{name.lower()}@school.example"
    known = {"iss": ISSUER, "sub": name.lower(), "iat": time.time(), "email": address, "name": name}
    return {"is_logged_in": True, **known, **claims}


ANN, BO, DI = account("Ann"), account("Bo"), account("Di")


def subject(claims) -> str:
    return f"{ISSUER}#{claims['sub']}"


def visit(claims=None, settings=SETTINGS) -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=30)
    if settings is not None:
        app.secrets = settings
        app.user = claims if claims is not None else {"is_logged_in": False}
    return app.run()


def go(app: AppTest, place: str) -> AppTest:
    """Ask for a page by its place in the address, as a browser does, whether or not it is offered."""
    known = {page["url_pathname"]: number for number, page in visit(ANN)._registered_pages.items()}
    app._page_hash = known[place]
    return app.run()


def everything(app: AppTest) -> str:
    """All that a page shows, as text."""
    return "\n".join([str(app), *(element.proto.body for element in app.get("html"))])


def offered(app: AppTest) -> set[str]:
    return {page["url_pathname"] for page in app._registered_pages.values() if "url_pathname" in page}


@pytest.fixture(autouse=True)
def opened(monkeypatch, engine) -> None:
    monkeypatch.setattr(resources, "course_engine", lambda course: engine)
    monkeypatch.delenv(SIGN_IN_VARIABLE, raising=False)


@pytest.fixture
def store(place) -> Database:
    return Database(place)


# --- who comes in ------------------------------------------------------------------------------------------------------


def test_on_ones_own_machine_every_page_is_there_and_nobody_signs_in():
    app = visit(settings=None)
    assert not app.exception
    assert offered(app) == set(PLACES)
    assert not [button for button in app.button if "Sign" in button.label]


def test_nobody_sees_anything_before_signing_in(store, course):
    PracticeRecord(store).add_draft(ANSWER, hand_made_feedback())
    for place in PLACES:
        app = go(visit(), place)
        assert not app.exception
        assert [title.value for title in app.title] == ["Sign in"]
        assert [button.label for button in app.button] == ["Sign in"]
        assert "Famine came because" not in everything(app)


def test_a_button_for_each_way_to_sign_in():
    auth = SETTINGS["auth"]
    provider = {name: auth[name] for name in ("client_id", "client_secret", "server_metadata_url")}
    shared = {name: auth[name] for name in ("redirect_uri", "cookie_secret")}
    app = visit(settings=SETTINGS | {"auth": shared | {"google": provider, "microsoft": provider}})
    assert [button.label for button in app.button] == ["Sign in with Google", "Sign in with Microsoft"]


def test_settings_that_are_not_fit_let_nobody_in():
    app = visit(ANN, SETTINGS | {"roles": {}})
    assert not app.exception
    assert "at least one teacher" in app.error[0].value
    assert not app.button


def test_who_is_not_admitted_is_told_and_can_sign_out():
    app = visit(BO, SETTINGS | {"roles": {"teachers": ["ann@school.example"], "students": ["@other.example"]}})
    assert app.title[0].value == "You cannot come in with this account"
    assert [button.label for button in app.button] == ["Sign out"]


def test_a_sign_in_of_yesterday_is_asked_for_again():
    app = visit(account("Bo", iat=time.time() - 24 * 3600))
    assert [title.value for title in app.title] == ["Sign in"]


def test_where_settings_are_lost_the_app_does_not_open_to_everybody(monkeypatch):
    monkeypatch.setenv(SIGN_IN_VARIABLE, "sign-in.toml")
    app = visit(settings=None)
    assert not app.exception
    assert app.title[0].value == "The assistant cannot be used yet"


def test_a_damaged_settings_file_does_not_open_the_app_to_everybody(monkeypatch, tmp_path):
    file = tmp_path / "secrets.toml"
    file.write_text("[auth")
    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: [str(file)] if name == "secrets.files" else real(name))
    assert "cannot be read" in visit(settings=None).error[0].value


@pytest.mark.parametrize("address", [None, "0.0.0.0", "192.168.1.5"])
def test_started_in_another_way_it_serves_no_other_machine_without_sign_in(monkeypatch, address):
    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: address if name == "server.address" else real(name))
    app = visit(settings=None)
    assert "People must sign in" in app.error[0].value
    assert not visit(BO).error


# --- whose pages -------------------------------------------------------------------------------------------------------


def test_a_teachers_pages_are_not_there_for_a_student():
    assert offered(visit(ANN)) == set(PLACES)
    app = visit(BO)
    assert not app.exception
    assert offered(app) == set(PLACES) - {"class-sets"}


def test_a_student_does_not_reach_a_teachers_page_by_its_address(store, course):
    ClassSets(store, subject(ANN)).create(course.id, "Sunday’s set", [])
    teacher = go(visit(ANN), "class-sets")
    assert teacher.title[0].value == "Class sets" and "Sunday’s set" in everything(teacher)
    app = visit(BO)
    app.query_params["class_set"] = "1"
    go(app, "class-sets")
    assert not app.exception
    assert "Class sets" not in [title.value for title in app.title]
    assert "Sunday’s set" not in everything(app)


def test_a_teachers_page_shuts_itself_to_a_student(monkeypatch, store, course):
    """Even were the page offered to her by mistake."""
    ClassSets(store, subject(ANN)).create(course.id, "Sunday’s set", [])
    monkeypatch.setattr("assistant.accounts.OPEN_TO_STUDENTS", frozenset({"practise", "class-sets"}))
    app = go(visit(BO), "class-sets")
    assert "This page is for teachers" in [title.value for title in app.title]
    assert "Sunday’s set" not in everything(app)


# --- whose work --------------------------------------------------------------------------------------------------------


def test_a_student_sees_her_own_work_and_nobody_elses(store, course):
    hers, his = PracticeRecord(store, subject(BO)), PracticeRecord(store, subject(DI))
    hers.save_answer(course.id, AnswerInProgress("famine", "Words of Bo's own."))
    hers.add_draft(ANSWER, hand_made_feedback())
    his.save_answer(course.id, AnswerInProgress("plans", "Words of Di's own."))
    PracticeRecord(store).save_answer(course.id, AnswerInProgress("famine", "Words from before there was a sign-in."))
    mine = visit(BO)
    assert "Words of Bo's own." in [area.value for area in mine.text_area]
    for place in PLACES:
        for query in ({}, {"learner": subject(BO)}, {"draft": "1"}, {"sub": "bo", "email": "bo@school.example"}):
            app = visit(DI)
            for name, value in query.items():
                app.query_params[name] = value
            shown = everything(go(app, place))
            assert not app.exception
            for foreign in ("Words of Bo", "Famine came because", "before there was"):
                assert foreign not in shown, (place, query)


def test_the_same_subject_of_another_issuer_is_another_person(store, course):
    PracticeRecord(store, subject(BO)).save_answer(course.id, AnswerInProgress("famine", "Words of Bo's own."))
    app = visit(account("Bo", iss="http://elsewhere.example"))
    assert not app.exception
    assert "Words of Bo" not in everything(app)


def test_a_visit_taken_over_by_somebody_else_remembers_nothing(store, course):
    app = visit(BO)
    app.text_area[0].set_value("Words of Bo's own.").run()
    app.user = DI
    app.run()
    assert not app.exception
    assert "Words of Bo" not in everything(app)
    assert PracticeRecord(store, subject(DI)).latest_answer(course.id) is None


def test_one_teachers_class_sets_are_not_anothers_unless_they_share_them(store, course):
    ClassSets(store, subject(ANN)).create(course.id, "Sunday’s set", [])
    cy = account("Cy")
    assert "Sunday’s set" not in everything(go(visit(cy), "class-sets"))
    shared = SETTINGS | {"roles": SETTINGS["roles"] | {"shared_class_sets": True}}
    ClassSets(store, "department").create(course.id, "Monday’s set", [])
    for teacher in (ANN, cy):
        shown = everything(go(visit(teacher, shared), "class-sets"))
        assert "Monday’s set" in shown and "Sunday’s set" not in shown


def test_awards_carry_the_name_of_whoever_signed_in(store, course, engine):
    from assistant.app.class_set_reading import read_script

    sets = ClassSets(store, subject(ANN))
    class_set, _ = bring_in(course, sets, "Sunday’s set", [], ANSWER, "famine")
    engine.guess_question = lambda text: None
    (script,) = sets.waiting(class_set)
    read_script(engine, sets, script)
    app = go(visit(ANN), "class-sets")
    app.selectbox(key="class_sets.chosen").set_value(class_set).run()
    assert not [box for box in app.text_input if box.label.startswith("Your name")]
    app.number_input(key=f"class_sets.mark.first.{script}").set_value(8).run()
    assert not app.exception
    assert sets.award_of(script, "first").marker == "Ann (ann@school.example)"


def test_who_is_signed_in_is_shown_with_the_way_out(monkeypatch):
    left = []
    app = visit(BO)
    assert "Bo (bo@school.example)" in everything(app)
    monkeypatch.setattr(sign_in.st, "logout", lambda: left.append(True))
    app = visit(BO)
    next(button for button in app.button if button.label == "Sign out").click().run()
    assert left == [True]
