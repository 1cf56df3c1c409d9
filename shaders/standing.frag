#version 330
// The plate to a camera that stands where it was taken: one homography, whatever is in front of what.
uniform sampler2D surface;   // disparity of the plate, 1/m
uniform mat3 to_plate;       // target pixels to homogeneous plate pixels
uniform vec4 axis;           // of homogeneous plate points: depth along the camera's axis, in those units,
uniform vec4 stored;         // and window depth times that, in the plate's half of the range (shaders/reproject.vert)
uniform vec2 size;           // of the plate in pixels
uniform vec3 texture_;       // atlas pixels per plate pixel, and the atlas pixel of the plate's corner
uniform float margin;        // plate pixels at the frame that a filter is not to read across

#include "common/atlas.glsl"

out vec4 color;              // scene-linear colour, and no invented share

void main() {
    vec3 ray = to_plate * vec3(gl_FragCoord.xy, 1.0);
    vec2 at = ray.xy / ray.z;
    // Before the discard, after which there are no derivatives to choose a mip level by.
    color = vec4(shown_at(texture_.x * clamp(at, vec2(margin), size - margin) + texture_.yz).rgb, 0.0);
    if (ray.z <= 0.0 || at != clamp(at, vec2(0.0), size)) discard;
    vec4 point = vec4(at, 1.0, textureLod(surface, at / size, 0.0).r);
    gl_FragDepth = 0.5 + 0.5 * dot(stored, point) / dot(axis, point);
}
