"""Performance without labels as functions of counts: calibration curves, their bands, coverage, reweighting."""
