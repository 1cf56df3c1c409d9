// A light of which every channel clipped was brighter than that. Nobody knows by how much; a lens spreads it into a disc, and a
// disc of mere white would be grey. Where one channel is below white its light is known: it is a bright surface, and stays one.
// In focus a light clips, as it did in the plate. radius: of the circle of confusion, pixels
vec3 recovered(vec3 linear, float times, float radius) {
    float clipped = smoothstep(0.9, 1.0, min(linear.r, min(linear.g, linear.b)));
    return linear * mix(1.0, times, clipped * smoothstep(0.5, 1.0, abs(radius)));
}
