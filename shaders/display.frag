#version 330
// Scene-linear to display-referred: clip and sRGB curve. OVERLAY lays focus aids over it (viewer/render/display.py).
uniform sampler2D color;
#ifdef OVERLAY
uniform sampler2D depth;
uniform vec2 coc;          // signed circle of confusion, pixels: coc.x + coc.y * depth as stored
uniform float sharp;       // pixels: largest circle that passes for a point
uniform bool peaking;
uniform bool zones;
uniform bool invented;

#include "common/depth.glsl"

const vec3 PEAK = vec3(1.0, 0.12, 0.1), NEAR_TINT = vec3(1.0, 0.55, 0.1), FAR_TINT = vec3(0.15, 0.5, 1.0), INVENTED = vec3(0.9, 0.1, 0.8);
const float DETAIL = 0.06; // difference to the neighbours, display-referred, from which there is something to see sharp
#endif

out vec4 picture;

vec3 curved(vec3 light) {
    light = clamp(light, 0.0, 1.0);
    return mix(1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, 12.92 * light, lessThanEqual(light, vec3(0.0031308)));
}

#ifdef OVERLAY
ivec2 inside(ivec2 at) { return clamp(at, ivec2(0), textureSize(color, 0) - 1); }

float circle(ivec2 at) { return coc.x + coc.y * depth_of(texelFetch(depth, inside(at), 0).r); }

float brightness(ivec2 at) { return dot(curved(texelFetch(color, inside(at), 0).rgb), vec3(0.2126, 0.7152, 0.0722)); }
#endif

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 pixel = texelFetch(color, at, 0);
    vec3 shown = curved(pixel.rgb);
#ifdef OVERLAY
    float c = circle(at), right = circle(at + ivec2(1, 0)), above = circle(at + ivec2(0, 1));
    if (invented) shown = mix(shown, INVENTED, 0.6 * pixel.a);
    if (zones) {
        float soft = smoothstep(sharp, 4.0 * sharp, abs(c));
        float grey = dot(shown, vec3(0.2126, 0.7152, 0.0722));
        shown = mix(shown, (0.35 + 0.65 * grey) * (c < 0.0 ? NEAR_TINT : FAR_TINT), 0.65 * soft);
        // A limit of the depth of field runs between this pixel and a neighbour.
        vec3 side = sign(vec3(abs(c), abs(right), abs(above)) - sharp);
        if (side.x != side.y || side.x != side.z) shown = mix(shown, vec3(1.0), 0.7);
    }
    if (peaking && abs(c) <= sharp) {
        float middle = brightness(at);
        float detail = max(max(abs(middle - brightness(at + ivec2(1, 0))), abs(middle - brightness(at - ivec2(1, 0)))),
                           max(abs(middle - brightness(at + ivec2(0, 1))), abs(middle - brightness(at - ivec2(0, 1)))));
        if (detail > DETAIL) shown = PEAK;
    }
#endif
    picture = vec4(shown, 1.0);
}
