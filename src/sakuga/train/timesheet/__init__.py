"""`sakuga train timesheet`: on ones, twos or threes, from frozen vectors (§4.1)."""
