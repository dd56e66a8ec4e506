"""Words of a profile's kind of work (`words` in `profile.yml`): names of a case, a party, a mediator and a mediation."""

from pydantic import Field

from pipelines.city.checked_yaml import Checked

PLAIN_WORD = r"^[^{}<>\[\]\n\r\t]+$"
"""A word that can stand in a sentence, no markup and no place to be filled in."""


class Term(Checked):
    """One word of the work in both languages; `en` is a singular that takes a plural by `en_plural` or an s."""

    zh: str = Field(
        min_length=1, max_length=12, pattern=PLAIN_WORD, description="in Chinese", examples=["工单"]
    )
    en: str = Field(
        min_length=1,
        max_length=40,
        pattern=PLAIN_WORD,
        description="in English, one of them",
        examples=["work order"],
    )
    en_plural: str | None = Field(
        default=None,
        max_length=40,
        pattern=PLAIN_WORD,
        description="in English, several; with an s where silent",
        examples=["work orders"],
    )


class Vocabulary(Checked):
    """What a case, a party, a mediator and a mediation are called in this work, on screens and papers."""

    case: Term = Field(
        default=Term(zh="纠纷", en="dispute"),
        description="what is registered and closed",
        examples=[{"zh": "诉求", "en": "request"}],
    )
    party: Term = Field(
        default=Term(zh="当事人", en="party", en_plural="parties"),
        description="whom a case is between or from",
        examples=[{"zh": "申请人", "en": "applicant"}],
    )
    mediator: Term = Field(
        default=Term(zh="调解员", en="mediator"),
        description="who works on a case",
        examples=[{"zh": "承办人", "en": "case officer"}],
    )
    mediation: Term = Field(
        default=Term(zh="调解", en="mediation"),
        description="the work itself",
        examples=[{"zh": "办理", "en": "handling"}],
    )
