"""Where shaders and assets lie: beside the package in a checkout, inside it in an installed wheel."""
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
ROOT = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent
SHADERS = ROOT / "shaders"
ASSETS = ROOT / "assets"
