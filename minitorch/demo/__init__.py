"""``minitorch demo``: a convolutional network learns to read handwritten digits.

`digits` is the program, `picture` draws what came of it.
"""
