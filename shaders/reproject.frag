#version 330
// Draws patches. Solid ones have no holes. SOFT ones have coverage in alpha and are blended, farthest first. SURFACE gives
// those depth where they are mostly opaque, and no colour. SLICE draws what lies in a range of depth; COVERAGE leaves it in
// alpha, where otherwise the invented share is.
uniform sampler2D picture;
uniform vec2 texel;      // 1 / atlas size

in vec3 at;              // shaders/reproject.vert

#ifdef CUBIC
#include "common/sharpness.glsl"
#endif

const float SHARPER = -0.3;  // mip levels: what shimmers a little less than it blurs

layout(location = 0, index = 0) out vec4 color;     // scene-linear colour and invented share, times coverage
#ifdef SOFT
layout(location = 0, index = 1) out vec4 coverage;  // what blending takes from the picture so far
#endif

#ifdef SLICE
uniform vec2 depths;       // window depths, of the plate's half of the range, between which a fragment is drawn
uniform float overlap;     // pixels by which a surface that slopes reaches beyond the near one

#include "common/depth.glsl"
#endif

void main() {
    // A texture unit resolves 1/256 of a texel: snapping to that makes the identity camera exact beside bright lights.
    vec2 place = round(at.xy * 256.0) * (texel / 256.0);
    vec4 pixel = texture(picture, place, SHARPER);
#ifdef CUBIC
    pixel = sharpened(pixel, at.xy, texel);
#endif
    float share = at.z < 0.0 ? pixel.a : at.z;
#ifdef SLICE
    float z = depth_of(gl_FragCoord.z);
    float slope = fwidth(gl_FragCoord.z);
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
