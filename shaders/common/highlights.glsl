const float BRIGHTEST = 65504.0;    // that a half float holds: more is infinity on some drivers, and nothing times that is no number

// Light that is white in every channel, or brighter, times as bright as the plate has it where it is blurred: how bright a light was that
// clipped is a guess (viewer/plate/lights.py). radius: of the circle of confusion, pixels
vec3 brightened(vec3 linear, float times, float radius) {
    float white = smoothstep(0.9, 1.0, min(linear.r, min(linear.g, linear.b)));
    return linear * mix(1.0, times, white * smoothstep(0.5, 1.0, abs(radius)));
}
