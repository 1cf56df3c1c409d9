#version 330
// The squares of those tiles that a pass has work in: what a shader skips costs as much as what it does where a processor
// takes many pixels at once.
layout(points) in;
layout(triangle_strip, max_vertices = 4) out;

uniform sampler2D kinds;   // of tiles: shaders/bokeh_spread.frag
uniform int mask;          // which of a kind's bits count,
uniform int kind;          // and what they have to be
uniform vec2 extent;       // of the target, in pixels of the picture

const float TILE = 16.0;   // shaders/common/bokeh.glsl

flat in int tile[];

void main() {
    int wide = textureSize(kinds, 0).x;
    ivec2 at = ivec2(tile[0] % wide, tile[0] / wide);
    if ((int(texelFetch(kinds, at, 0).r) & mask) != kind) return;
    for (int i = 0; i < 4; i++) {
        gl_Position = vec4(TILE * vec2(at + ivec2(i & 1, i >> 1)) / extent * 2.0 - 1.0, 0.0, 1.0);
        EmitVertex();
    }
    EndPrimitive();
}
