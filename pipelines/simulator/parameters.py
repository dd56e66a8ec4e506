"""Every figure of the made-up city that no profile holds, with the basis it rests on.

Basis: [S] read in a source, [A] assumed, both as in the domain notes (section 4.7); [C] set by
calibration so that the city meets the figures marked [S] and [A]. None of them describes a real city.
"""

from dataclasses import dataclass

DAY = 1_440
"""Minutes in a day: the simulator counts time in whole minutes from its first Monday."""
WEEK = 7 * DAY
NEVER = 10**12
"""A moment that does not come."""
BLOCK_WEEKS = 52
NEXT_DOOR_NUMBERS = 50_000_000
"""Disputes found only because somebody was sent next door are numbered from here on, so that all others keep theirs."""
FLAGS = ("threat", "violence", "weapon", "alcohol", "fear", "separation")
"""Hidden heat of a quarrel: calm, tense, hot, boiling."""
WAITING, MEDIATING, FAILED_ONCE, FAILED_MORE, SETTLED, UNSETTLED = range(6)
"""Phases of handling; the last two are closed."""


@dataclass(frozen=True)
class Parameters:
    """Rates are per week unless the name says otherwise; tuples over heat run from calm to boiling."""

    # volumes
    disputes_per_year: float = 33_600  # [A] from [S] 5.8 per 1,000 a year
    reports_per_year: float = 100_000  # [A]
    dispersion: float = 2.5  # [A] negative binomial k of township-weeks
    urban_volume: float = 1.2  # [A]
    township_volume_sd: float = 0.35  # [A] log scale
    detection_sd: float = 0.35  # [A] log scale, independent of true risk
    silent_townships: int = 2  # [A]
    silent_detection: float = 0.4  # [A]
    weekend_registration: float = 0.6  # [A]
    flag_temper: float = 0.5  # [A] log effect of the hidden temper on every checklist truth
    registration_hours: tuple[tuple[str, int, int], ...] = (  # [A] first and last hour by channel
        ("window", 8, 18),
        ("court", 9, 17),
        ("hotline", 8, 20),
        ("grid", 7, 21),
        ("snapshot", 6, 23),
        ("police", 0, 24),
        ("other", 8, 20),
    )
    channels: tuple[tuple[str, float], ...] = (  # [A] village committees count as windows and others
        ("grid", 38),
        ("window", 29),
        ("hotline", 6),
        ("snapshot", 2),
        ("court", 5),
        ("police", 12),
        ("other", 8),
    )
    police_after_blows: float = 3.0  # [A] how much likelier the police are the source then
    duplicate_share: float = 0.04  # [A] the same matter registered again through another channel
    duplicate_days: float = 5  # [A]
    duplicate_harm_share: float = 0.3  # [A] harm is booked on the second record this often
    return_share: float = 0.07  # [C] the same pair quarrels again within a year
    return_frailty: float = 0.55  # [A] log effect of the pair's hidden temper
    return_mean_weeks: float = 14  # [A]
    return_max_weeks: int = 50  # [A]

    # handling
    same_day_share: tuple[float, ...] = (0.27, 0.16, 0.09, 0.05)  # [A] 22 % overall, by heat
    stay_median_days: tuple[float, ...] = (6.0, 9.0, 10.0)  # [A] usual, land and water, reopened
    stay_sigma: tuple[float, ...] = (1.15, 1.3, 1.1)  # [A]
    stay_spike_share: float = 0.05  # [A] closed on day 28 to 30
    never_closed_share: float = 0.012  # [A] not within a year; cleared away in the second
    session_until_days: int = 60  # [A] after that a dispute lies idle
    idle_session: float = 0.1  # [A] share of the sessions that are still held then
    shorter_stays_from_week: int = 78  # [A] 40 % shorter after month 18
    shorter_stays_factor: float = 0.6  # [A]
    settled_at_closing: tuple[tuple[float, ...], ...] = (  # [S] 95.6 % overall; by phase and heat [A]
        (0.985, 0.97, 0.92, 0.85),
        (0.98, 0.965, 0.90, 0.82),
        (0.93, 0.90, 0.82, 0.72),
        (0.86, 0.82, 0.72, 0.60),
    )
    session: tuple[float, ...] = (0.60, 0.50, 0.50, 0.45)  # [A] a mediation while open, by phase
    session_fails: tuple[float, ...] = (0.22, 0.38, 0.55, 0.70)  # [A] by heat
    visit: float = 0.15  # [A] while open
    referred_up: float = 0.55  # [A] after a second failure
    expert: float = 0.15  # [A] after a second failure
    breach: tuple[float, ...] = (0.002, 0.012, 0.06, 0.11)  # [A] settled, by heat
    reopened: tuple[tuple[float, ...], ...] = (  # [A] 5 % within 90 days after success, 25 % after failure
        (0.0022, 0.006, 0.016, 0.030),
        (0.012, 0.022, 0.040, 0.060),
    )
    follow_up: float = 0.70  # [A] done about 30 days after closing

    # the hidden hazard of harm
    base_log_hazard: float = -6.72  # [C] 2 % of disputes within 90 days
    highest_constant: float = 0.05  # [A] no dispute's own weekly constant is above this
    flag_log_hazard: tuple[float, ...] = (0.42, 0.50, 0.60, 0.22, 0.42, 0.40)  # [A] in the order of FLAGS
    repeat_log_hazard: float = 0.65  # [A] per earlier quarrel of the pair, three at most
    frailty_log_hazard: float = 0.15  # [C] per standard deviation of the pair's hidden temper
    township_log_hazard: float = 0.12  # [A] standard deviation over townships
    rural_log_hazard: float = 0.10  # [A]
    phase_hazard: tuple[float, ...] = (1.0, 0.9, 1.5, 2.2, 0.68, 1.45)  # [A]
    late_hazard: float = 1.4  # [A] open two weeks without a mediation
    late_days: int = 14  # [A]
    heat_hazard: tuple[float, ...] = (0.84, 1.4, 3.0, 5.5)  # [C]
    calming_weeks: float = 80  # [A] the hazard falls to 1/e over this age
    heat_after_harm: int = 2  # [A]
    reopened_after_harm: float = 0.6  # [A]
    heat_change: tuple[tuple[tuple[float, ...], ...], ...] = (  # [C] open, settled, unsettled
        (
            (0.976, 0.022, 0.002, 0.0),
            (0.14, 0.80, 0.06, 0.0),
            (0.01, 0.15, 0.78, 0.06),
            (0.0, 0.02, 0.18, 0.80),
        ),
        (
            (0.99, 0.0092, 0.0008, 0.0),
            (0.20, 0.775, 0.025, 0.0),
            (0.03, 0.18, 0.75, 0.04),
            (0.0, 0.04, 0.22, 0.74),
        ),
        (
            (0.974, 0.023, 0.003, 0.0),
            (0.15, 0.80, 0.05, 0.0),
            (0.01, 0.15, 0.78, 0.06),
            (0.0, 0.03, 0.19, 0.78),
        ),
    )
    heat_at_start: tuple[float, ...] = (1.7, 3.5, 5.3)  # [C] cut points of an ordered logit
    flag_heat: tuple[float, ...] = (1.0, 1.0, 0.9, 0.3, 0.7, 0.3)  # [A] in the order of FLAGS
    frailty_heat: float = 0.35  # [A]
    threat_reported: tuple[float, ...] = (0.003, 0.03, 0.33, 0.70)  # [A] by heat
    violence_reported: tuple[float, ...] = (0.0004, 0.005, 0.07, 0.25)  # [A] by heat
    severity_light_injury: float = 0.07  # [A] of harms, deaths included: 0.2 % of disputes
    severity_death: float = 0.007  # [A] of harms; counted, never learned
    harm_recorded: float = 0.97  # [A]
    harm_recorded_silent: float = 0.70  # [A] in the two silent townships
    harm_delay_median_days: float = 6  # [A]
    harm_delay_sigma: float = 1.256  # [A] one in ten later than 30 days

    # recording
    flag_unknown: tuple[float, float] = (0.30, 0.55)  # [A] from quiet to busy townships
    flag_unknown_same_day: float = 0.15  # [A] more when settled on the day
    flag_missed: float = 0.08  # [A] true, but ticked no
    flag_mistaken: float = 0.01  # [A] false, but ticked yes
    new_form_week: int = 61  # [A] a week of chaos with the new form, then fewer gaps
    new_form_unknown: float = 0.85  # [A]
    new_form_factor: float = 0.8  # [A]
    outage_week: int = 70  # [A] one county, nine days
    outage_days: int = 9  # [A]
    thorough_week: int = (
        1_000_000  # the same county records everything from this week on; never, but in a trial
    )
    amount_missing: float = 0.03  # [A] beside what is structural
    place_missing: float = 0.12  # [A] only the township is given
    count_missing: float = 0.04  # [A]
    deadline_missing: float = 0.10  # [A]
    occurred_missing: float = 0.08  # [A]
    parties_missing: float = 0.08  # [A]
    entered_at_once: float = 0.78  # [A]
    month_end_share: float = 0.06  # [A] entered at the end of the month
    corrected_share: float = 0.02  # [A]
    withdrawn_share: float = 0.005  # [A]
    minor_share: float = 0.05  # [A]
    collective_share: float = 0.03  # [A]
    wrong_row_share: float = 0.003  # [A]
    conflict_report: float = 0.12  # [A] a hot quarrel is also reported from its grid
