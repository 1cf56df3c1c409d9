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
    largest = vec4(-1e4, -1e4, 0.0, -1e4);
    for (int y = 0; y < int(TILE); y += 2)
        for (int x = 0; x < int(TILE); x += 2) {
            ivec2 at = first + ivec2(x, y);
            vec4 pixel = textureLod(color, vec2(at + 1) / vec2(end + 1), 0.0);    // of four
#ifdef FRONT
            if (pixel.a == 0.0) continue;
#endif
            float light = bright(pixel.rgb);
            roots += sqrt(light);
            brightest = max(brightest, light);
            // Of two of them: no line is so thin that it passes between.
            float r0 = radius_at(min(at, end)), r1 = radius_at(min(at + 1, end));
#ifdef FRONT
            largest.b = max(largest.b, max(max(-r0, -r1), 0.01));
#else
            largest.rg = max(largest.rg, max(vec2(r0, -r0), vec2(r1, -r1)));
            largest.a = max(largest.a, COARSE - min(abs(r0), abs(r1)));
#endif
        }
    around = vec4(4.0 * roots / (TILE * TILE), brightest, 0.0, 0.0);
}
