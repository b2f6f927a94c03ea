"""Who sits at the browser: nobody in particular on one's own machine, and at a school whoever signed in."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import streamlit as st

from assistant.accounts import (
    SIGN_IN_VARIABLE,
    NotAdmitted,
    Person,
    SignIn,
    SignInError,
    is_local,
    person_of,
    sign_in_of,
)
from assistant.app.wording import escape, markdown_plain
from assistant.store.class_sets import LOCAL_TEACHER
from assistant.store.learners import LOCAL_LEARNER

LOCAL = Person(LOCAL_LEARNER, teacher=True, class_sets=LOCAL_TEACHER)
"""Whoever uses the app on its own machine."""
_OWNER = "sign_in.owner"


def person() -> Person:
    """Whoever sits at this browser; where that is not known, end the page with the way to sign in."""
    try:
        settings = _settings()
        if settings is None:
            return LOCAL
        found = _signed_in(settings)
    except SignInError as error:
        _stop("The assistant cannot be used yet", str(error))
    except NotAdmitted as error:
        _stop("You cannot come in with this account", str(error), leave=True)
    if found is None:
        _ask(settings)
    return found


def teacher() -> Person:
    """The teacher who sits at this browser; anybody else sees nothing."""
    found = person()
    if not found.teacher:
        _stop("This page is for teachers", "Your own work is on the other pages.")
    return found


def enter() -> Person:
    """Like `person`, at the beginning of a page: what this visit remembers of anybody else is forgotten."""
    found = person()
    if st.session_state.setdefault(_OWNER, found.subject) != found.subject:
        st.session_state.clear()
        st.session_state[_OWNER] = found.subject
    return found


def show_account(somebody: Person) -> None:
    """Say who is signed in, with the way out; nothing where nobody signs in."""
    if not somebody.name:
        return
    with st.container(
        key="account", horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"
    ):
        st.html(f'<span class="ap-quiet">{escape(somebody.name)}</span>', width="content")
        _sign_out_button()


def _settings() -> SignIn | None:
    """How people sign in, or None where nobody has to. Raises SignInError."""
    loaded = st.secrets.load_if_toml_exists()
    if not loaded and any(Path(place).exists() for place in st.get_option("secrets.files")):
        raise SignInError("The sign-in settings cannot be read; the window in which the app was started says why.")
    settings = st.secrets.to_dict() if loaded else {}
    if "auth" in settings or os.environ.get(SIGN_IN_VARIABLE):
        return sign_in_of(settings)
    if is_local(st.get_option("server.address")):
        return None
    raise SignInError("People must sign in where the assistant is served to other machines; see the README.")


def _signed_in(settings: SignIn) -> Person | None:
    claims = st.user.to_dict()
    return person_of(claims, settings, datetime.now(UTC)) if claims.get("is_logged_in") else None


def _ask(settings: SignIn) -> NoReturn:
    st.title("Sign in", anchor=False)
    st.write("Sign in with your school account to go on.")
    for provider in settings.providers:
        label = f"Sign in with {provider.capitalize()}" if provider else "Sign in"
        st.button(label, type="primary", key=f"sign_in.{provider}", on_click=st.login, args=(provider or None,))
    st.stop()


def _stop(title: str, reason: str, leave: bool = False) -> NoReturn:
    st.title(title, anchor=False)
    st.error(markdown_plain(reason))
    if leave:
        _sign_out_button()
    st.stop()


def _sign_out_button() -> None:
    st.button("Sign out", on_click=st.logout, key="sign_in.out")
