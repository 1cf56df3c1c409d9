#version 330
// What every tile holds of a slice. BACK: r: its largest signed radius, g: its least, negated; a: how much finer than COARSE
// its finest is. FRONT: its largest radius, in b.
#include "common/bokeh.glsl"
#include "common/slice.glsl"

layout(location = 0) out vec4 largest;
layout(location = 1) out vec4 around;    // r: mean root of its light, to which few lamps add little; g: its brightest light

void main() {
    ivec2 first = ivec2(gl_FragCoord.xy) * int(TILE), end = textureSize(color, 0) - 1;
    float roots = 0.0, brightest = 0.0;
    largest = vec4(-1e4, -1e4, 0.0, 0.0);
    for (int y = 0; y < int(TILE); y++)
        for (int x = 0; x < int(TILE); x++) {
            ivec2 at = min(first + ivec2(x, y), end);
            vec4 pixel = texelFetch(color, at, 0);
            float light = bright(pixel.rgb);
            roots += sqrt(light);
            brightest = max(brightest, light);
#ifdef FRONT
            if (pixel.a > 0.0) largest.b = max(largest.b, max(-radius_at(at), 0.01));
#else
            float r = radius_at(at);
            largest.rga = max(largest.rga, vec3(r, -r, COARSE - abs(r)));
#endif
        }
    around = vec4(roots / (TILE * TILE), brightest, 0.0, 0.0);
}
