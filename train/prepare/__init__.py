"""Public originals → the training files: one module for each kind of file.

``sources`` says where everything comes from, ``originals`` reads it, ``held`` knows what may never
be trained on; no module here loads torch or goes to the network, except ``fetch`` when asked.
"""
