// Reading the atlas; CUBIC: as sharp as it is.
uniform sampler2D picture;
uniform vec2 texel;      // 1 / atlas size
uniform float bias;      // of the mip level: below 0 is finer

#ifdef CUBIC
// Reading between texels blurs. Catmull and Rom's cubic is linear reading less f (1 - f) / 2 of the second difference, in x and in y.
// Those of brightness and of coverage are in a texture of their own, stored times 31 and 63 (viewer/render/reproject.py). Brightness
// counts a fifth more than in theirs.
uniform sampler2D bend;
uniform float sharpness;    // share of it that is used: a picture that is hardly smaller than the plate needs less

const vec2 MOST = vec2(0.25, 0.1);  // of brightness and of coverage: what more would do is ringing

vec4 sharpened(vec4 pixel, vec2 at) {
    vec2 between = fract(at - 0.5);
    vec4 second = (255.0 * textureLod(bend, at * texel, 0.0) - 128.0) / vec2(26.0, 63.0).xxyy;
    vec2 more = -0.5 * sharpness * ((between * (1.0 - between)) * mat2(second.rg, second.ba));
    vec4 sharp = pixel * (1.0 + clamp(vec4(more.rrr, more.g / max(pixel.a, 1e-4)), -MOST.xxxy, MOST.xxxy));
    return vec4(sharp.rgb, min(sharp.a, 1.0));
}
#endif

// What the atlas shows at a pixel of it. A texture unit resolves 1/256 of a texel: snapping to that makes the identity camera
// exact beside bright lights.
vec4 shown_at(vec2 place) {
    vec4 pixel = texture(picture, round(place * 256.0) * (texel / 256.0), bias);
#ifdef CUBIC
    pixel = sharpened(pixel, place);
#endif
    return pixel;
}
