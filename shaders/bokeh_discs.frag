#version 330
// The disc of a lamp: the iris's image, added to the picture as far as nothing nearer of its slice hides it.
uniform int blades;
uniform float blade_rotation;  // radians
uniform float roundness;
uniform float squeeze;
uniform float ring;
uniform vec2 size;
#ifdef FAR
uniform sampler2D depth;
uniform vec2 lens;
uniform sampler2D far_tiles;    // a: its least radius, negated
uniform sampler2D tiles;        // of what is about in focus: the largest radius near by, r: behind the focus, g: before it
uniform sampler2D before;       // its coverage,
uniform sampler2D before_depth; // and depth
#endif

#include "common/bokeh.glsl"
#include "common/highlights.glsl"
#include "common/depth.glsl"

flat in vec3 light;
flat in vec4 disc;

out vec4 added;

#ifdef FAR
float radius_at(vec2 at) { return radius_of(texelFetch(depth, clamp(ivec2(at), ivec2(0), textureSize(depth, 0) - 1), 0).r, lens); }
#endif

void main() {
    vec2 p = (gl_FragCoord.xy - disc.xy) / disc.z, across = p * vec2(squeeze, 1.0);
#ifdef FRONT
    p = -p;    // in front of the focus the image is upside down
    across = -across;
#endif
    // Radius within the iris's shape, 1 at its edge: viewer/render/lens.py, aperture_points.
    float within = length(across);
    if (blades > 0 && within > 0.0) {
        float furthest = 0.0, turn = 6.2831853 / float(blades);
        for (int i = 0; i < blades; i++) {
            float angle = blade_rotation + turn * float(i);
            furthest = max(furthest, dot(across, vec2(cos(angle), sin(angle))));
        }
        within /= mix(cos(0.5 * turn) * within / furthest, 1.0, roundness);
    }
    float lit = clamp((1.0 - within) * disc.z / disc.w + 0.5, 0.0, 1.0) * (1.0 + ring * (2.0 * min(within * within, 1.0) - 1.0));
    if (lit == 0.0) discard;
#ifdef CATS_EYE
    vec2 field = (2.0 * gl_FragCoord.xy - size) / length(size);
    lit *= clamp((1.0 - length(p + cats_eye * field)) * disc.z / disc.w + 0.5, 0.0, 1.0);
#endif
#ifdef FAR
    // Light on its way from the lamp to this pixel passes a surface of radius r so far from the lamp as r is from the lamp's: what is
    // seen here, or the nearest round about.
    float here = radius_at(gl_FragCoord.xy);
    for (int i = 0; i < 4 && here >= disc.z - APART; i++)
        here = -texelFetch(far_tiles, ivec2(mix(gl_FragCoord.xy, disc.xy, float(i) / 3.0) / TILE), 0).a;
    vec2 passed = mix(gl_FragCoord.xy, disc.xy, here / disc.z) - 0.5, part = fract(passed);
    int asked = here < disc.z - APART ? 4 : 0;
    float open = asked > 0 ? 0.0 : 1.0;
    for (int i = 0; i < asked; i++) {    // bilinear
        vec2 corner = vec2(i & 1, i >> 1), share = mix(1.0 - part, part, corner);
        open += share.x * share.y * smoothstep(-3.0 * APART, -APART, radius_at(floor(passed) + corner) - disc.z);
    }
    // And so it does what is about in focus.
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec2 most = texelFetch(tiles, pixel / int(TILE), 0).rg;
    float stored = texelFetch(before_depth, pixel, 0).r, nearer = most.r > most.g ? most.r : -most.g;
    if (stored > 0.0) nearer = clamp(radius_of(stored, lens), -MOST_IN_FOCUS, MOST_IN_FOCUS);
    lit *= open * (1.0 - textureLod(before, mix(gl_FragCoord.xy, disc.xy, nearer / disc.z) / size, 0.0).a);
#endif
    added = vec4(min(lit * light, BRIGHTEST), 0.0);
}
