#version 330
// What may reach a cell of the slice that is about in focus.
// PIXELS: the largest radii in it; else: in it and in those that it may be reached from.
#ifdef PIXELS
uniform sampler2D light;       // shaders/bokeh_prepare.frag
uniform sampler2D discs;
#else
uniform sampler2D cells;       // as this pass left them
#endif

#include "common/bokeh.glsl"

out vec2 largest;              // behind the focus, and before it

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    largest = vec2(0.0);
#ifdef PIXELS
    ivec2 end = textureSize(light, 0) - 1;
    for (int i = 0; i < int(CELL * CELL); i++) {
        ivec2 pixel = min(at * int(CELL) + ivec2(i % int(CELL), i / int(CELL)), end);
        float r = texelFetch(discs, pixel, 0).r;
        if (texelFetch(light, pixel, 0).a > 0.0) largest = max(largest, vec2(r, -r));
    }
#else
    for (int i = 0; i < 25; i++)
        largest = max(largest, texelFetch(cells, clamp(at + ivec2(i % 5 - 2, i / 5 - 2), ivec2(0), textureSize(cells, 0) - 1), 0).rg);
#endif
}
