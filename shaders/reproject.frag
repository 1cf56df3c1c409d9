#version 330
// Draws patches. Solid ones have no holes. SOFT ones have coverage in alpha and are blended, farthest first. SURFACE gives
// those depth where they are mostly opaque, and no colour. SLICE draws what lies in a range of depth; COVERAGE leaves it in
// alpha, where otherwise the invented share is. LAMPS draws what is as bright as those.
in vec3 at;              // shaders/reproject.vert
#ifdef SLICE
flat in float gives_way; // share of its disparity with which it entered the depth test: a slice takes it where it is
#endif

#include "common/atlas.glsl"

layout(location = 0, index = 0) out vec4 color;     // scene-linear colour and invented share, times coverage
#ifdef SOFT
layout(location = 0, index = 1) out vec4 coverage;  // what blending takes from the picture so far
#endif

#ifdef SLICE
uniform vec2 depths;       // window depths, of the plate's half of the range, between which a fragment is drawn
uniform float overlap;     // pixels by which a surface that slopes reaches beyond the near one

#include "common/depth.glsl"
#endif

#ifdef LAMPS
uniform float white;       // brightness from which it is a lamp's
#endif

void main() {
    // Whatever takes a derivative comes before the first discard, after which there is none on some drivers.
    vec4 pixel = shown_at(at.xy);
#ifdef SLICE
    float slope = fwidth(gl_FragCoord.z);
#endif
    float share = at.z < 0.0 ? pixel.a : at.z;
#ifdef LAMPS
    if (max(pixel.r, max(pixel.g, pixel.b)) < white * pixel.a) discard;
#endif
#ifdef SLICE
    float z = depth_of(gl_FragCoord.z) / gives_way;
    if (z < depths.x || z >= depths.y + overlap * slope) discard;
#endif
#if defined(SURFACE)
    color = vec4(0.0);       // blending leaves it out, but what is undefined may be NaN, and so is nothing times that
#ifdef SLICE
    // A lens spreads light, and a tenth of a lamp is more of it than all of the wall behind.
    if (pixel.a < 0.5 && max(pixel.r, max(pixel.g, pixel.b)) < 0.5) discard;
#else
    if (pixel.a < 0.5) discard;
#endif
#elif defined(SOFT)
    if (pixel.a < 1e-4) discard;  // less than viewer/plate/matte.py leaves over
#ifdef COVERAGE
    color = pixel;
#else
    color = vec4(pixel.rgb, (1.0 - share) * pixel.a);
#endif
    coverage = vec4(pixel.a);
#else
    color = vec4(pixel.rgb, 1.0 - share);
#ifdef COVERAGE
    color.a = 1.0;
#endif
#endif
}
