"""One file per tab: read the inputs, call services once, call views once, return."""
