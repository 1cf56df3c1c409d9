#version 330
// What every tile holds of a slice. FAR: r: its largest radius, a: its least, negated. FOCUS: r: its largest
// signed radius, g: its least, negated; a: whether there are gaps. FRONT: b: its largest radius.
#include "common/bokeh.glsl"
#include "common/slice.glsl"
#ifdef BEHIND
uniform sampler2D behind;      // what a lens sees round: lamps alone or, where the slice is two, all of the farther one
#endif

layout(location = 0) out vec4 largest;
#ifndef FOCUS
layout(location = 1) out vec4 around;    // r: mean root of its light, to which few lamps add little; g: its brightest light
#endif

void main() {
    ivec2 first = ivec2(gl_FragCoord.xy) * int(TILE), end = textureSize(color, 0) - 1;
#ifdef FOCUS
    largest = vec4(-MUCH, -MUCH, 0.0, 0.0);
#else
    float roots = 0.0, brightest = 0.0;
    largest = vec4(-MUCH, -MUCH, 0.0, -MUCH);
#endif
    for (int y = 0; y < int(TILE); y += 2)
        for (int x = 0; x < int(TILE); x += 2) {
            ivec2 at = first + ivec2(x, y);
            vec4 pixel = textureLod(color, vec2(at + 1) / vec2(end + 1), 0.0);    // of four
#ifdef FOCUS
            if (pixel.a < 0.998) largest.a = 1.0;
#endif
#ifndef FAR
            if (pixel.a == 0.0) continue;
#endif
#ifndef FOCUS
            float light = bright(pixel.rgb);
#ifdef BEHIND
            light = max(light, bright(textureLod(behind, vec2(at + 1) / vec2(end + 1), 0.0).rgb));
#endif
            roots += sqrt(light);
            brightest = max(brightest, light);
#endif
            // Of two of them: no line is so thin that it passes between.
            float d0 = texelFetch(depth, min(at, end), 0).r, d1 = texelFetch(depth, min(at + 1, end), 0).r;
            float r0 = radius_of(d0, lens), r1 = radius_of(d1, lens);
#ifdef FRONT
            largest.b = max(largest.b, max(max(-r0, -r1), 0.01));
#elif defined(FOCUS)
            // Where only what lies in front has depth, that at infinity is what soft edges have.
            if (d0 > 0.0) largest.rg = max(largest.rg, min(vec2(r0, -r0), MOST_IN_FOCUS));
            if (d1 > 0.0) largest.rg = max(largest.rg, min(vec2(r1, -r1), MOST_IN_FOCUS));
#else
            largest.r = max(largest.r, max(r0, r1));
            largest.a = max(largest.a, -min(r0, r1));
#endif
        }
#ifndef FOCUS
    around = vec4(4.0 * roots / (TILE * TILE), brightest, 0.0, 0.0);
#endif
}
