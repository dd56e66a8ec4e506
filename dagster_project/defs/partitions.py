"""The weeks: one partition per as-of date, a Monday."""

import dagster as dg

weeks = dg.WeeklyPartitionsDefinition(start_date="2000-01-03", day_offset=1, end_offset=2)
"""Weekly partitions up to next Monday, because records known this week are published as of the Monday after."""
