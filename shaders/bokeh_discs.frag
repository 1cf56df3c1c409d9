#version 330
// The disc of a lamp: the iris's image, added up. BACK: with its circle, by which the picture knows what hides it.
uniform int blades;
uniform float blade_rotation;  // radians
uniform float roundness;
uniform float squeeze;
uniform float ring;
uniform vec2 size;

#include "common/bokeh.glsl"

flat in vec3 light;
flat in vec4 disc;

out vec4 added;

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
    vec2 field = (2.0 * gl_FragCoord.xy - size) / length(size);
    if (cats_eye > 0.0) lit *= clamp((1.0 - length(p + cats_eye * field)) * disc.z / disc.w + 0.5, 0.0, 1.0);
#ifdef FRONT
    added = vec4(lit * light, 0.0);
#else
    added = lit * vec4(light, disc.z * dot(light, vec3(1.0)));
#endif
}
