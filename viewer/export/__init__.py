"""What leaves the program: one module per format.

    delivery       a take's frames, at one size; video and sequence write them as a film or as files
    sheet          a take at a glance; compare pictures side by side with figures; stills single ones
    description    a shot in words: shot list, camera report, a prompt
    queue_thread   a thread that writes one picture while the next is drawn
    typeface       how captions are set
"""
