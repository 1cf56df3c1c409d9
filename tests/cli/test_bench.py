import json


def test_json_names_the_renderer_and_every_pass(pushin, small_plate):
    code, out, _ = pushin("bench", small_plate, "--focal-length", 35, "--size", "320x180", "--repeats", 3, "--json")
    result = json.loads(out)
    assert code == 0 and result["renderer"] and result["size"] == [320, 180] and result["copy_ms"] > 0
    for figures in (*result["passes"].values(), result["frame"], *result["lens"].values()):
        assert figures["ms"] > 0 and figures["ratio"] > 0
    assert set(result["passes"]) == {"reproject", "reproject, standing", "display"}
    assert set(result["lens"]) == {"in focus", "blurred"}


def test_table_has_a_line_for_every_pass(pushin, small_plate):
    code, out, _ = pushin("bench", small_plate, "--focal-length", 35, "--size", "320x180", "--repeats", 3)
    assert code == 0 and "320x180" in out
    assert [line.split("  ")[0] for line in out.splitlines()[2:]] == [
        "copy", "reproject", "reproject, standing", "display", "whole frame", "whole frame, in focus", "whole frame, blurred"]
