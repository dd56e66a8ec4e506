"""The weeks: one partition per as-of date, a Monday."""

import dagster as dg

weeks = dg.WeeklyPartitionsDefinition(start_date="2000-01-03", day_offset=1, end_offset=2)
"""Reaches to next Monday, since records known this week are published as of the Monday after."""
