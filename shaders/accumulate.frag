#version 330
// One view's share of a picture that is the mean of many, and of the light that reaches each pixel at all.
uniform sampler2D color;
uniform float weight;
uniform vec2 point;        // of the iris of radius 1 that this view is from, +y up
uniform float cats_eye;    // iris radii by which the barrel's rim is off the iris at the frame's corner
uniform float highlights;  // times white that a clipped light is taken to be

#include "common/highlights.glsl"

layout(location = 0) out vec4 light;
layout(location = 1) out float reached;

void main() {
    vec2 size = vec2(textureSize(color, 0));
    vec2 field = (2.0 * gl_FragCoord.xy - size) / length(size);
    reached = length(point + cats_eye * field) <= 1.0 || cats_eye == 0.0 ? weight : 0.0;
    vec4 pixel = texelFetch(color, ivec2(gl_FragCoord.xy), 0);
    light = reached * vec4(recovered(pixel.rgb, highlights), pixel.a);
}
