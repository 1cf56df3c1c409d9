"""The plate: a picture with depth and lens, and the layers it is taken apart into.

    plate       the value itself, and how it is opened
    images      pictures from files; colour their transfer curves and profiles, lens what EXIF says of it, exr OpenEXR
    lights      clipped lights, given back their brightness and colour
    depth       depth from files; embedded that inside phones' photos, source what readers share
    upsample    maps at the picture's size; restore small and noisy ones, outline brings their edges onto the picture's, holes fills
                what is unknown
    estimate    depth by a network; hub where its file comes from
    adjust      what a person adds: scale from known distances, repair by hand
    layers      what is drawn, atlas its texture; cache where it is kept
    clean       disparity made fit for cutting; ink that of drawings, brush what a soft one painted; edges where to cut
    peel        surface after surface lifted off, in blocks; matte its soft edge, fringe how wide that is, behind and fill the
                depth and colour of what it hides, ways which surface goes on there, patchmatch where colour is copied from, lamps
                lights that are hidden in part, beyond what lies outside the frame
    patches     surfaces as planes
    compiled    how loops over pixels are compiled
"""
from .plate import Plate

__all__ = ["Plate"]
