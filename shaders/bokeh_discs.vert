#version 330
// One vertex for every tile of the picture.
uniform sampler2D kinds;   // of tiles: shaders/bokeh_spread.frag
uniform int kind;          // of those that hold lamps

flat out int tile;         // -1 where there are none

void main() {
    int width = textureSize(kinds, 0).x;
    tile = (int(texelFetch(kinds, ivec2(gl_VertexID % width, gl_VertexID / width), 0).r) & kind) != 0 ? gl_VertexID : -1;
}
