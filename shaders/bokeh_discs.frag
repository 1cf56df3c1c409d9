#version 330
// The disc of a lamp: the iris's image, added to the picture as far as nothing nearer of its slice hides it.
uniform int blades;
uniform float blade_rotation;  // radians
uniform float roundness;
uniform float squeeze;
uniform float ring;
uniform vec2 size;
#ifndef FRONT
uniform sampler2D depth;
uniform vec2 lens;
#endif
#ifdef FAR
uniform sampler2D tiles;        // of what is about in focus: r: its largest radius near by
uniform sampler2D before;       // its coverage,
uniform sampler2D before_depth; // and depth
#endif

#include "common/bokeh.glsl"
#include "common/depth.glsl"

flat in vec3 light;
flat in vec4 disc;

out vec4 added;

#ifndef FRONT
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
#ifndef FRONT
    // Light on its way from the lamp to this pixel passes a surface of radius r so far from the lamp as r is from the lamp's.
    float here = radius_at(gl_FragCoord.xy);
    vec2 passed = mix(gl_FragCoord.xy, disc.xy, here / disc.z) - 0.5, part = fract(passed);
    int asked = here < disc.z - APART ? 4 : 0;
    float open = asked > 0 ? 0.0 : 1.0;
    for (int i = 0; i < asked; i++) {    // bilinear
        vec2 corner = vec2(i & 1, i >> 1), share = mix(1.0 - part, part, corner);
        open += share.x * share.y * smoothstep(-3.0 * APART, -APART, radius_at(floor(passed) + corner) - disc.z);
    }
    lit *= open;
#ifdef FAR
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float covered = texelFetch(before, pixel, 0).a;
    float nearer = covered > 0.0 ? radius_of(texelFetch(before_depth, pixel, 0).r, lens) : texelFetch(tiles, pixel / int(TILE), 0).r;
    if (covered > 0.0 || nearer > 0.0)
        lit *= 1.0 - textureLod(before, mix(gl_FragCoord.xy, disc.xy, clamp(nearer, 0.0, MOST_IN_FOCUS) / disc.z) / size, 0.0).a;
#endif
#endif
    added = vec4(lit * light, 0.0);
}
