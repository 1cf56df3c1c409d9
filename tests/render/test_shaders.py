"""What a shader may not do on stricter drivers than the one that these tests run on."""
import re

import pytest

from viewer.render.gl import shader_source
from viewer.resources import SHADERS

FRAGMENTS = sorted(path.name for path in SHADERS.glob("*.frag"))


@pytest.mark.parametrize("name", FRAGMENTS)
def test_no_derivative_is_taken_after_a_discard(name):
    """There is none once a neighbour may have gone: GLSL 3.30, 8.8; texture() takes one to choose its mip level."""
    _, main = re.sub(r"//.*", "", shader_source(name)).split("void main()")
    _, _, after = main.partition("discard")
    assert not re.search(r"\b(texture|shown_at|fwidth|dFdx|dFdy)\(", after)
