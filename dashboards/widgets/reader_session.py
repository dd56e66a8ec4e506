"""The session of one reader: role, city and language, which every screen needs."""

import os
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NoReturn

import streamlit as st

from dashboards.access.login import Reader
from dashboards.access.roles import Role
from dashboards.decisions.store import DecisionStore
from dashboards.published.publication import Publication, before, current
from dashboards.wording.code_names import Names, names_of
from dashboards.wording.language import LANGS, Lang, Words, words_of
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home, find_home


@dataclass(frozen=True, eq=False)
class Session:
    """One reader's view of one city, for one run of the script.

    Attributes:
        home: the city's home folder.
        profile: the city.
        reader: who looks.
        words: in which language.
        names: what the profile's codes are called in it.
        now: the reader's clock; in a made-up city, which stands still, the same moment of its published week.
        publication: what is published, None where nothing is.
        earlier: the week before it, None where there is none.
    """

    home: Home
    profile: Profile
    reader: Reader
    words: Words
    names: Names
    now: datetime
    publication: Publication | None
    earlier: Publication | None

    @property
    def role(self) -> Role:
        """What the reader may see."""
        return self.reader.role

    @property
    def store(self) -> DecisionStore:
        return DecisionStore.of(self.home)

    @property
    def published(self) -> Publication:
        """What is published, for screens that are shown only when something is."""
        if self.publication is None:
            raise LookupError("nothing is published yet")
        return self.publication

    @property
    def begun_on(self) -> date | None:
        """The day of the first recorded decision, from which the warnings are in use."""
        first = self.store.first_at()
        return first.date() if first else None

    @property
    def title(self) -> str:
        settings = self.profile.settings
        return settings.title_zh if self.words.lang == "zh" else settings.title_en

    @property
    def outcome(self) -> str:
        """The outcome to be prevented, as a phrase that completes a sentence."""
        settings = self.profile.settings
        return settings.outcome_zh if self.words.lang == "zh" else settings.outcome_en


def open_session(lang: Lang, reader: Reader) -> Session:
    """The session of this run, of the city that the command that opened the screens set in the environment.

    Raises:
        FengqiaoError: the profile, the home or what is published cannot be read.
    """
    profile = _profile(_profile_name())
    home = _home(profile.name)
    words = words_of(lang, profile.settings.words)
    publication = current(home)
    return Session(
        home=home,
        profile=profile,
        reader=reader,
        words=words,
        names=names_of(profile, words),
        now=_now(publication),
        publication=publication,
        earlier=before(home, publication) if publication else None,
    )


def chosen_words() -> Words:
    """The wording of the chosen language, in the words of the profile's work where the profile can be read."""
    lang = chosen_language()
    try:
        return words_of(lang, _profile(_profile_name()).settings.words)
    except FengqiaoError:
        return words_of(lang)


def _profile_name() -> str:
    return os.environ.get("FENGQIAO_PROFILE", "qujing")


def chosen_language() -> Lang:
    """The language of the switch, of the address when it is first opened, Chinese otherwise."""
    asked = st.session_state.get("lang") or st.query_params.get("lang")
    for lang in LANGS:
        if lang == asked:
            return lang
    return LANGS[0]


def current_session() -> Session:
    """The session that the entry page has opened for the page it runs."""
    session = st.session_state["session"]
    assert isinstance(session, Session)
    return session


def _now(publication: Publication | None) -> datetime:
    now = datetime.now()
    if publication is None or not publication.synthetic:
        return now
    monday = now.date() - timedelta(days=now.weekday())
    return datetime.combine(publication.as_of, time()) + (now - datetime.combine(monday, time()))


@lru_cache(maxsize=4)
def _profile(name: str) -> Profile:
    return load_profile(name)


def _home(profile: str) -> Home:
    return find_home(None, profile)


def go_to(page: str, **choices: str) -> NoReturn:
    """Switch to another page with these choices in its address."""
    st.switch_page(st.session_state["pages"][page], query_params=choices)


def asked_dispute() -> str:
    """The case number in the address, or the one opened last."""
    asked = st.query_params.get("id") or st.session_state.get("dispute_id", "")
    if asked:
        remember_dispute(asked)
    return asked


def remember_dispute(number: str) -> None:
    """Keep the case number in the address and for the next page."""
    st.session_state["dispute_id"] = st.query_params["id"] = number
