#version 330
// Half the resolution of a slice. BACK: light of those of four pixels that are of one surface, told by their blur, and signed
// radius; EDGES: there are sharp ones too. FRONT: light and coverage; radius times coverage.
#ifdef SLICE
#ifdef LAMPS
uniform sampler2D lamps;
#endif
#else
uniform sampler2D light;         // as this pass left it
#ifdef FRONT
uniform sampler2D radius;
#endif
#endif

#include "common/bokeh.glsl"
#ifdef SLICE
#include "common/slice.glsl"
#endif

layout(location = 0) out vec4 half_light;
#ifdef FRONT
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
        r[i] = pixel[i].a > 0.0 ? front_radius_at(at) : 0.0;
#else
        r[i] = radius_at(at);
#endif
        pixel[i] = light_of(pixel[i], r[i]);
#ifdef LAMPS
        pixel[i] = without(lamp, pixel[i], r[i]);
#endif
#ifdef FRONT
        r[i] *= pixel[i].a;
#else
        pixel[i].a = r[i];
#endif
#else
        pixel[i] = texelFetch(light, at, 0);
#ifdef FRONT
        r[i] = texelFetch(radius, at, 0).r;
#else
        pixel[i] = restored(pixel[i], DIM_LESS);
        r[i] = pixel[i].a;
#endif
#endif
    }
#ifdef FRONT
    half_light = 0.25 * (pixel[0] + pixel[1] + pixel[2] + pixel[3]);
    half_radius = 0.25 * (r[0] + r[1] + r[2] + r[3]);
#else
    // The surface that most of the four are of, the nearer one of two; a sharp one only where nothing is blurred.
    float most = r[0], votes = -1e4;
    for (int i = 0; i < 4; i++) {
        float own = abs(r[i]) > FINE ? -0.01 * r[i] : -10.0;
        for (int j = 0; j < 4; j++) own += step(0.5 * max(abs(r[i]), abs(r[j])), r[j] * sign(r[i])) * step(0.5 * abs(r[j]), abs(r[i]));
        if (own > votes) { votes = own; most = r[i]; }
    }
    vec4 sum = vec4(0.0);
    float count = 1e-6, part = 1.0 / (abs(most) > 1e-3 ? most : 1e-3);
    for (int i = 0; i < 4; i++) {
        float alike = max(smoothstep(0.5, 0.75, r[i] * part), step(abs(r[i] - most), APART));
        sum += alike * pixel[i];
        count += alike;
    }
    sum /= count;
#ifdef EDGES
    // Beside what is blurred, what is sharp is not to be read with it: what is blurred goes on behind. Lamps do not.
    int looks = abs(most) < READ_FROM ? 8 : 0;
    ivec2 from = first;
    for (int i = 0; i < looks; i++) {
        ivec2 at = clamp(first + 3 * ivec2((i + i / 4) % 3 - 1, (i + i / 4) / 3 - 1), ivec2(0), end);
        float there = radius_at(at);
        if (abs(there) > abs(most)) { most = there; from = at; }
    }
    if (looks > 0 && abs(most) > FINE) sum = vec4(min(light_of(texelFetch(color, from, 0), most).rgb, 1.0), most);
#endif
    half_light = stored(sum.rgb, sum.a, DIM_LESS);
#endif
}
