"""Programs made before they are wanted, whatever the plate."""
import numpy as np
import pytest

from viewer import Plate, Renderer
from viewer.render.warm import warming


@pytest.mark.parametrize("ground", [1, 8])
def test_a_plate_of_almost_nothing_but_sky_is_warmed_like_any_other(ground):
    """So many rows at 4 m under the sky."""
    depth = np.full((96, 128), np.inf, np.float32)
    depth[-ground:] = 4.0
    plate = Plate.from_arrays(np.full((96, 128, 3), 0.3, np.float32), depth, focal_length=35)
    with Renderer(plate, (64, 48)) as renderer:
        assert len(list(warming(renderer, lens=True))) > 8
