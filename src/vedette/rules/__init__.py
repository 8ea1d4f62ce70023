"""Rules, one file each: a pure fold over a series of estimates, in time order, replayable, never merged."""
