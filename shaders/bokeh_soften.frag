#version 330
// The back slice at half or a quarter of the resolution, made soft enough to be read at points that lie some pixels apart: a tent over what is alike
// in circle, and over lamps whatever their circle.
uniform sampler2D light;

#include "common/bokeh.glsl"

out vec4 soft;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), end = textureSize(light, 0) - 1;
    vec4 here = texelFetch(light, at, 0), sum = vec4(0.0);
    vec3 lamps = vec3(0.0);
    float brightest = 0.5, r = here.a;
    for (int i = 0; i < 9; i++) {
        ivec2 step_ = ivec2(i % 3 - 1, i / 3 - 1);
        vec4 there = texelFetch(light, clamp(at + step_, ivec2(0), end), 0);
        float tent = (2.0 - abs(float(step_.x))) * (2.0 - abs(float(step_.y))) / 16.0;
        vec3 lamp = tent * max(there.rgb - 1.0, 0.0);
        sum += tent * (1.0 - smoothstep(0.5, 1.5, abs(there.a - here.a))) * vec4(min(there.rgb, 1.0), 1.0);
        lamps += lamp;
        float bright = max(lamp.r, max(lamp.g, lamp.b));
        if (bright > brightest) { brightest = bright; r = there.a; }
    }
    soft = vec4(sum.rgb / sum.a + lamps, r);
}
