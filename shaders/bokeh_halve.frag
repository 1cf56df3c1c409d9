#version 330
// Half the resolution of a slice. FAR: light of four pixels, and the least of their radii, that of the nearest.
// FRONT, BETWEEN: light and coverage; radius times coverage, of BETWEEN that of the nearest.
#if defined(FRONT) || defined(BETWEEN)
#define COVERAGE
#endif
#ifdef SLICE
#ifdef LAMPS
uniform sampler2D lamps;
#endif
#else
uniform sampler2D light;         // as this pass left it
#ifdef COVERAGE
uniform sampler2D radius;
#endif
#endif

#include "common/bokeh.glsl"
#ifdef SLICE
#include "common/slice.glsl"
#endif

layout(location = 0) out vec4 half_light;
#ifdef COVERAGE
layout(location = 1) out float half_radius;
#endif

void main() {
    ivec2 first = 2 * ivec2(gl_FragCoord.xy);
#ifdef SLICE
    ivec2 end = textureSize(color, 0) - 1;
#ifdef LAMPS
    vec4 lamp = texelFetch(lamps, first / int(CELL), 0);
#endif
#else
    ivec2 end = textureSize(light, 0) - 1;
#endif
    vec4 pixel[4];
    float r[4];
    for (int i = 0; i < 4; i++) {
        ivec2 at = min(first + ivec2(i % 2, i / 2), end);
#ifdef SLICE
        pixel[i] = texelFetch(color, at, 0);
#ifdef FRONT
        r[i] = pixel[i].a > 0.0 ? radius_at(at) : 0.0;
#elif defined(BETWEEN)
        r[i] = pixel[i].a > 0.0 ? radius_at(at) : farthest;
#else
        r[i] = radius_at(at);
#endif
        pixel[i] = min(light_of(pixel[i], r[i]), BRIGHTEST);
#ifdef LAMPS
        pixel[i] = without(lamp, pixel[i], r[i]);
#endif
#ifdef FRONT
        r[i] *= pixel[i].a;
#endif
#else
        pixel[i] = texelFetch(light, at, 0);
#ifdef COVERAGE
        r[i] = texelFetch(radius, at, 0).r;
#else
        r[i] = radius_in(pixel[i]);
#endif
#endif
    }
#ifdef COVERAGE
    half_light = 0.25 * (pixel[0] + pixel[1] + pixel[2] + pixel[3]);
#ifdef BETWEEN
    half_radius = half_light.a * min(min(r[0], r[1]), min(r[2], r[3]));
#else
    half_radius = 0.25 * (r[0] + r[1] + r[2] + r[3]);
#endif
#else
    vec3 mean = 0.25 * (pixel[0] + pixel[1] + pixel[2] + pixel[3]).rgb;
    half_light = vec4(mean, stored_radius(min(min(r[0], r[1]), min(r[2], r[3])), mean));
#endif
}
