"""What leaves the program: one module per format.

    queue_thread   a thread that writes one picture while the next is drawn
    typeface       how captions are set
"""
