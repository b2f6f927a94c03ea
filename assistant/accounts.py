"""Who may see what: how people sign in where the app is served to a school, and what an account may do there.

On one's own machine nobody signs in. Everything here is decided from the settings and from what the sign-in says of an
account alone; the browser's side is in `assistant.app.sign_in`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SIGN_IN_VARIABLE = "ASSISTANT_SIGN_IN"
"""Environment variable that says that nobody may come in without signing in, whatever becomes of the settings."""
OPEN_TO_STUDENTS = frozenset({"practise", "progress", "flashcards", "glossary", "my-data"})
"""Pages that students see; any other is for teachers."""
CALLBACK = "/oauth2callback"
LEAST_SECRET = 32
USUAL_HOURS = 12
LONGEST_SUBJECT = 255
"""More characters than these the store does not take."""
_PROVIDER_SETTINGS = ("client_id", "client_secret", "server_metadata_url")
# There an account of anybody's own organisation may carry whatever address that organisation gave it.
_ANY_ORGANISATION = re.compile(r"//login\.microsoftonline\.com/(?:common|organizations|consumers)/", re.IGNORECASE)


class SignInError(ValueError):
    """The sign-in is not set up as it must be; the message is one sentence for whoever runs the assistant."""


class NotAdmitted(Exception):
    """This account may not come in; the message is one sentence for whoever signed in with it."""


@dataclass(frozen=True)
class SignIn:
    """How people sign in, and who of them is what.

    Attributes:
        providers: names of the ways to sign in; "" is the one that needs no name.
        host: name under which browsers reach the app.
        teachers: addresses ("ann@school.example") and domains ("@staff.school.example") of teachers.
        students: the same of students; where there are none, every other account is a student's.
        shared: whether all teachers work on the same class sets, as a department does.
        hours: after how long somebody has to sign in again.
    """

    providers: tuple[str, ...]
    host: str
    teachers: tuple[str, ...]
    students: tuple[str, ...] = ()
    shared: bool = False
    hours: float = USUAL_HOURS


@dataclass(frozen=True)
class Person:
    """Whoever sits at the browser.

    Attributes:
        subject: what everything of theirs hangs on in the store.
        teacher: whether they may see the pages for teachers.
        class_sets: the owner of the class sets they work on.
        name: how to speak of them, and what goes with the marks they award; "" where nobody signs in.
    """

    subject: str
    teacher: bool
    class_sets: str
    name: str = ""

    @property
    def tag(self) -> str:
        """What tells this person's things from another's where the subject itself need not be known."""
        return hashlib.sha256(self.subject.encode()).hexdigest()[:16]

    def may_see(self, page: str) -> bool:
        """Whether a page, by its place in the address, is there for this person."""
        return self.teacher or page in OPEN_TO_STUDENTS


DEPARTMENT = "department"
"""Owner of the class sets that all teachers share."""


def is_local(address: str | None) -> bool:
    """Whether a server at this address is reached from its own machine alone; None stands for every address it has."""
    if not address:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def read_sign_in(path: Path) -> SignIn:
    """The settings in a TOML file. Raises SignInError."""
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SignInError(f"The sign-in settings {path} cannot be read ({error.strerror or error}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SignInError(f"{path.name} is not a TOML file.") from error
    return sign_in_of(settings)


def sign_in_of(settings: Mapping[str, Any]) -> SignIn:
    """The settings, from their sections `auth` (Streamlit's own) and `roles`.

    Raises:
        SignInError: if something is missing or would let in whom it should not. It repeats no secret.
    """
    auth = settings.get("auth")
    if not isinstance(auth, Mapping):
        raise SignInError("The sign-in settings have no section [auth].")
    redirect = str(auth.get("redirect_uri", ""))
    parts = urlsplit(redirect)
    if not parts.hostname or not parts.path.endswith(CALLBACK):
        raise SignInError(f"redirect_uri in [auth] must be the app's address with {CALLBACK} at its end.")
    if not _safe(redirect):
        raise SignInError("redirect_uri in [auth] must begin with https://, or others could read what is sent.")
    secret = auth.get("cookie_secret")
    if not isinstance(secret, str) or len(secret) < LEAST_SECRET:
        raise SignInError(f"cookie_secret in [auth] must be a random text of {LEAST_SECRET} characters or more.")
    named = {
        name: section for name, section in auth.items() if isinstance(section, Mapping) and name != "client_kwargs"
    }
    providers = named or {"": auth}
    for name, section in providers.items():
        _check_provider(section, f"[auth.{name}]" if name else "[auth]")
    return _with_roles(settings.get("roles", {}), tuple(providers), parts.hostname)


def _check_provider(section: Mapping[str, Any], where: str) -> None:
    for setting in _PROVIDER_SETTINGS:
        if not isinstance(section.get(setting), str) or not section[setting].strip():
            raise SignInError(f"The sign-in settings have no {setting} in {where}.")
    url = section["server_metadata_url"]
    if not _safe(url):
        raise SignInError(f"server_metadata_url in {where} must begin with https://.")
    if _ANY_ORGANISATION.search(url):
        raise SignInError(
            f"server_metadata_url in {where} must name your school's own tenant; as it is, accounts of any organisation "
            "could come in."
        )


def _with_roles(roles: Any, providers: tuple[str, ...], host: str) -> SignIn:
    if not isinstance(roles, Mapping):
        raise SignInError("[roles] in the sign-in settings must be a section.")
    unknown = sorted(set(roles) - {"teachers", "students", "shared_class_sets", "hours"})
    if unknown:  # a misspelt setting must not be taken for one that was left out
        raise SignInError(f"[roles] in the sign-in settings has no setting '{unknown[0]}'.")
    teachers, students = (_addresses(roles, name) for name in ("teachers", "students"))
    if not teachers:
        raise SignInError("[roles] in the sign-in settings must name at least one teacher under 'teachers'.")
    shared, hours = roles.get("shared_class_sets", False), roles.get("hours", USUAL_HOURS)
    if not isinstance(shared, bool):
        raise SignInError("shared_class_sets in [roles] must be true or false.")
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24 * 30:
        raise SignInError("hours in [roles] must be a number above 0 and no more than 720.")
    return SignIn(providers, host, teachers, students, shared, hours)


def _addresses(roles: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = roles.get(name, [])
    if not isinstance(given, list | tuple) or not all(isinstance(entry, str) for entry in given):
        raise SignInError(f"{name} in [roles] must be a list of addresses and domains.")
    entries = tuple(entry.strip().casefold() for entry in given)
    for entry in entries:
        if entry.count("@") != 1 or entry.endswith("@") or len(entry.split()) != 1:
            raise SignInError(
                f"{name} in [roles] must hold addresses such as 'ann@school.example', or '@school.example'."
            )
    return entries


def _safe(url: str) -> bool:
    """Whether what is sent to a URL cannot be read on the way: it is encrypted, or does not leave the machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname))


