"""What a scenario reported, and how it is looked at."""
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from viewer.shots.shotfile import parse

SMALL = "--focal-length", "35", "--subject", "80,45"
REFERENCES = Path(__file__).with_name("references")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux, X11 or Mesa by their own ways")


def screenshot(report, moment):
    return np.asarray(Image.open(report["screenshots"][moment]).convert("RGB"), int)


def picture(report, moment, which):
    """What a screenshot shows where picture a or b is, less the lower edge, where messages stand, as int (h, w, 3)."""
    left, top, width, height = map(round, report[moment][which])
    return screenshot(report, moment)[top:top + height * 3 // 4, left:left + width]


def difference(a, b):
    return np.abs(a - b).mean()


def shot(report, moment):
    return parse(report[moment]["shot"])


def keys(report, moment, take="A", channel="z"):
    """[(seconds, value)] of a track."""
    return [(float(k.time), k.value) for k in shot(report, moment).take(take).timeline.track(channel).keys]


def matches_reference(report, moment, pictures=True):
    """Compares a screenshot with the one that was looked at; where the renderer is another one, only by large."""
    path, found = REFERENCES / f"{moment.replace(' ', '-')}.png", report["screenshots"][moment]
    if os.environ.get("PUSHIN_KEEP_REFERENCES"):
        path.parent.mkdir(exist_ok=True)
        Image.open(found).convert("RGB").save(path, optimize=True)
    a, b = (np.asarray(Image.open(p).convert("RGB")).astype(int) for p in (found, path))
    assert a.shape == b.shape
    if not pictures:
        for left, top, width, height in (map(round, report[moment][which]) for which in "ab"):
            a[top:top + height, left:left + width] = b[top:top + height, left:left + width]
    assert difference(a, b) < 1.5 and (np.abs(a - b).max(-1) > 48).mean() < 0.02
