"""Depth networks small enough to be made by a test, and real."""
import onnx
from onnx import TensorProto, helper

RED, GREY = [1.0, 0.0, 0.0], [0.2126, 0.7152, 0.0722]


def model(path, weights=RED, size=(None, None), outputs=1, rank=3, kind=TensorProto.FLOAT):
    """A network whose depth is a weighted sum of the picture's channels; with two outputs also a focal length."""
    tensor = helper.make_tensor("w", kind, [1, 3, 1, 1], weights)
    nodes = [helper.make_node("Conv", ["pixel_values", "w"], ["sum"])]
    nodes.append(helper.make_node("Squeeze", ["sum", "axis"], ["predicted_depth"]) if rank == 3 else
                 helper.make_node("Identity", ["sum"], ["predicted_depth"]))
    made = [helper.make_tensor_value_info("predicted_depth", kind, ["n", "h", "w"][:rank] if rank == 3 else ["n", 1, "h", "w"])]
    constants = [tensor, helper.make_tensor("axis", TensorProto.INT64, [1], [1])]
    if outputs == 2:
        constants.append(helper.make_tensor("focal", kind, [1], [1200.0]))
        nodes.append(helper.make_node("Identity", ["focal"], ["focallength_px"]))
        made.append(helper.make_tensor_value_info("focallength_px", kind, [1]))
    graph = helper.make_graph(nodes, "depth", [helper.make_tensor_value_info("pixel_values", kind, [1, 3, *(n or s for n, s in zip(size, "hw"))])],
                              made, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path
