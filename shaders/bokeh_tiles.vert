#version 330
// One point for every tile of a picture, as large as the tile, where a pass has work in it: what a shader skips costs as much as
// what it does where a processor takes many pixels at once.
uniform sampler2D kinds;   // of tiles: shaders/bokeh_spread.frag
uniform int mask;          // which of a kind's bits count,
uniform int kind;          // and what they have to be
uniform float side;        // of a tile in the target, pixels

void main() {
    ivec2 grid = textureSize(kinds, 0), at = ivec2(gl_VertexID % grid.x, gl_VertexID / grid.x);
    bool wanted = (int(texelFetch(kinds, at, 0).r) & mask) == kind;
    gl_PointSize = side;
    gl_Position = wanted ? vec4((vec2(at) + 0.5) / vec2(grid) * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
