"""Working time: which days are worked, at which hours, and what is due when one counts in these."""
