"""Who may see what, decided from the settings and from what a sign-in says of an account."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest

from assistant.accounts import (
    DEPARTMENT,
    LONGEST_SUBJECT,
    OPEN_TO_STUDENTS,
    NotAdmitted,
    SignInError,
    is_local,
    person_of,
    read_sign_in,
    sign_in_of,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SETTINGS = {
    "auth": {
        "redirect_uri": "https://essays.school.example/oauth2callback",
        "cookie_secret": "0123456789abcdef0123456789abcdef",
        "client_id": "essays",
        "client_secret": "kept",
        "server_metadata_url": "https://accounts.example/.well-known/openid-configuration",
    },
    "roles": {"teachers": ["Ann@School.example", "@staff.school.example"]},
}
ANN = {
    "iss": "https://accounts.example",
    "sub": "17",
    "iat": NOW.timestamp(),
    "email": "ann@school.example",
    "email_verified": True,
    "name": "Ann Li",
}


def settings(**roles):
    changed = copy.deepcopy(SETTINGS)
    changed["roles"] |= roles
    return sign_in_of(changed)


def test_the_settings_say_how_people_sign_in():
    found = settings(shared_class_sets=True, students=["@school.example"], hours=2)
    assert (found.providers, found.host, found.shared, found.hours) == (("",), "essays.school.example", True, 2)
    assert found.teachers == ("ann@school.example", "@staff.school.example")
    several = copy.deepcopy(SETTINGS)
    auth = several["auth"]
    provider = {name: auth.pop(name) for name in ("client_id", "client_secret", "server_metadata_url")}
    auth |= {"google": provider, "microsoft": provider}
    assert sign_in_of(several).providers == ("google", "microsoft")


def test_a_file_of_settings(tmp_path):
    file = tmp_path / "sign-in.toml"
    with pytest.raises(SignInError, match="cannot be read"):
        read_sign_in(file)
    file.write_text("[auth\n")
    with pytest.raises(SignInError, match="not a TOML file"):
        read_sign_in(file)
    auth = "\n".join(f'{name} = "{value}"' for name, value in SETTINGS["auth"].items())
    file.write_text(f'[auth]\n{auth}\n[roles]\nteachers = ["ann@school.example"]\n')
    assert read_sign_in(file).teachers == ("ann@school.example",)


@pytest.mark.parametrize(
    ("section", "change", "said"),
    [
        ("auth", {"redirect_uri": None}, "redirect_uri"),
        ("auth", {"redirect_uri": "https://essays.school.example/"}, "/oauth2callback at its end"),
        ("auth", {"redirect_uri": "http://essays.school.example/oauth2callback"}, "https://"),
        ("auth", {"cookie_secret": "short"}, "32 characters"),
        ("auth", {"client_secret": ""}, "no client_secret in [auth]"),
        ("auth", {"server_metadata_url": "http://accounts.example/"}, "https://"),
        ("auth", {"server_metadata_url": "https://login.microsoftonline.com/common/v2.0/x"}, "any organisation"),
        ("auth", {"google": {"client_id": "x"}}, "no client_secret in [auth.google]"),
        ("roles", {"teachers": []}, "at least one teacher"),
        ("roles", {"teachers": "ann@school.example"}, "must be a list"),
        ("roles", {"teachers": ["ann"]}, "must hold addresses"),
        ("roles", {"teachers": ["@"]}, "must hold addresses"),
        ("roles", {"student": ["@school.example"]}, "no setting 'student'"),
        ("roles", {"shared_class_sets": "no"}, "true or false"),
        ("roles", {"hours": True}, "hours"),
        ("roles", {"hours": 0}, "hours"),
    ],
)
def test_settings_that_would_let_in_the_wrong_people_are_refused_in_one_sentence(section, change, said):
    changed = copy.deepcopy(SETTINGS)
    changed[section] |= change
    with pytest.raises(SignInError) as refused:
        sign_in_of(changed)
    sentence = str(refused.value)
    assert said in sentence and sentence.count("\n") == 0 and sentence.endswith(".")
    assert SETTINGS["auth"]["cookie_secret"] not in sentence


@pytest.mark.parametrize("missing", ["auth", "roles"])
def test_settings_without_a_section_are_refused(missing):
    with pytest.raises(SignInError, match=r"\[auth\]|teacher"):
        sign_in_of({name: section for name, section in SETTINGS.items() if name != missing})


@pytest.mark.parametrize(
    ("claims", "teacher"),
    [
        ({}, True),
        ({"email": "ANN@school.example "}, True),
        ({"email": "bo@staff.school.example"}, True),
        ({"email": "bo@school.example"}, False),
        ({"email": "ann@school.example.evil.example"}, False),
        ({"email": "bo@other.staff.school.example"}, False),
        ({"email": "bo@staff.school.example@evil.example"}, False),
        ({"email_verified": False}, False),
        ({"email_verified": "False"}, False),
        ({"email": None}, False),
        ({"email": ["ann@school.example"]}, False),
        ({"email": "", "preferred_username": "ann@school.example", "name": "ann@school.example"}, False),
    ],
)
def test_only_a_listed_address_makes_a_teacher(claims, teacher):
    assert person_of(ANN | claims, settings(), NOW).teacher is teacher


def test_students_see_their_own_pages_alone_and_a_page_nobody_has_named_is_for_teachers():
    student = person_of(ANN | {"email": "bo@school.example"}, settings(), NOW)
    teacher = person_of(ANN, settings(), NOW)
    for page in OPEN_TO_STUDENTS:
        assert student.may_see(page) and teacher.may_see(page)
    for page in ("class-sets", "a-page-to-come", ""):
        assert teacher.may_see(page) and not student.may_see(page)


def test_everything_hangs_on_issuer_and_subject_together():
    def subject(**claims):
        return person_of(ANN | claims, settings(), NOW).subject

    assert subject() == "https://accounts.example#17"
    others = [
        subject(sub="18"),
        subject(iss="https://accounts.example#1", sub="7"),
        subject(sub="7" * 400),
        subject(sub="8" * 400),
    ]
    assert len({subject(), *others}) == 5
    assert all(len(other) <= LONGEST_SUBJECT for other in others)
    # Address and name may be given to somebody else one day.
    assert subject(email="new@school.example", name="Ann Hall") == subject()
    tags = {person_of(ANN | {"sub": sub}, settings(), NOW).tag for sub in ("17", "18")}
    assert len(tags) == 2 and "17" not in tags


@pytest.mark.parametrize("missing", [{"iss": None}, {"sub": ""}, {"sub": 17}])
def test_an_account_without_issuer_or_subject_does_not_come_in(missing):
    with pytest.raises(NotAdmitted):
        person_of(ANN | missing, settings(), NOW)


def test_only_the_schools_own_accounts_come_in_where_students_are_named():
    only = settings(students=["@school.example"])
    assert not person_of(ANN | {"email": "bo@school.example"}, only, NOW).teacher
    assert person_of(ANN | {"email": "li@staff.school.example"}, only, NOW).teacher
    for stranger in ({"email": "bo@elsewhere.example"}, {"email": None}, {"email_verified": False}):
        with pytest.raises(NotAdmitted):
            person_of(ANN | stranger, only, NOW)


def test_a_sign_in_lasts_its_hours():
    later = NOW + timedelta(hours=2)
    assert person_of(ANN, settings(hours=2), later) is not None
    assert person_of(ANN, settings(hours=1.9), later) is None
    assert person_of({name: value for name, value in ANN.items() if name != "iat"}, settings(), NOW) is None


def test_class_sets_are_a_teachers_own_unless_the_department_shares_them():
    own, shared = (person_of(ANN, settings(shared_class_sets=shared), NOW) for shared in (False, True))
    assert own.class_sets == own.subject
    assert shared.class_sets == DEPARTMENT
    assert shared.subject == own.subject


def test_who_awarded_a_mark_is_named_with_the_address():
    assert person_of(ANN, settings(), NOW).name == "Ann Li (ann@school.example)"
    assert person_of(ANN | {"email": None}, settings(), NOW).name == "Ann Li"
    assert person_of(ANN | {"name": None}, settings(), NOW).name == "ann@school.example"
    assert person_of(ANN | {"name": " ", "email": None}, settings(), NOW).name == "unnamed account"


@pytest.mark.parametrize("address", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1"])
def test_addresses_of_this_machine_alone(address):
    assert is_local(address)


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "192.168.1.5", "essays.school.example", "localhost.evil.example"]
)
def test_addresses_that_others_reach(address):
    assert not is_local(address)
