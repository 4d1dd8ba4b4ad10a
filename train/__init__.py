"""How an emotion model comes to be: recipes, their options, runs and events.

Knows core; knows nothing of Gradio or of drawing. Importing the package, its
options, events and recipe table loads no torch.
"""