def person_of(claims: Mapping[str, Any], sign_in: SignIn, now: datetime) -> Person | None:
    """Who signed in, from the claims of the ID token; None where they have to sign in again.

    Raises:
        NotAdmitted: if the account is not one of the school's.
    """
    issuer, subject, issued = claims.get("iss"), claims.get("sub"), claims.get("iat")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not issuer or not subject:
        raise NotAdmitted("This account says too little of itself to come in with.")
    if not isinstance(issued, int | float) or now.timestamp() - issued > sign_in.hours * 3600:
        return None
    address = _address(claims)
    teacher = _listed(address, sign_in.teachers)
    if not teacher and sign_in.students and not _listed(address, sign_in.students):
        raise NotAdmitted("This account is not one that may come in here; sign in with your school account.")
    identity = _identity(issuer, subject)
    shown = claims.get("name")
    name = " ".join(shown.split()) if isinstance(shown, str) else ""
    return Person(
        subject=identity,
        teacher=teacher,
        class_sets=DEPARTMENT if sign_in.shared else identity,
        # Two people may have one name, so that the address goes with it.
        name=(f"{name} ({address})" if name and address else name or address or "unnamed account")[:200],
    )


def _address(claims: Mapping[str, Any]) -> str:
    """The account's address, or "" where the sign-in says that nobody has checked whose it is."""
    address = claims.get("email")
    checked = str(claims.get("email_verified", True)).casefold() != "false"
    return address.strip().casefold() if isinstance(address, str) and checked else ""


def _listed(address: str, entries: tuple[str, ...]) -> bool:
    _, at, domain = address.rpartition("@")
    return bool(at) and (address in entries or f"@{domain}" in entries)


def _identity(issuer: str, subject: str) -> str:
    """One text for issuer and subject together: a subject is unique with its issuer alone, and no issuer holds a "#"."""
    whole = f"{issuer}#{subject}"
    return whole if len(whole) <= LONGEST_SUBJECT else f"sha256#{hashlib.sha256(whole.encode()).hexdigest()}"
