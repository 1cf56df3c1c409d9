#version 330
// One vertex for every cell: its lamp.
uniform sampler2D lamps;
uniform sampler2D places;

const float CELL = 4.0;    // shaders/common/bokeh.glsl

out vec4 lamp;     // light in all, and radius
out vec3 place;    // x, y: its middle, z: pixels over which its disc ends

void main() {
    int wide = textureSize(lamps, 0).x;
    ivec2 cell = ivec2(gl_VertexID % wide, gl_VertexID / wide);
    lamp = texelFetch(lamps, cell, 0);
    vec4 within = texelFetch(places, cell, 0);
    place = vec3(CELL * vec2(cell) + within.xy, sqrt(12.0 * within.z));
}
