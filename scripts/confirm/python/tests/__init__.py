"""Tests of the confirmation: that it cannot agree with everything."""
