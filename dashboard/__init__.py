"""How an emotion model is shown: the page, its sentences, its colours.

The only room that knows Gradio; computes no number itself.
"""
