// A light that clipped at white was brighter than that. Nobody knows by how much; a lens spreads it into a disc, and a
// disc of mere white would be grey. In focus it clips again.
vec3 recovered(vec3 linear, float times) {
    float clipped = smoothstep(0.9, 1.0, max(linear.r, max(linear.g, linear.b)));
    return linear * mix(1.0, times, clipped);
}
