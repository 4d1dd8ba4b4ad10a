"""What an emotion model is: labels, text, models, weights, triggers, metrics.

Knows nothing of training runs, of Gradio, or of command lines.
"""
