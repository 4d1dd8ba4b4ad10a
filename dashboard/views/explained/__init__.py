"""An explanation as HTML: its form, words by method, verdicts, what is shared or can be pressed."""
