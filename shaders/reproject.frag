#version 330
// Draws patches. Solid ones have no holes; the atlas's alpha says what the plate showed. SOFT ones have coverage in alpha
// and are blended, farthest first. SURFACE gives them depth where they are mostly opaque, and no colour.
uniform sampler2D picture;
uniform vec2 texel;      // 1 / atlas size

in vec2 at;
flat in float shown;

layout(location = 0, index = 0) out vec4 color;     // scene-linear colour and invented share, times coverage
#ifdef SOFT
layout(location = 0, index = 1) out vec4 coverage;  // what blending takes from the picture so far
#endif

void main() {
    // A texture unit resolves 1/256 of a texel: snapping to that makes the identity camera exact beside bright lights.
    // Bilinear filtering covers two texels: coarser levels are needed one octave later than they would be chosen.
    vec4 pixel = texture(picture, round(at * 256.0) * (texel / 256.0), -1.0);
#if defined(SURFACE)
    if (pixel.a < 0.5) discard;
#elif defined(SOFT)
    if (pixel.a < 1e-4) discard;  // less than viewer/plate/matte.py leaves over
    color = vec4(pixel.rgb, (1.0 - shown) * pixel.a);
    coverage = vec4(pixel.a);
#else
    color = vec4(pixel.rgb, 1.0 - shown * pixel.a);
#endif
}
