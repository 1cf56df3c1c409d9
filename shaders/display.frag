#version 330
// Scene-linear to display-referred: clip and sRGB curve.
uniform sampler2D color;

out vec4 picture;

void main() {
    vec3 linear = clamp(texelFetch(color, ivec2(gl_FragCoord.xy), 0).rgb, 0.0, 1.0);
    vec3 curve = 1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055;
    picture = vec4(mix(curve, 12.92 * linear, lessThanEqual(linear, vec3(0.0031308))), 1.0);
}
