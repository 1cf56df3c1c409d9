#version 330
// A slice of the scene made ready to be gathered. BACK: light and signed radius. FRONT: light and coverage as a veil.
uniform sampler2D color;
uniform sampler2D depth;
uniform vec2 lens;         // signed radius in pixels: lens.x + lens.y * depth as stored
uniform float highlights;
uniform bool has_veil;

#include "common/highlights.glsl"
#include "common/depth.glsl"
#include "common/bokeh.glsl"

layout(location = 0) out vec4 light;
#ifdef FRONT
layout(location = 1) out float radius;
#endif

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 pixel = texelFetch(color, at, 0);
    float stored = texelFetch(depth, at, 0).r;
#ifdef FRONT
    // Below half coverage a soft edge has no depth of its own: it is that of the surface beside it. So is that of the empty
    // pixel beside the edge: reading between the two finds light of this surface.
    if (stored == 0.0)
        for (int i = 0; i < 9; i++) {
            ivec2 there = clamp(at + (pixel.a > 0.0 ? 2 : 1) * ivec2(i % 3 - 1, i / 3 - 1), ivec2(0), textureSize(depth, 0) - 1);
            stored = max(stored, texelFetch(depth, there, 0).r);
        }
    float r = -radius_of(stored, lens);
    float veil = smoothstep(FRONT_FROM, FRONT_WHOLE, r);
    light = veil * vec4(recovered(pixel.rgb, highlights), pixel.a);
    radius = stored > 0.0 ? max(r, 0.0) : 0.0;
#else
    float r = radius_of(stored, lens);
    light = vec4(recovered(pixel.rgb, highlights), r);
    // A lamp's light is not to come from both slices: where it is in front of the focus, the veil brings it.
    if (has_veil) light.rgb -= smoothstep(FRONT_FROM, FRONT_WHOLE, -r) * max(light.rgb - 1.0, 0.0);
#endif
}
