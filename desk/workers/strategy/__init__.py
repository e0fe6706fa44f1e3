"""Workers that weigh strengths, weaknesses, opportunities and threats, and decide."""
