"""Records in, finished HTML out: no events, no models, no sentences of their own."""
