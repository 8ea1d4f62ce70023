"""How far a distribution moved from the reference: debiased effect, interval, p-value at the actual n."""
