"""Simulated platforms on a virtual clock, and what asks them: our pacers, aiolimiter, the SDKs' own code."""
