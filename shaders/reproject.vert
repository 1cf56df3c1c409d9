#version 330
// A corner of a plane patch: plate pixels and disparity go to any camera by one matrix, the sky (disparity 0) included.
uniform mat4 plate_to_clip;
uniform float reach;     // share of `over` that the camera's travel calls for

in vec4 corner;          // plate x, y in pixels, disparity in 1/m; 1 for the backdrop, else 0
in vec3 atlas;           // atlas pixel; share that the plate showed, or IN_ALPHA (viewer/plate/layers.py)
in vec4 over;            // by how much the corner reaches over its neighbours, x, y; slopes of the disparity in x and y
in vec4 more;            // share of its disparity with which the patch enters the depth test; atlas pixels per plate pixel; most of `over`

out vec3 at;
#ifdef SLICE
flat out float gives_way;
#endif

void main() {
    vec2 out_ = clamp(reach * over.xy, -more.zw, more.zw);
    gl_Position = plate_to_clip * vec4(corner.xy + out_, 1.0, max(corner.z + dot(out_, over.zw), 0.0));
    at = vec3(atlas.xy + more.y * out_, atlas.z);
#ifdef SLICE
    gives_way = more.x;
#endif
    // Upper half of the depth range for the plate's surfaces, lower half for the backdrop, which is too coarse to hide any of them.
    // The matrix gives clip z = 2 near / Z - 1, times w.
    float depth = 0.5 * (gl_Position.z + gl_Position.w) * more.x;
    gl_Position.z = corner.w > 0.0 ? depth - gl_Position.w : depth;
}
