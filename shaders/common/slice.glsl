// A slice of the scene as the gather takes it: signed radius and light, with what is drawn as discs taken out.
// FAR: complete. FOCUS, FRONT, BETWEEN: with coverage.
uniform sampler2D color;
uniform sampler2D depth;
uniform vec2 lens;         // signed radius in pixels: lens.x + lens.y * depth as stored
uniform float nearest;     // signed radius at which the slice ends and a nearer one begins
uniform float highlights;
#ifdef BETWEEN
uniform float farthest;    // radius up to which it goes
#endif

#include "common/highlights.glsl"
#include "common/depth.glsl"

float bright(vec3 light) { return max(light.r, max(light.g, light.b)); }

#ifdef FAR
float radius_at(ivec2 at) { return clamp(radius_of(texelFetch(depth, at, 0).r, lens), THIN, MUCH); }
#else
// Below half coverage a soft edge has no depth of its own: it is that of the surface beside it.
float radius_at(ivec2 at) {
    float stored = texelFetch(depth, at, 0).r;
    if (stored == 0.0)
        for (int i = 0; i < 9; i++)
            stored = max(stored, texelFetch(depth, clamp(at + 2 * ivec2(i % 3 - 1, i / 3 - 1), ivec2(0), textureSize(depth, 0) - 1), 0).r);
#ifdef FRONT
    return stored > 0.0 ? clamp(-radius_of(stored, lens), 0.0, MUCH) : 0.0;    // not signed: all of it is in front
#elif defined(BETWEEN)
    return stored > 0.0 ? clamp(radius_of(stored, lens), THIN, farthest) : farthest;
#else
    return clamp(radius_of(stored, lens), -MOST_IN_FOCUS, MOST_IN_FOCUS);
#endif
}
#endif

vec4 light_of(vec4 pixel, float r) {
    vec3 light = brightened(pixel.rgb, highlights, r);
    // A lamp's light is not to come from two slices: the nearer one brings what slopes into it.
    return vec4(light - step(r, nearest) * max(light - 1.0, 0.0), pixel.a);
}

// What is left of a pixel's light once its cell's lamp is taken out (shaders/bokeh_lamps.frag); what is not taken out of a lamp
// is blurred as it is, though its faint edge may have the depth of what is behind.
vec4 without(vec4 lamp, vec4 light, inout float r) {
    float level = bright(light.rgb);
    r = mix(r, lamp.b, smoothstep(lamp.g, 2.0 * lamp.g, level));
    return vec4(light.rgb * min(lamp.r / max(level, 1e-6), 1.0), light.a);
}
